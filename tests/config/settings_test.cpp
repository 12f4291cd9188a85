// The rules of settings: one test for each.
#include "config/settings.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/scratch_directory.hpp"

namespace lucid::config {
namespace {

using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  Result<LoadedSettings> load(std::vector<std::string> arguments, Environment environment = {}) {
    return load_settings(arguments, environment);
  }
  Settings loaded(std::vector<std::string> arguments, Environment environment = {}) {
    auto result = load(std::move(arguments), std::move(environment));
    EXPECT_TRUE(result) << to_text(result.error());
    return result ? result->settings : Settings{};
  }
  Error refused(std::vector<std::string> arguments, Environment environment = {}) {
    auto result = load(std::move(arguments), std::move(environment));
    EXPECT_FALSE(result) << "expected a refusal";
    return result ? Error{} : result.error();
  }
  std::string origin(const std::string& key, std::vector<std::string> arguments, Environment environment = {}) {
    auto result = load(std::move(arguments), std::move(environment));
    EXPECT_TRUE(result) << to_text(result.error());
    for (const auto& line : result->lines)
      if (line.key == key) return line.origin;
    return "no such key";
  }
  std::string file(const std::string& text) { return scratch_.write("settings.toml", text); }

  ScratchDirectory scratch_;
};

// ---- precedence

TEST_F(SettingsTest, WithoutAnythingTheDefaultsHold) {
  const Settings settings = loaded({});
  EXPECT_EQ(settings.data_dir, "data");
  EXPECT_EQ(settings.key_dir, "data/keys");
  EXPECT_EQ(settings.bind, "127.0.0.1");
  EXPECT_EQ(settings.ports, Ports{});
  EXPECT_EQ(settings.log_level, LogLevel::info);
  EXPECT_FALSE(settings.dev);
  EXPECT_EQ(settings.http, HttpLimits{});
  EXPECT_EQ(origin("data_dir", {}), "default");
}

TEST_F(SettingsTest, TheFileWinsOverTheDefault) {
  const auto path = file("http_threads = 7\n");
  EXPECT_EQ(loaded({"--config", path}).http.threads, 7U);
  EXPECT_EQ(origin("http_threads", {"--config", path}), "file " + path);
}

TEST_F(SettingsTest, TheEnvironmentWinsOverTheFile) {
  const auto path = file("http_threads = 7\n");
  const Environment environment{{"LUCID_HTTP_THREADS", "8"}};
  EXPECT_EQ(loaded({"--config", path}, environment).http.threads, 8U);
  EXPECT_EQ(origin("http_threads", {"--config", path}, environment), "environment LUCID_HTTP_THREADS");
}

TEST_F(SettingsTest, TheCommandLineWinsOverTheEnvironment) {
  const Environment environment{{"LUCID_HTTP_THREADS", "8"}};
  EXPECT_EQ(loaded({"--http-threads", "9"}, environment).http.threads, 9U);
  EXPECT_EQ(origin("http_threads", {"--http-threads", "9"}, environment), "command line");
}

TEST_F(SettingsTest, TheLucidFormWinsOverTheBareOne) {
  EXPECT_EQ(loaded({}, {{"BLOCKCHAIN_ENGINE_PORT", "9000"}}).ports.engine, 9000);
  EXPECT_EQ(loaded({}, {{"BLOCKCHAIN_ENGINE_PORT", "9000"}, {"LUCID_ENGINE_PORT", "9100"}}).ports.engine, 9100);
}

TEST_F(SettingsTest, AnEmptyVariableCountsAsNotSet) {
  EXPECT_EQ(loaded({}, {{"LUCID_ENGINE_PORT", ""}, {"BLOCKCHAIN_ENGINE_PORT", "9000"}}).ports.engine, 9000);
  EXPECT_EQ(loaded({}, {{"ADMIN_PORT", ""}}).ports.admin, 8083);
}

TEST_F(SettingsTest, TheFileMayBeNamedInTheEnvironment) {
  EXPECT_TRUE(loaded({}, {{"LUCID_CONFIG", file("dev = true\n")}}).dev);
}

// ---- names

struct BareName {
  std::string variable;
  std::string value;
  std::string key;
  std::string shown;
};
class BareNames : public SettingsTest, public testing::WithParamInterface<BareName> {};

TEST_P(BareNames, OfLucidsDeploymentsAreUnderstood) {
  const auto& [variable, value, key, shown] = GetParam();
  const auto result = load({}, {{variable, value}});
  ASSERT_TRUE(result) << to_text(result.error());
  for (const auto& line : result->lines) {
    if (line.key != key) continue;
    EXPECT_EQ(line.toml_value, shown);
    EXPECT_EQ(line.origin, "environment " + variable);
    return;
  }
  FAIL() << "no setting " << key;
}

const std::string kSomeAddress = "0x00112233445566778899aabbccddeeff00112233";
INSTANTIATE_TEST_SUITE_P(
    All, BareNames,
    testing::Values(
        BareName{"BLOCKCHAIN_ENGINE_PORT", "9000", "engine_port", "9000"},
        BareName{"SESSION_ANCHORING_PORT", "9001", "anchoring_port", "9001"},
        BareName{"BLOCK_MANAGER_PORT", "9002", "manager_port", "9002"},
        BareName{"DATA_CHAIN_PORT", "9003", "data_port", "9003"}, BareName{"ADMIN_PORT", "9004", "admin_port", "9004"},
        BareName{"LOG_LEVEL", "WARNING", "log_level", "\"warning\""}, BareName{"DEBUG", "1", "debug", "true"},
        BareName{"CORS_ORIGINS", "http://a,http://b", "cors_origins", "[\"http://a\", \"http://b\"]"},
        BareName{"ALLOWED_HOSTS", "[\"*\"]", "allowed_hosts", "[\"*\"]"},
        BareName{"API_VERSION", "v1", "api_version", "\"v1\""},
        BareName{"MAX_BLOCKS_TO_KEEP", "1000", "max_blocks_to_keep", "1000"},
        BareName{"CONSENSUS_TIMEOUT", "30", "consensus_timeout", "30"},
        BareName{"ON_SYSTEM_CHAIN_RPC", "http://localhost:8545", "on_system_chain_rpc", "\"http://localhost:8545\""},
        BareName{"LUCID_ANCHORS_ADDRESS", kSomeAddress, "anchors_address", "\"" + kSomeAddress + "\""},
        BareName{"LUCID_CHUNK_STORE_ADDRESS", kSomeAddress, "chunk_store_address", "\"" + kSomeAddress + "\""}),
    [](const auto& test) { return test.param.variable; });

TEST_F(SettingsTest, EverySettingHasItsThreeForms) {
  const auto defaults = load({});
  ASSERT_TRUE(defaults);
  ASSERT_GT(defaults->lines.size(), 25U);
  for (const auto& line : defaults->lines) {
    std::string flag = "--" + line.key, variable = "LUCID_" + line.key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) { return std::toupper(c); });
    // What --print-config shows is accepted in each form; an empty text counts as not set in the environment.
    const auto from_file = load({"--config", file(line.key + " = " + line.toml_value + "\n")});
    EXPECT_TRUE(from_file) << to_text(from_file.error());
    std::string plain = line.toml_value;
    if (plain.starts_with('"')) plain = plain.substr(1, plain.size() - 2);
    const auto from_environment = load({}, {{variable, plain}});
    EXPECT_TRUE(from_environment) << to_text(from_environment.error());
    const auto from_command_line = load({flag + "=" + plain});
    EXPECT_TRUE(plain.empty() || from_command_line) << line.key << ": " << to_text(from_command_line.error());
  }
}

