// The one declaration of every setting: from it come the flag, the environment name, the TOML key, --help and
// --print-config. Part of settings.hpp's implementation.
//
// Thread-safety: the table is immutable after its first use.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "config/toml_values.hpp"

namespace lucid::config {

/// A value as it came: from the command line and the environment as text (no kind), from the file with its kind.
struct RawValue {
  bool typed = false;
  TomlValue value;
  std::string origin;
};

struct SettingRule {
  std::string_view key;       // engine_port
  std::string_view bare_env;  // BLOCKCHAIN_ENGINE_PORT; may be empty
  std::string_view form;      // what --help shows for the value; empty for a switch
  std::string_view help;
  std::function<Status(Settings&, const RawValue&)> read;
  std::function<std::string(const Settings&)> show;  // as TOML

  bool is_switch() const { return form.empty(); }
  std::string flag() const;       // --engine-port
  std::string lucid_env() const;  // LUCID_ENGINE_PORT
  std::string field(const RawValue& raw) const { return std::string(key) + " (" + raw.origin + ")"; }
};

const std::vector<SettingRule>& setting_rules();
const SettingRule* find_setting(std::string_view key);

/// An IPv4 or IPv6 address in digits, or "localhost".
bool is_ip_or_localhost(const std::string& text);

}  // namespace lucid::config
