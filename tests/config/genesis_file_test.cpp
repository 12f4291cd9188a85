#include "config/genesis_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/key_files.hpp"
#include "core/crypto/verifier.hpp"
#include "core/params/params.hpp"
#include "tests/config/scratch_directory.hpp"

namespace lucid::config {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

class GenesisFileTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const ScratchDirectory scratch;
    std::vector<Validator> members;
    file_ = new GenesisFile;
    for (int i = 0; i < 3; ++i) {
      const std::string name = "pi-" + std::to_string(i);
      const auto keys = make_node_keys(scratch.path() / name).value();
      Validator validator;
      validator.name = decltype(validator.name)(name);
      validator.consensus_key = keys.consensus;
      validator.vrf_key = keys.vrf;
      validator.tls_key = keys.tls;
      members.push_back(validator);
      file_->genesis.owners.push_back({keys.account, keys.validator});
      file_->peers.push_back({name, "192.168.1." + std::to_string(i + 1) + ":8090"});
    }
    file_->genesis.params = params::profile_params(Profile::mainnet, 1'750'000'000'000);
    file_->genesis.validators = make_validator_set(members, QuorumRule::strict).value();
    std::sort(file_->genesis.owners.begin(), file_->genesis.owners.end(),
              [](const Owner& a, const Owner& b) { return a.account < b.account; });
  }
  static void TearDownTestSuite() { delete file_; }

  static Json document() { return Json::parse(genesis_to_json(*file_)); }
  static Error refused(const Json& json) { return refused_text(json.dump()); }
  static Error refused_text(const std::string& text) {
    const auto result = parse_genesis(text, "genesis file g.json");
    EXPECT_FALSE(result) << "expected a refusal of " << text.substr(0, 200);
    return result ? Error{} : result.error();
  }

  static inline GenesisFile* file_ = nullptr;
};

TEST_F(GenesisFileTest, WhatIsWrittenReadsBackWithTheSameHash) {
  const auto again = parse_genesis(genesis_to_json(*file_), "g");
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(*again, *file_);
  EXPECT_EQ(crypto::genesis_hash(again->genesis), crypto::genesis_hash(file_->genesis));
}

TEST_F(GenesisFileTest, PeerAddressesAreOutsideTheHash) {
  GenesisFile moved = *file_;
  moved.peers[0].address = "[fe80::1]:1";
  const auto again = parse_genesis(genesis_to_json(moved), "g");
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(again->peers[0].address, "[fe80::1]:1");
  EXPECT_EQ(crypto::genesis_hash(again->genesis), crypto::genesis_hash(file_->genesis));
}

TEST_F(GenesisFileTest, OrderOfFieldsValidatorsAndSpacesDoesNotMatter) {
  Json json = document();
  std::reverse(json["validators"].begin(), json["validators"].end());
  std::reverse(json["owners"].begin(), json["owners"].end());
  Json turned;
  turned["owners"] = json["owners"];
  turned["validators"] = json["validators"];
  turned["parameters"] = json["parameters"];
  const auto again = parse_genesis(turned.dump(7), "g");
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(again->genesis, file_->genesis);
}

TEST_F(GenesisFileTest, TimesMayBeMilliseconds) {
  Json json = document();
  json["parameters"]["start_time"] = 1'750'000'000'000;
  EXPECT_EQ(parse_genesis(json.dump(), "g").value().genesis, file_->genesis);
}

TEST_F(GenesisFileTest, AMissingParameterIsNamed) {
  const Json parameters = document()["parameters"];
  for (const auto& [key, value] : parameters.items()) {
    Json json = document();
    json["parameters"].erase(key);
    const Error error = refused(json);
    EXPECT_EQ(error.fault, Fault::genesis_field) << key;
    EXPECT_EQ(error.field, "genesis file g.json parameters." + key);
    EXPECT_EQ(error.actual, "nothing");
  }
}

TEST_F(GenesisFileTest, AParameterOfAnotherTypeIsNamed) {
  const Json parameters = document()["parameters"];
  for (const auto& [key, value] : parameters.items()) {
    for (const Json& wrong : {Json(1.5), Json(nullptr), Json(-1), Json::array()}) {
      Json json = document();
      json["parameters"][key] = wrong;
      const Error error = refused(json);
      EXPECT_EQ(error.fault, Fault::genesis_field) << key;
      EXPECT_EQ(error.field, "genesis file g.json parameters." + key);
    }
  }
}

