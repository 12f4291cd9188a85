// What an operator may choose about a node. Chain parameters are no settings: they stand in the genesis, and what a
// deployment says of them is only compared with it (chain_claims.hpp).
//
// Each setting has one name in three forms: --engine-port, LUCID_ENGINE_PORT, and engine_port in the TOML file; some
// have a bare environment name beside it that Lucid's deployments use already (BLOCKCHAIN_ENGINE_PORT). The command
// line wins over the environment, the environment over the file, the file over the default; in the environment the
// LUCID_ form wins over the bare one, and an empty variable counts as not set. An unknown key is an error.
//
// Thread-safety: values; load_settings reads files but no global state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/chain_claims.hpp"
#include "core/base/result.hpp"
#include "core/types/params.hpp"

namespace lucid::config {

enum class LogLevel { trace, debug, info, warning, error, critical };
enum class LogFormat { text, json };

/// 0 means any free port. What is not set follows the engine's N (design.md section 2); with N = 0 all are 0.
struct Ports {
  std::uint16_t engine = 8084;
  std::uint16_t admin = 8083;
  std::uint16_t anchoring = 8085;
  std::uint16_t manager = 8086;
  std::uint16_t data = 8087;
  std::uint16_t rpc = 8545;
  std::uint16_t peers = 8090;
  std::uint16_t actors = 8091;
  bool operator==(const Ports&) const = default;
};

/// Bounds of the HTTP service (security.md 9). Loopback is exempt from the two limits of connections.
struct HttpLimits {
  std::uint32_t threads = 64;
  std::uint32_t queue = 256;  // requests that wait for a thread; more are answered 503
  std::uint32_t connections_per_address = 16;
  std::uint32_t connections = 256;
  std::uint32_t timeout_ms = 5'000;  // of each read, each write and an idle connection
  std::uint32_t request_deadline_ms = 15'000;
  bool operator==(const HttpLimits&) const = default;
};

struct Settings {
  std::filesystem::path data_dir = "data";
  std::filesystem::path key_dir;   // data_dir/keys unless set
  std::filesystem::path genesis;   // empty: data_dir/genesis.json of an earlier start, or dev
  bool dev = false;                // makes a one-validator development network where there is no chain yet
  Profile profile = Profile::dev;  // of the network that dev makes
  std::vector<std::string> roles;  // all four; a part of them is refused until roles run apart
  std::string bind = "127.0.0.1";
  bool insecure_open_api = false;
  std::string peers_bind = "127.0.0.1";  // other validators prove who they are, so any address will do
  std::vector<std::string> observers;    // TLS public keys, hex: nodes of no validator that may follow the chain here
  Ports ports;
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  bool debug = false;                      // log_level is debug unless it is set itself
  std::vector<std::string> cors_origins;   // empty: off
  std::vector<std::string> allowed_hosts;  // names a Host header may carry, without port; "*" allows all
  std::string api_version = "v1";
  std::uint64_t max_blocks_to_keep = 0;  // 0: all
  /// What /consensus/status reports, in seconds. 0: the chain's own. It steers nothing: the rounds' timeouts are the
  /// genesis's, or nodes would differ.
  std::uint64_t consensus_timeout_s = 0;
  std::uint64_t chunk_quota_bytes = 0;  // 0: the disk decides
  HttpLimits http;
  // Where Lucid's other services find the built-in contracts; kept for the JSON-RPC service.
  std::string on_system_chain_rpc;
  std::string anchors_address;
  std::string chunk_store_address;
  // What a localnet gives its nodes (lucid localnet), for development and tests.
  std::uint32_t slow_disk_ms = 0;    // every sync of the disk takes so much longer
  std::int64_t clock_offset_ms = 0;  // how far the wall clock is off; refused on a mainnet
};

/// One line of --print-config: TOML, and where the value came from ("default", "file PATH", "environment NAME",
/// "command line").
struct SettingLine {
  std::string key;
  std::string toml_value;
  std::string origin;
};

struct LoadedSettings {
  Settings settings;
  std::vector<ChainClaim> chain_claims;
  std::vector<SettingLine> lines;
  bool print_config = false;
  bool version = false;
  std::string help;  // not empty: --help was asked; print this and end with 0
};

using Environment = std::map<std::string, std::string>;
/// The variables of this process.
Environment process_environment();

/// `arguments` without the program's name. Faults: setting_unknown, setting_value, file_missing, file_form; the error's
/// field is the key with its origin.
Result<LoadedSettings> load_settings(std::span<const std::string> arguments, const Environment& environment);

/// All settings as a TOML file that load_settings accepts, each with its origin behind it.
std::string print_config(const LoadedSettings& loaded);

/// 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const std::string& address);

}  // namespace lucid::config
