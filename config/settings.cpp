#include "config/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

#include "config/numbers.hpp"
#include "config/setting_table.hpp"

namespace lucid::config {
namespace {

constexpr std::string_view kPrefix = "LUCID_";
constexpr std::uintmax_t kMaxSettingsBytes = 1 << 20;

/// LUCID_ variables that are no settings of the node: the client's node, the settings file itself, and, by prefix,
/// what the test programs are told.
constexpr std::string_view kForeignVariables[] = {"LUCID_NODE", "LUCID_CONFIG"};
constexpr std::string_view kTestPrefix = "LUCID_TEST_";

constexpr std::string_view kAllRoles[] = {"engine", "anchoring", "manager", "data"};

/// Values by setting key, each from the strongest source so far.
using RawValues = std::map<std::string_view, RawValue>;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// The setting most like `name` in the form given by `spell`, as advice in an error.
template <class Spell>
std::string advice(std::string_view name, Spell spell) {
  constexpr std::size_t kNear = 3;
  std::string nearest;
  std::size_t nearest_distance = kNear + 1;
  for (const auto& rule : setting_rules()) {
    const std::string candidate = spell(rule);
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < nearest_distance) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  return nearest.empty() ? "a setting that --help lists" : "perhaps " + nearest;
}

// ---- the settings file

Result<std::string> read_text(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Fault::file_missing, "settings file " + path, "a file that can be read");
  if (std::filesystem::file_size(path, error) > kMaxSettingsBytes)
    return fail(Fault::file_form, "settings file " + path, "at most 1 MiB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(Fault::file_io, "settings file " + path);
  return text.str();
}

Status take_file(const std::string& path, RawValues& values, std::vector<ChainClaim>& claims) {
  const std::string origin = "file " + path;
  LUCID_TRY_ASSIGN(const std::string text, read_text(path));
  LUCID_TRY_ASSIGN(const auto entries, parse_toml(text, origin));
  for (const auto& entry : entries) {
    std::string upper = entry.key;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (const SettingRule* rule = find_setting(entry.key)) {
      values[rule->key] = RawValue{true, entry.value, origin};
    } else if (is_chain_claim(upper) && upper != entry.key && entry.value.kind != TomlValue::Kind::list) {
      claims.push_back({upper, entry.value.text, origin});
    } else {
      return fail(Fault::setting_unknown, entry.key + " (" + origin + " line " + std::to_string(entry.line) + ")",
                  advice(entry.key, [](const auto& known) { return std::string(known.key); }));
    }
  }
  return {};
}

// ---- the environment

Status refuse_unknown_variables(const Environment& environment) {
  std::set<std::string> known(std::begin(kForeignVariables), std::end(kForeignVariables));
  for (const auto& rule : setting_rules()) known.insert(rule.lucid_env());
  for (const auto name : chain_claim_names()) known.insert(std::string(kPrefix) + std::string(name));
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || name.starts_with(kTestPrefix) || known.contains(name)) continue;
    return fail(Fault::setting_unknown, name + " (environment)",
                advice(name, [](const auto& rule) { return rule.lucid_env(); }));
  }
  return {};
}

void take_environment(const Environment& environment, RawValues& values) {
  for (const auto& rule : setting_rules()) {
    for (const std::string& name : {rule.lucid_env(), std::string(rule.bare_env)}) {
      const auto found = name.empty() ? environment.end() : environment.find(name);
      if (found == environment.end() || found->second.empty()) continue;
      values[rule.key] = RawValue{false, {TomlValue::Kind::text, found->second, {}}, "environment " + name};
      break;
    }
  }
}

// ---- the command line

struct CommandLine {
  std::string config_file;
  bool print_config = false;
  bool version = false;
  std::string help;
  RawValues values;
};

/// One CLI11 option for each setting; what they say is kept as text and read by the setting's own rule.
std::vector<std::pair<const SettingRule*, CLI::Option*>> declare_settings(CLI::App& app) {
  std::vector<std::pair<const SettingRule*, CLI::Option*>> options;
  for (const auto& rule : setting_rules()) {
    std::string help(rule.help);
    help += " [" + rule.lucid_env() + (rule.bare_env.empty() ? "" : ", " + std::string(rule.bare_env)) + "]";
    CLI::Option* option = rule.is_switch() ? app.add_flag(rule.flag()) : app.add_option(rule.flag())->expected(1);
    option->description(help);
    if (!rule.is_switch()) option->type_name(std::string(rule.form));
    options.emplace_back(&rule, option);
  }
  return options;
}

