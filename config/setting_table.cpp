#include "config/setting_table.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/numbers.hpp"
#include "core/types/ids.hpp"

namespace lucid::config {
namespace {

using Kind = TomlValue::Kind;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string shown_raw(const RawValue& raw) {
  if (raw.value.kind == Kind::list) return toml_list(raw.value.list);
  return "\"" + raw.value.text.substr(0, 80) + "\"";
}

/// Refuses a value of another TOML kind. What came as text from elsewhere fits every kind.
bool fits(const RawValue& raw, Kind kind) {
  return !raw.typed || raw.value.kind == kind;
}

template <class Access>
SettingRule number_rule(std::string_view key, std::string_view bare_env, std::string_view help, std::uint64_t min,
                        std::uint64_t max, Access access) {
  SettingRule rule{key, bare_env, "N", help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    const auto value = fits(raw, Kind::number) ? parse_whole(raw.value.text) : std::nullopt;
    if (!value || *value < min || *value > max)
      return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")",
                  "a whole number from " + std::to_string(min) + " to " + std::to_string(max), shown_raw(raw));
    using Number = std::remove_reference_t<decltype(access(settings))>;
    access(settings) = static_cast<Number>(*value);
    return {};
  };
  rule.show = [=](const Settings& settings) { return std::to_string(access(settings)); };
  return rule;
}

/// A number that may be negative, within `most` of 0.
template <class Access>
SettingRule signed_rule(std::string_view key, std::string_view help, std::int64_t most, Access access) {
  SettingRule rule{key, "", "N", help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    std::string_view digits = raw.value.text;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    const auto size = fits(raw, Kind::number) ? parse_whole(digits) : std::nullopt;
    if (!size || *size > static_cast<std::uint64_t>(most))
      return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")",
                  "a whole number from -" + std::to_string(most) + " to " + std::to_string(most), shown_raw(raw));
    access(settings) = negative ? -static_cast<std::int64_t>(*size) : static_cast<std::int64_t>(*size);
    return {};
  };
  rule.show = [=](const Settings& settings) { return std::to_string(access(settings)); };
  return rule;
}

template <class Access>
SettingRule port_rule(std::string_view key, std::string_view bare_env, std::string_view help, Access access) {
  SettingRule rule = number_rule(key, bare_env, help, 0, std::numeric_limits<std::uint16_t>::max(), access);
  rule.form = "PORT";
  return rule;
}

template <class Access>
SettingRule switch_rule(std::string_view key, std::string_view bare_env, std::string_view help, Access access) {
  SettingRule rule{key, bare_env, "", help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    const std::string text = lower(raw.value.text);
    const bool yes = text == "true" || (!raw.typed && (text == "1" || text == "yes" || text == "on"));
    const bool no = text == "false" || (!raw.typed && (text == "0" || text == "no" || text == "off"));
    if (!fits(raw, Kind::boolean) || (!yes && !no))
      return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")", "true or false", shown_raw(raw));
    access(settings) = yes;
    return {};
  };
  rule.show = [=](const Settings& settings) -> std::string { return access(settings) ? "true" : "false"; };
  return rule;
}

/// Text that `check` accepts; `expected` says what it asks for.
template <class Access, class Check>
SettingRule text_rule(std::string_view key, std::string_view bare_env, std::string_view form, std::string_view help,
                      std::string_view expected, Access access, Check check) {
  SettingRule rule{key, bare_env, form, help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    const bool printable =
        std::none_of(raw.value.text.begin(), raw.value.text.end(), [](unsigned char c) { return std::iscntrl(c); });
    if (!fits(raw, Kind::text) || !printable || !check(raw.value.text))
      return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")", std::string(expected),
                  shown_raw(raw));
    access(settings) = raw.value.text;
    return {};
  };
  rule.show = [=](const Settings& settings) { return toml_text(std::string(access(settings))); };
  return rule;
}

template <class Access>
SettingRule path_rule(std::string_view key, std::string_view form, std::string_view help, Access access) {
  return text_rule(key, "", form, help, "a path", access, [](const std::string&) { return true; });
}

template <class Enum, class Access>
SettingRule choice_rule(std::string_view key, std::string_view bare_env, std::string_view help,
                        std::vector<std::pair<std::string_view, Enum>> choices, Access access) {
  SettingRule rule{key, bare_env, "WORD", help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    const std::string text = lower(raw.value.text);
    std::string expected;
    for (const auto& [word, value] : choices) {
      if (fits(raw, Kind::text) && text == word) {
        access(settings) = value;
        return {};
      }
      expected += (expected.empty() ? "one of " : ", ") + std::string(word);
    }
    return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")", expected, shown_raw(raw));
  };
  rule.show = [=](const Settings& settings) {
    const auto same = [&](const auto& choice) { return choice.second == access(settings); };
    return toml_text(std::find_if(choices.begin(), choices.end(), same)->first);
  };
  return rule;
}