TEST_F(GenesisFileTest, AnUnknownFieldIsNamedWhereverItStands) {
  Json top = document(), parameter = document(), validator = document(), owner = document();
  top["extra"] = 1;
  EXPECT_EQ(refused(top).field, "genesis file g.json extra");
  parameter["parameters"]["slot_length"] = 1;
  EXPECT_EQ(refused(parameter).field, "genesis file g.json parameters.slot_length");
  validator["validators"][1]["power"] = 1;
  EXPECT_EQ(refused(validator).field, "genesis file g.json validators[1].power");
  owner["owners"][2]["name"] = "x";
  EXPECT_EQ(refused(owner).field, "genesis file g.json owners[2].name");
  EXPECT_EQ(refused(top).fault, Fault::genesis_field);
}

TEST_F(GenesisFileTest, AMissingOrWrongKeyOfAValidatorIsNamed) {
  for (const std::string key : {"name", "consensus_key", "vrf_key", "tls_key"}) {
    Json missing = document(), wrong = document();
    missing["validators"][2].erase(key);
    EXPECT_EQ(refused(missing).field, "genesis file g.json validators[2]." + key);
    wrong["validators"][2][key] = key == "name" ? "" : "ab";
    EXPECT_EQ(refused(wrong).field, "genesis file g.json validators[2]." + key);
  }
  Json no_point = document();
  no_point["validators"][0]["consensus_key"] = std::string(66, 'f');
  EXPECT_EQ(refused(no_point).field, "genesis file g.json validators[0].consensus_key");
}

TEST_F(GenesisFileTest, AnAddressBesideTheKeyMustBeItsOwn) {
  Json json = document();
  json["validators"][0]["address"] = "0x" + std::string(40, '1');
  EXPECT_EQ(refused(json).field, "genesis file g.json validators[0].address");
  json["validators"][0].erase("address");
  EXPECT_TRUE(parse_genesis(json.dump(), "g"));
}

TEST_F(GenesisFileTest, APeerAddressMustBeHostAndPort) {
  for (const char* peer : {"host", ":1", "host:", "host:0", "host:65536", "host:x"}) {
    Json json = document();
    json["validators"][0]["peer"] = peer;
    EXPECT_EQ(refused(json).field, "genesis file g.json validators[0].peer") << peer;
  }
}

TEST_F(GenesisFileTest, TwoValidatorsOfOneNameAreRefused) {
  Json json = document();
  json["validators"][1]["name"] = json["validators"][0]["name"];
  EXPECT_EQ(refused(json).fault, Fault::genesis_field);
}

TEST_F(GenesisFileTest, TooFewValidatorsAreRefusedByTheChainsOwnRule) {
  Json json = document();
  json["validators"].erase(2);
  json["owners"] = Json::array();
  EXPECT_EQ(refused(json).fault, Fault::parameter_refused);
}

TEST_F(GenesisFileTest, ADoubledKeyIsRefused) {
  std::string text = genesis_to_json(*file_);
  const std::string field = "\"cooldown_slots\": 16,";
  text.insert(text.find(field), field);
  const Error error = refused_text(text);
  EXPECT_EQ(error.fault, Fault::genesis_form);
  EXPECT_THAT(error.actual, HasSubstr("cooldown_slots"));
}

TEST_F(GenesisFileTest, AFileThatEndsEarlyIsToldInOneSentenceWhereverItIsCut) {
  const std::string text = genesis_to_json(*file_);
  const std::size_t whole = text.rfind('}');
  for (std::size_t size = 0; size <= whole; size += 1 + size / 16) {
    const Error error = refused_text(text.substr(0, size));
    EXPECT_EQ(error.fault, Fault::genesis_form) << size;
    EXPECT_EQ(error.field, "genesis file g.json");
    EXPECT_THAT(error.actual, HasSubstr("ends early")) << size;
  }
}

TEST_F(GenesisFileTest, AFileWithAnErrorInsideNamesTheByte) {
  std::string text = genesis_to_json(*file_);
  text[text.find(':')] = ';';
  const Error error = refused_text(text);
  EXPECT_EQ(error.fault, Fault::genesis_form);
  EXPECT_THAT(error.actual, HasSubstr("error at byte"));
  EXPECT_EQ(refused_text(genesis_to_json(*file_) + "x").fault, Fault::genesis_form);
}

TEST_F(GenesisFileTest, FilesAreWrittenOnceAndRead) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "genesis.json";
  ASSERT_TRUE(write_genesis(path, *file_));
  EXPECT_EQ(read_genesis(path).value(), *file_);
  EXPECT_EQ(write_genesis(path, *file_).error().fault, Fault::file_io);
  EXPECT_EQ(read_genesis(scratch.path() / "none.json").error().fault, Fault::file_missing);
}

TEST_F(GenesisFileTest, AHugeFileIsRefusedUnread) {
  const ScratchDirectory scratch;
  const auto path = scratch.write("big.json", std::string(kMaxGenesisBytes + 1, ' '));
  EXPECT_EQ(read_genesis(path).error().fault, Fault::genesis_form);
}

}  // namespace
}  // namespace lucid::config