// ---- what is unknown is refused

TEST_F(SettingsTest, AnUnknownArgumentIsRefusedWithAdvice) {
  const Error error = refused({"--engine-prt", "9000"});
  EXPECT_EQ(error.fault, Fault::setting_unknown);
  EXPECT_EQ(error.field, "--engine-prt (command line)");
  EXPECT_EQ(error.expected, "perhaps --engine-port");
}

TEST_F(SettingsTest, AnArgumentWithoutANameIsRefused) {
  EXPECT_EQ(refused({"stray"}).fault, Fault::setting_unknown);
}

TEST_F(SettingsTest, AnUnknownKeyOfTheFileIsRefusedWithItsLine) {
  const auto path = file("# settings\n\nengine-port = 9000\n");
  const Error error = refused({"--config", path});
  EXPECT_EQ(error.fault, Fault::setting_unknown);
  EXPECT_EQ(error.field, "engine-port (file " + path + " line 3)");
  EXPECT_EQ(error.expected, "perhaps engine_port");
}

TEST_F(SettingsTest, AnUnknownLucidVariableIsRefused) {
  const Error error = refused({}, {{"LUCID_ENGIN_PORT", "9000"}});
  EXPECT_EQ(error.fault, Fault::setting_unknown);
  EXPECT_EQ(error.field, "LUCID_ENGIN_PORT (environment)");
  EXPECT_EQ(error.expected, "perhaps LUCID_ENGINE_PORT");
}