/// a,b,c or, as deployments write it, ["a","b"]. Absent where the text is neither.
std::optional<std::vector<std::string>> parse_list(const std::string& text) {
  std::vector<std::string> list;
  if (text.starts_with('[')) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_array()) return std::nullopt;
    for (const auto& entry : json) {
      if (!entry.is_string()) return std::nullopt;
      list.push_back(entry.get<std::string>());
    }
    return list;
  }
  std::size_t begin = 0;
  while (begin <= text.size() && !text.empty()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string entry = text.substr(begin, end - begin);
    entry.erase(0, entry.find_first_not_of(' ') == std::string::npos ? entry.size() : entry.find_first_not_of(' '));
    entry.erase(entry.find_last_not_of(' ') + 1);
    list.push_back(std::move(entry));
    begin = end + 1;
  }
  return list;
}

template <class Access>
SettingRule list_rule(std::string_view key, std::string_view bare_env, std::string_view form, std::string_view help,
                      Access access) {
  SettingRule rule{key, bare_env, form, help, {}, {}};
  rule.read = [=](Settings& settings, const RawValue& raw) -> Status {
    std::optional<std::vector<std::string>> list;
    if (raw.value.kind == Kind::list) list = raw.value.list;
    if (raw.value.kind == Kind::text) list = parse_list(raw.value.text);
    const auto empty = [](const std::string& entry) { return entry.empty(); };
    if (!list || std::any_of(list->begin(), list->end(), empty))
      return fail(Fault::setting_value, std::string(key) + " (" + raw.origin + ")", "a list such as a,b",
                  shown_raw(raw));
    access(settings) = *list;
    return {};
  };
  rule.show = [=](const Settings& settings) { return toml_list(access(settings)); };
  return rule;
}

bool is_address_or_empty(const std::string& text) {
  return text.empty() || parse_address(text, "").has_value();
}
bool is_url_or_empty(const std::string& text) {
  return text.empty() || text.starts_with("http://") || text.starts_with("https://");
}

/// Reaches a member of a Settings, const or not.
#define LUCID_AT(member)        \
  [](auto& settings) -> auto& { \
    return settings.member;     \
  }