Result<CommandLine> parse_command_line(std::span<const std::string> arguments) {
  CommandLine line;
  CLI::App app("lucidd: a Lucid Blocks node", "lucidd");
  app.allow_extras();
  app.set_help_flag();  // --help is answered by the caller, so that nothing ends the program in here
  bool help = false;
  app.add_flag("-h,--help", help, "Print this and end");
  app.add_flag("--version", line.version, "Print the version and end");
  app.add_flag("--print-config", line.print_config, "Print every setting with its origin and end");
  app.add_option("--config", line.config_file, "A TOML file of settings [LUCID_CONFIG]")->type_name("FILE");
  const auto options = declare_settings(app);

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return fail(Fault::setting_value, "command line", {}, error.what());
  }
  if (help) line.help = app.help();
  if (const auto extras = app.remaining(); !extras.empty()) {
    const std::string name = extras.front().substr(0, extras.front().find('='));
    return fail(Fault::setting_unknown, name.substr(0, 80) + " (command line)",
                advice(name, [](const auto& rule) { return rule.flag(); }));
  }
  for (const auto& [rule, option] : options) {
    if (option->count() == 0) continue;
    const std::string& text = option->results().back();
    line.values[rule->key] = RawValue{false, {TomlValue::Kind::text, text, {}}, "command line"};
  }
  return line;
}

// ---- all together

/// Where a port stands when it is not set: at a distance from the engine's.
struct Follower {
  std::string_view key;
  std::uint16_t Ports::*port;
  int distance;
};
constexpr Follower kFollowers[] = {
    {"admin_port", &Ports::admin, -1},    {"anchoring_port", &Ports::anchoring, 1},
    {"manager_port", &Ports::manager, 2}, {"data_port", &Ports::data, 3},
    {"rpc_port", &Ports::rpc, 5},         {"peers_port", &Ports::peers, 6},
    {"actors_port", &Ports::actors, 7},
};

Status follow_engine(const RawValues& values, Ports& ports) {
  constexpr std::uint16_t kUsualEngine = 8084;
  constexpr int kLastPort = 65'535;
  for (const auto& follower : kFollowers) {
    if (values.contains(follower.key)) continue;
    if (ports.engine == 0) {
      ports.*(follower.port) = 0;
    } else if (follower.key != "rpc_port" || ports.engine != kUsualEngine) {
      const int port = ports.engine + follower.distance;
      if (port < 1 || port > kLastPort)
        return fail(Fault::setting_value, "engine_port",
                    "a number with room for " + std::string(follower.key) + " beside it, or that one set too",
                    std::to_string(ports.engine));
      ports.*(follower.port) = static_cast<std::uint16_t>(port);
    }
  }
  return {};
}

Status check_ports_differ(const Ports& ports) {
  std::map<std::uint16_t, std::string_view> taken;
  if (ports.engine != 0) taken[ports.engine] = "engine_port";
  for (const auto& follower : kFollowers) {
    const std::uint16_t port = ports.*(follower.port);
    if (port == 0) continue;
    const auto [other, fresh] = taken.emplace(port, follower.key);
    if (!fresh)
      return fail(Fault::setting_value, std::string(follower.key), "a port of its own",
                  std::to_string(port) + ", as " + std::string(other->second));
  }
  return {};
}

Status check_roles(const std::vector<std::string>& roles) {
  const std::set<std::string> named(roles.begin(), roles.end());
  const std::set<std::string> all(std::begin(kAllRoles), std::end(kAllRoles));
  if (named == all && roles.size() == all.size()) return {};
  return fail(Fault::setting_value, "roles", "engine,anchoring,manager,data: this version runs them in one process",
              toml_list(roles));
}