TEST_F(SettingsTest, VariablesOfTheClientAndOfTestsAreNoSettings) {
  EXPECT_TRUE(load({}, {{"LUCID_NODE", "http://127.0.0.1:8084"}, {"LUCID_TEST_KILLS", "500"}, {"HOME", "/root"}}));
}

TEST_F(SettingsTest, AChainParameterIsNoArgument) {
  EXPECT_EQ(refused({"--slot-duration-sec", "120"}).fault, Fault::setting_unknown);
}

// ---- values

TEST_F(SettingsTest, ANumberOutOfRangeNamesKeyOriginAndRange) {
  const Error error = refused({}, {{"BLOCKCHAIN_ENGINE_PORT", "65536"}});
  EXPECT_EQ(error, (Error{Fault::setting_value, "engine_port (environment BLOCKCHAIN_ENGINE_PORT)",
                          "a whole number from 0 to 65535", "\"65536\""}));
}

TEST_F(SettingsTest, AClockMayBeOffInBothDirections) {
  EXPECT_EQ(loaded({"--clock-offset-ms=-1500"}).clock_offset_ms, -1'500);
  EXPECT_EQ(loaded({"--clock-offset-ms", "250"}).clock_offset_ms, 250);
  EXPECT_EQ(loaded({"--config", file("clock_offset_ms = -7\n")}).clock_offset_ms, -7);
  for (const char* text : {"31536000001", "-31536000001", "--1", "1s"})
    EXPECT_EQ(refused({"--clock-offset-ms=" + std::string(text)}).fault, Fault::setting_value) << text;
}

TEST_F(SettingsTest, AWordWhereANumberBelongsIsRefused) {
  for (const char* text : {"abc", "-1", "8084x", "80.84", " 8084", "0x1F"})
    EXPECT_EQ(refused({std::string("--engine-port=") + text}).fault, Fault::setting_value) << text;
}

TEST_F(SettingsTest, AnArgumentWithoutItsValueIsRefused) {
  EXPECT_EQ(refused({"--engine-port"}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, AnArgumentGivenTwiceIsRefused) {
  EXPECT_EQ(refused({"--engine-port", "1", "--engine-port", "2"}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, AFileValueOfAnotherKindIsRefused) {
  EXPECT_EQ(refused({"--config", file("engine_port = \"9000\"\n")}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--config", file("dev = 1\n")}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--config", file("bind = 127\n")}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--config", file("log_level = true\n")}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--config", file("cors_origins = 3\n")}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, ASwitchTakesTrueAndFalse) {
  EXPECT_TRUE(loaded({"--dev"}).dev);
  EXPECT_TRUE(loaded({"--dev=true"}).dev);
  EXPECT_FALSE(loaded({"--dev=false"}, {{"LUCID_DEV", "true"}}).dev);
  EXPECT_FALSE(loaded({}, {{"LUCID_DEV", "0"}}).dev);
  EXPECT_EQ(refused({}, {{"LUCID_DEV", "maybe"}}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, ALogLevelThatIsNoneNamesThoseThatAre) {
  const Error error = refused({"--log-level", "loud"});
  EXPECT_EQ(error.fault, Fault::setting_value);
  EXPECT_THAT(error.expected, HasSubstr("debug"));
  EXPECT_EQ(error.actual, "\"loud\"");
}

TEST_F(SettingsTest, DebugLogsMoreUnlessALevelIsSet) {
  EXPECT_EQ(loaded({}, {{"DEBUG", "true"}}).log_level, LogLevel::debug);
  EXPECT_EQ(loaded({}, {{"DEBUG", "true"}, {"LOG_LEVEL", "error"}}).log_level, LogLevel::error);
}

TEST_F(SettingsTest, AListIsReadFromCommasJsonAndToml) {
  const std::vector<std::string> hosts{"a.example", "b.example"};
  EXPECT_EQ(loaded({"--allowed-hosts", "a.example, b.example"}).allowed_hosts, hosts);
  EXPECT_EQ(loaded({}, {{"ALLOWED_HOSTS", R"(["a.example","b.example"])"}}).allowed_hosts, hosts);
  EXPECT_EQ(loaded({"--config", file("allowed_hosts = [\n  'a.example', # one\n  \"b.example\",\n]\n")}).allowed_hosts,
            hosts);
  EXPECT_EQ(refused({"--allowed-hosts", "a,,b"}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--allowed-hosts", "[1]"}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--allowed-hosts", "[\"a\""}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, OnlyVersionOneOfTheApiExists) {
  EXPECT_EQ(refused({}, {{"API_VERSION", "v2"}}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, AContractAddressMustBeOne) {
  EXPECT_EQ(refused({}, {{"LUCID_ANCHORS_ADDRESS", "0x12"}}).fault, Fault::setting_value);
  EXPECT_EQ(refused({}, {{"ON_SYSTEM_CHAIN_RPC", "localhost:8545"}}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, ATextWithControlCharactersIsRefused) {
  EXPECT_EQ(refused({"--data-dir", "a\nb"}).fault, Fault::setting_value);
}

// ---- rules between settings

TEST_F(SettingsTest, PortsFollowTheEngines) {
  Ports expected;
  expected.engine = 9000;
  expected.admin = 8999;
  expected.anchoring = 9001;
  expected.manager = 9002;
  expected.data = 9003;
  expected.rpc = 9005;
  expected.peers = 9006;
  expected.actors = 9007;
  EXPECT_EQ(loaded({"--engine-port", "9000"}).ports, expected);
  EXPECT_EQ(origin("admin_port", {"--engine-port", "9000"}), "default, follows engine_port");
}

TEST_F(SettingsTest, TheRpcPortIs8545BesideTheUsualEngine) {
  EXPECT_EQ(loaded({"--engine-port", "8084"}).ports.rpc, 8545);
  EXPECT_EQ(loaded({"--rpc-port", "7777", "--engine-port", "9000"}).ports.rpc, 7777);
}

TEST_F(SettingsTest, EnginePortZeroMakesAllPortsFree) {
  const Ports ports = loaded({"--engine-port", "0", "--admin-port", "7000"}).ports;
  EXPECT_EQ(ports.actors, 0);
  EXPECT_EQ(ports.rpc, 0);
  EXPECT_EQ(ports.admin, 7000);
}

TEST_F(SettingsTest, AnEnginePortWithoutRoomBesideItIsRefused) {
  EXPECT_EQ(refused({"--engine-port", "65530"}).fault, Fault::setting_value);
  EXPECT_EQ(refused({"--engine-port", "1"}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, TwoServicesOnOnePortAreRefused) {
  const Error error = refused({"--data-port", "8085"});
  EXPECT_EQ(error.fault, Fault::setting_value);
  EXPECT_EQ(error.field, "data_port");
  EXPECT_THAT(error.actual, HasSubstr("anchoring_port"));
}

TEST_F(SettingsTest, TheKeysStandInTheDataDirectoryUnlessTold) {
  EXPECT_EQ(loaded({"--data-dir", "/srv/node"}).key_dir, "/srv/node/keys");
  EXPECT_EQ(loaded({"--data-dir", "/srv/node", "--key-dir", "/etc/keys"}).key_dir, "/etc/keys");
}

TEST_F(SettingsTest, AnOpenAddressNeedsTheInsecureSwitch) {
  for (const char* address : {"0.0.0.0", "192.168.1.7", "::"}) {
    const Error error = refused({"--bind", address});
    EXPECT_EQ(error.fault, Fault::setting_value);
    EXPECT_THAT(error.expected, HasSubstr("--insecure-open-api"));
    EXPECT_EQ(loaded({"--bind", address, "--insecure-open-api"}).bind, address);
  }
  for (const char* address : {"127.0.0.1", "127.8.8.8", "::1", "localhost"})
    EXPECT_EQ(loaded({"--bind", address}).bind, address);
  for (const char* address : {"example.org", "127.0.0", "127.0.0.256", "127.0.0.1.5", ""})
    EXPECT_EQ(refused({std::string("--bind=") + address, "--insecure-open-api"}).fault, Fault::setting_value)
        << address;
}

TEST_F(SettingsTest, APartOfTheRolesIsRefusedAndSaysWhy) {
  EXPECT_EQ(loaded({"--roles", "data,manager,anchoring,engine"}).roles.size(), 4U);
  const Error error = refused({"--roles", "engine"});
  EXPECT_EQ(error.fault, Fault::setting_value);
  EXPECT_THAT(error.expected, HasSubstr("one process"));
  EXPECT_EQ(refused({"--roles", "engine,engine,manager,data"}).fault, Fault::setting_value);
}

TEST_F(SettingsTest, DevAndGenesisExcludeEachOther) {
  EXPECT_EQ(refused({"--dev", "--genesis", "g.json"}).fault, Fault::setting_value);
}

// ---- the chain is not a setting

TEST_F(SettingsTest, ChainParametersAreKeptToBeComparedWithTheGenesis) {
  const auto path = file("slot_duration_sec = 120\nd_min = 0.2\n");
  const auto result = load({"--config", path}, {{"COOLDOWN_SLOTS", "16"}, {"LUCID_CHAIN_ID", "7"}});
  ASSERT_TRUE(result) << to_text(result.error());
  EXPECT_THAT(result->chain_claims,
              testing::UnorderedElementsAre(ChainClaim{"COOLDOWN_SLOTS", "16", "environment COOLDOWN_SLOTS"},
                                            ChainClaim{"CHAIN_ID", "7", "environment LUCID_CHAIN_ID"},
                                            ChainClaim{"SLOT_DURATION_SEC", "120", "file " + path},
                                            ChainClaim{"D_MIN", "0.2", "file " + path}));
}

TEST_F(SettingsTest, AnUnreadableChainParameterIsRefusedAtOnce) {
  EXPECT_EQ(refused({}, {{"SLOT_DURATION_SEC", "two minutes"}}).fault, Fault::setting_value);
}

// ---- asking

TEST_F(SettingsTest, PrintedSettingsCarryTheirOriginAndAreAFileAgain) {
  const auto result = load({"--print-config", "--engine-port", "9000"}, {{"LOG_LEVEL", "debug"}});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->print_config);
  const std::string text = print_config(*result);
  EXPECT_THAT(text, HasSubstr("engine_port = 9000  # command line\n"));
  EXPECT_THAT(text, HasSubstr("log_level = \"debug\"  # environment LOG_LEVEL\n"));
  EXPECT_THAT(text, HasSubstr("bind = \"127.0.0.1\"  # default\n"));
  const auto again = load({"--config", file(text)});
  ASSERT_TRUE(again) << to_text(again.error());
  for (std::size_t i = 0; i < again->lines.size(); ++i)
    EXPECT_EQ(again->lines[i].toml_value, result->lines[i].toml_value) << again->lines[i].key;
}

TEST_F(SettingsTest, HelpNamesEverySettingWithItsVariables) {
  const auto result = load({"--help"});
  ASSERT_TRUE(result);
  const auto defaults = load({});
  ASSERT_TRUE(defaults);
  for (const auto& line : defaults->lines) {
    std::string flag = "--" + line.key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    EXPECT_THAT(result->help, HasSubstr(flag));
  }
  EXPECT_THAT(result->help, HasSubstr("LUCID_ENGINE_PORT"));
  EXPECT_THAT(result->help, HasSubstr("BLOCKCHAIN_ENGINE_PORT"));
}

TEST_F(SettingsTest, VersionIsAskedWithoutReadingAnythingElse) {
  const auto result = load({"--version"}, {{"LUCID_CONFIG", "/nowhere"}});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->version);
}

// ---- the file itself

TEST_F(SettingsTest, AMissingFileIsNamed) {
  const Error error = refused({"--config", scratch_.path() / "none.toml"});
  EXPECT_EQ(error.fault, Fault::file_missing);
  EXPECT_THAT(error.field, HasSubstr("none.toml"));
}

TEST_F(SettingsTest, AFileThatIsNoTomlIsRefusedWithItsLine) {
  const Error error = refused({"--config", file("dev = true\nbind = 127.0.0.1 # no quotes\n")});
  EXPECT_EQ(error.fault, Fault::setting_value);  // 127.0.0.1 reads as a number, which bind is not
  EXPECT_EQ(refused({"--config", file("dev = true\ndev = false\n")}).fault, Fault::file_form);
  EXPECT_EQ(refused({"--config", file("[engine]\nport = 1\n")}).fault, Fault::file_form);
}

}  // namespace
}  // namespace lucid::config