std::vector<SettingRule> make_rules() {
  constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t kHourMs = 3'600'000;
  constexpr std::uint64_t kSlowestDiskMs = 10'000;
  constexpr std::int64_t kLongestOffsetMs = 31'536'000'000;  // a year
  return {
      path_rule("data_dir", "DIR", "Where the node keeps everything", LUCID_AT(data_dir)),
      path_rule("key_dir", "DIR", "Where the secret keys are; DATA_DIR/keys unless set", LUCID_AT(key_dir)),
      path_rule("genesis", "FILE", "The genesis file of the chain to join", LUCID_AT(genesis)),
      switch_rule("dev", "", "Make a one-validator development network where there is none yet", LUCID_AT(dev)),
      choice_rule<Profile>("profile", "", "Parameters of the network that --dev makes: dev, bench or test",
                           {{"dev", Profile::dev}, {"bench", Profile::bench}, {"test", Profile::test}},
                           LUCID_AT(profile)),
      list_rule("roles", "", "LIST", "What this process does; all of engine,anchoring,manager,data", LUCID_AT(roles)),
      text_rule("bind", "", "ADDRESS", "Address to listen on", "an IP address or localhost", LUCID_AT(bind),
                is_ip_or_localhost),
      switch_rule("insecure_open_api", "",
                  "Allow an address that others reach, although the API asks for no credentials",
                  LUCID_AT(insecure_open_api)),
      text_rule("peers_bind", "", "ADDRESS", "Address on which other validators reach this node",
                "an IP address or localhost", LUCID_AT(peers_bind), is_ip_or_localhost),
      list_rule("observers", "", "LIST", "TLS public keys of nodes that may follow the chain from here",
                LUCID_AT(observers)),
      port_rule("engine_port", "BLOCKCHAIN_ENGINE_PORT", "REST: the engine, and every route (N; 0 = any free one)",
                LUCID_AT(ports.engine)),
      port_rule("admin_port", "ADMIN_PORT", "Health, metrics and admin; N-1 unless set", LUCID_AT(ports.admin)),
      port_rule("anchoring_port", "SESSION_ANCHORING_PORT", "Session anchoring; N+1 unless set",
                LUCID_AT(ports.anchoring)),
      port_rule("manager_port", "BLOCK_MANAGER_PORT", "Block manager; N+2 unless set", LUCID_AT(ports.manager)),
      port_rule("data_port", "DATA_CHAIN_PORT", "Data chain; N+3 unless set", LUCID_AT(ports.data)),
      port_rule("rpc_port", "", "JSON-RPC; 8545 unless set, N+5 where N is not 8084", LUCID_AT(ports.rpc)),
      port_rule("peers_port", "", "Other validators; N+6 unless set", LUCID_AT(ports.peers)),
      port_rule("actors_port", "", "The node's own actors; N+7 unless set", LUCID_AT(ports.actors)),
      choice_rule<LogLevel>("log_level", "LOG_LEVEL", "trace, debug, info, warning, error or critical",
                            {{"trace", LogLevel::trace},
                             {"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warning", LogLevel::warning},
                             {"warn", LogLevel::warning},
                             {"error", LogLevel::error},
                             {"critical", LogLevel::critical}},
                            LUCID_AT(log_level)),
      choice_rule<LogFormat>("log_format", "", "text or json", {{"text", LogFormat::text}, {"json", LogFormat::json}},
                             LUCID_AT(log_format)),
      switch_rule("debug", "DEBUG", "Log more: log_level is debug unless it is set itself", LUCID_AT(debug)),
      list_rule("cors_origins", "CORS_ORIGINS", "LIST", "Origins whose pages may ask; none unless set",
                LUCID_AT(cors_origins)),
      list_rule("allowed_hosts", "ALLOWED_HOSTS", "LIST", "Names that a Host header may carry; * allows all",
                LUCID_AT(allowed_hosts)),
      text_rule("api_version", "API_VERSION", "WORD", "Version of the REST surface; there is only v1", "v1",
                LUCID_AT(api_version), [](const std::string& text) { return text == "v1"; }),
      number_rule("max_blocks_to_keep", "MAX_BLOCKS_TO_KEEP", "Blocks whose payload is kept; 0 = all", 0, kNoLimit,
                  LUCID_AT(max_blocks_to_keep)),
      number_rule("consensus_timeout", "CONSENSUS_TIMEOUT",
                  "Seconds, only reported (0 = the chain's own): rounds follow the genesis", 0, kHourMs,
                  LUCID_AT(consensus_timeout_s)),
      number_rule("chunk_quota_bytes", "", "Bytes of chunks at most; 0 = as the disk allows", 0, kNoLimit,
                  LUCID_AT(chunk_quota_bytes)),
      number_rule("http_threads", "", "Threads that answer REST", 1, 1'024, LUCID_AT(http.threads)),
      number_rule("http_queue", "", "Requests that wait for a thread; more get 503", 1, 65'536, LUCID_AT(http.queue)),
      number_rule("http_connections_per_address", "", "Connections of one address (loopback is exempt)", 1, 65'536,
                  LUCID_AT(http.connections_per_address)),
      number_rule("http_connections", "", "Connections in all (loopback is exempt)", 1, 65'536,
                  LUCID_AT(http.connections)),
      number_rule("http_timeout_ms", "", "Time for a read, a write, and an idle connection", 1, kHourMs,
                  LUCID_AT(http.timeout_ms)),
      number_rule("http_request_deadline_ms", "", "Time for one request in all", 1, kHourMs,
                  LUCID_AT(http.request_deadline_ms)),
      text_rule("on_system_chain_rpc", "ON_SYSTEM_CHAIN_RPC", "URL", "Where Lucid finds the JSON-RPC service",
                "a URL that begins with http:// or https://", LUCID_AT(on_system_chain_rpc), is_url_or_empty),
      text_rule("anchors_address", "", "ADDRESS", "Address of the built-in contract for anchors",
                "0x and 40 hex digits", LUCID_AT(anchors_address), is_address_or_empty),
      text_rule("chunk_store_address", "", "ADDRESS", "Address of the built-in contract for chunks",
                "0x and 40 hex digits", LUCID_AT(chunk_store_address), is_address_or_empty),
      number_rule("slow_disk_ms", "", "For localnets: every sync of the disk takes so much longer", 0, kSlowestDiskMs,
                  LUCID_AT(slow_disk_ms)),
      signed_rule("clock_offset_ms", "For localnets: how far this node's clock is off; refused on a mainnet",
                  kLongestOffsetMs, LUCID_AT(clock_offset_ms)),
  };
}

#undef LUCID_AT

std::string with_dashes(std::string_view key) {
  std::string text(key);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

}  // namespace

std::string SettingRule::flag() const {
  return "--" + with_dashes(key);
}

std::string SettingRule::lucid_env() const {
  std::string name = "LUCID_";
  for (const char c : key) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

const std::vector<SettingRule>& setting_rules() {
  static const std::vector<SettingRule> rules = make_rules();
  return rules;
}

const SettingRule* find_setting(std::string_view key) {
  const auto& rules = setting_rules();
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const auto& rule) { return rule.key == key; });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace lucid::config