Status check_together(const Settings& settings) {
  LUCID_TRY(check_ports_differ(settings.ports));
  LUCID_TRY(check_roles(settings.roles));
  if (settings.data_dir.empty()) return fail(Fault::setting_value, "data_dir", "a path", "\"\"");
  if (settings.dev && !settings.genesis.empty())
    return fail(Fault::setting_value, "dev", "either --dev or --genesis FILE", "both");
  if (!is_loopback(settings.bind) && !settings.insecure_open_api)
    return fail(Fault::setting_value, "bind",
                "a loopback address, or --insecure-open-api beside it: the API asks for no credentials yet",
                settings.bind);
  return {};
}

std::string origin_of(const SettingRule& rule, const RawValues& values) {
  if (const auto found = values.find(rule.key); found != values.end()) return found->second.origin;
  if (rule.key == "key_dir") return "default, follows data_dir";
  if (rule.key == "log_level" && values.contains("debug")) return "default, follows debug";
  const auto follows = [&](const Follower& follower) { return follower.key == rule.key; };
  if (std::any_of(std::begin(kFollowers), std::end(kFollowers), follows) && values.contains("engine_port"))
    return "default, follows engine_port";
  return "default";
}

Settings default_settings() {
  Settings settings;
  settings.roles.assign(std::begin(kAllRoles), std::end(kAllRoles));
  settings.allowed_hosts = {"localhost", "127.0.0.1", "::1"};
  return settings;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

Result<LoadedSettings> load_settings(std::span<const std::string> arguments, const Environment& environment) {
  LUCID_TRY_ASSIGN(CommandLine line, parse_command_line(arguments));
  Result<LoadedSettings> loaded{LoadedSettings{}};
  loaded->print_config = line.print_config;
  loaded->version = line.version;
  loaded->help = line.help;
  if (line.version || !line.help.empty()) return loaded;

  RawValues values;
  std::vector<ChainClaim> claims_of_file;
  std::string config_file = line.config_file;
  if (const auto found = environment.find("LUCID_CONFIG"); config_file.empty() && found != environment.end())
    config_file = found->second;
  if (!config_file.empty()) LUCID_TRY(take_file(config_file, values, claims_of_file));
  LUCID_TRY(refuse_unknown_variables(environment));
  take_environment(environment, values);
  for (auto& [key, value] : line.values) values[key] = value;

  Settings& settings = loaded->settings;
  settings = default_settings();
  for (const auto& rule : setting_rules()) {
    if (const auto found = values.find(rule.key); found != values.end()) LUCID_TRY(rule.read(settings, found->second));
  }
  if (settings.key_dir.empty()) settings.key_dir = settings.data_dir / "keys";
  if (settings.debug && !values.contains("log_level")) settings.log_level = LogLevel::debug;
  LUCID_TRY(follow_engine(values, settings.ports));
  LUCID_TRY(check_together(settings));

  // Every claim is compared, the file's also where the environment says another thing: neither may be wrong.
  loaded->chain_claims = chain_claims_of(environment);
  loaded->chain_claims.insert(loaded->chain_claims.end(), claims_of_file.begin(), claims_of_file.end());
  ChainParams scratch;
  LUCID_TRY(apply_claims(loaded->chain_claims, scratch));
  for (const auto& rule : setting_rules())
    loaded->lines.push_back({std::string(rule.key), rule.show(settings), origin_of(rule, values)});
  return loaded;
}

std::string print_config(const LoadedSettings& loaded) {
  std::string text;
  for (const auto& line : loaded.lines) text += line.key + " = " + line.toml_value + "  # " + line.origin + "\n";
  for (const auto& claim : loaded.chain_claims)
    text += "# " + claim.name + " = " + claim.value + " is compared with the genesis  # " + claim.origin + "\n";
  return text;
}

bool is_ip_or_localhost(const std::string& text) {
  if (text == "localhost") return true;
  if (text.find(':') != std::string::npos) {
    // The form is checked by whoever binds; this only keeps names and typing errors out.
    return text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos && text.size() <= 45;
  }
  std::size_t begin = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t end = part == 3 ? text.size() : text.find('.', begin);
    if (end == std::string::npos || end < begin) return false;
    const auto number = parse_whole(std::string_view(text).substr(begin, end - begin));
    if (!number || *number > 255) return false;
    begin = end + 1;
  }
  return true;
}

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" || (is_ip_or_localhost(address) && address.starts_with("127."));
}

}  // namespace lucid::config
