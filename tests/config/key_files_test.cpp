#include "config/key_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/private_files.hpp"
#include "tests/config/scratch_directory.hpp"

namespace lucid::config {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kFiles[] = {"consensus.key", "vrf.key", "account.key", "tls.pem"};

class KeyFilesTest : public testing::Test {
 protected:
  std::filesystem::path dir() const { return scratch_.path() / "keys"; }
  Error refused() const {
    const auto keys = read_node_keys(dir());
    EXPECT_FALSE(keys) << "expected a refusal";
    return keys ? Error{} : keys.error();
  }
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  ScratchDirectory scratch_;
};

TEST_F(KeyFilesTest, MadeKeysReadBackAsTheSame) {
  const auto made = make_node_keys(dir());
  ASSERT_TRUE(made) << to_text(made.error());
  const auto keys = read_node_keys(dir());
  ASSERT_TRUE(keys) << to_text(keys.error());
  EXPECT_EQ(public_keys(*keys).value(), *made);
  EXPECT_NE(made->validator, made->account) << "no key serves two purposes";
}

TEST_F(KeyFilesTest, FilesAreClosedToOthersAndNothingElseIsLeft) {
  ASSERT_TRUE(make_node_keys(dir()));
  EXPECT_EQ(mode_of(dir()), 0700U);
  for (const char* name : kFiles) EXPECT_EQ(mode_of(dir() / name), 0600U) << name;
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir()), {}), 4);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch_.path()), {}), 1);
}

TEST_F(KeyFilesTest, TwoNodesHaveDifferentKeys) {
  const auto a = make_node_keys(scratch_.path() / "a").value(), b = make_node_keys(scratch_.path() / "b").value();
  EXPECT_NE(a.consensus, b.consensus);
  EXPECT_NE(a.vrf, b.vrf);
  EXPECT_NE(a.tls, b.tls);
  EXPECT_NE(a.account, b.account);
}

TEST_F(KeyFilesTest, AnEmptyDirectoryThatExistsIsUsed) {
  std::filesystem::create_directory(dir());
  std::filesystem::permissions(dir(), std::filesystem::perms::owner_all);
  EXPECT_TRUE(make_node_keys(dir() / ""));
  EXPECT_TRUE(read_node_keys(dir()));
}

TEST_F(KeyFilesTest, KeysAreNeverOverwritten) {
  ASSERT_TRUE(make_node_keys(dir()));
  const std::string before = read_whole(dir() / "consensus.key");
  EXPECT_TRUE(has_node_keys(dir()));
  EXPECT_EQ(make_node_keys(dir()).error().fault, Fault::file_io);
  for (const char* name : {"consensus.key", "vrf.key", "account.key"}) std::filesystem::remove(dir() / name);
  EXPECT_EQ(make_node_keys(dir()).error().fault, Fault::file_io) << "one of them is enough";
  EXPECT_FALSE(std::filesystem::exists(dir() / "consensus.key"));
  EXPECT_EQ(before.size(), 65U);
}

TEST_F(KeyFilesTest, AMissingFileIsNamed) {
  for (const char* name : kFiles) {
    ASSERT_TRUE(make_node_keys(dir()));
    std::filesystem::remove(dir() / name);
    EXPECT_EQ(refused(), (Error{Fault::file_missing, (dir() / name).string(), "", ""}));
    std::filesystem::remove_all(dir());
  }
  EXPECT_FALSE(has_node_keys(dir()));
}

TEST_F(KeyFilesTest, AFileThatOthersMayTouchIsRefusedAndSaysWhatToDo) {
  ASSERT_TRUE(make_node_keys(dir()));
  for (const char* name : kFiles) {
    for (const mode_t mode : {0640, 0604, 0660, 0601, 0610, 0777}) {
      ASSERT_EQ(::chmod((dir() / name).c_str(), mode), 0);
      const Error error = refused();
      EXPECT_EQ(error.fault, Fault::file_mode);
      EXPECT_EQ(error.expected, "chmod 600 " + (dir() / name).string());
    }
    ASSERT_EQ(::chmod((dir() / name).c_str(), 0600), 0);
  }
  EXPECT_TRUE(read_node_keys(dir()));
}

TEST_F(KeyFilesTest, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_TRUE(make_node_keys(dir()));
  ASSERT_EQ(::chown((dir() / "vrf.key").c_str(), 65532, 65532), 0);
  EXPECT_EQ(refused().fault, Fault::file_owner);
}

TEST_F(KeyFilesTest, ALinkIsNotFollowed) {
  ASSERT_TRUE(make_node_keys(dir()));
  std::filesystem::rename(dir() / "consensus.key", scratch_.path() / "elsewhere");
  std::filesystem::create_symlink(scratch_.path() / "elsewhere", dir() / "consensus.key");
  const Error error = refused();
  EXPECT_EQ(error.fault, Fault::file_form);
  EXPECT_EQ(error.actual, "a symbolic link");
}

TEST_F(KeyFilesTest, AFolderOrAPipeIsNoKey) {
  ASSERT_TRUE(make_node_keys(dir()));
  std::filesystem::remove(dir() / "consensus.key");
  ASSERT_EQ(::mkfifo((dir() / "consensus.key").c_str(), 0600), 0);
  EXPECT_EQ(refused().fault, Fault::file_form);
  std::filesystem::remove(dir() / "consensus.key");
  std::filesystem::create_directory(dir() / "consensus.key");
  EXPECT_EQ(refused().fault, Fault::file_form);
}

TEST_F(KeyFilesTest, ContentThatIsNoKeyIsRefusedWithoutShowingIt) {
  ASSERT_TRUE(make_node_keys(dir()));
  const std::string digits = read_whole(dir() / "account.key").substr(0, 64);
  for (const std::string& content : {std::string(), digits.substr(1), digits + "0", digits + "\n\n",
                                     " " + digits.substr(1), "x" + digits.substr(1)}) {
    scratch_.write("keys/account.key", content);
    const Error error = refused();
    EXPECT_EQ(error.fault, Fault::file_form);
    EXPECT_THAT(to_text(error), Not(HasSubstr(digits.substr(1, 16))));
  }
  scratch_.write("keys/account.key", std::string(5000, 'a'));
  EXPECT_EQ(refused().fault, Fault::file_form);
}

TEST_F(KeyFilesTest, ANumberOutOfTheGroupIsNoKey) {
  ASSERT_TRUE(make_node_keys(dir()));
  for (const char* name : {"consensus.key", "vrf.key", "account.key"}) {
    const std::string good = read_whole(dir() / name);
    for (const char digit : {'0', 'f'}) {
      scratch_.write(std::string("keys/") + name, std::string(64, digit) + "\n");
      const Error error = refused();
      EXPECT_EQ(error.fault, Fault::key_invalid) << name;
      EXPECT_EQ(error.field, (dir() / name).string());
    }
    scratch_.write(std::string("keys/") + name, good);
  }
}

TEST_F(KeyFilesTest, ATlsKeyMustBeEd25519) {
  ASSERT_TRUE(make_node_keys(dir()));
  scratch_.write("keys/tls.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(refused().fault, Fault::file_form);
}

TEST_F(KeyFilesTest, AnOpenDirectoryIsRefusedForNewKeys) {
  std::filesystem::create_directory(dir());
  std::filesystem::permissions(dir(), std::filesystem::perms::owner_all | std::filesystem::perms::group_read);
  const auto made = make_node_keys(dir());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::file_mode);
  EXPECT_EQ(made.error().expected, "chmod 700 " + dir().string());
}

TEST_F(KeyFilesTest, WhatACutLeftBehindDoesNotHinder) {
  std::filesystem::create_directory(scratch_.path() / "keys.unfinished");
  scratch_.write("keys.unfinished/consensus.key", "half");
  std::filesystem::permissions(scratch_.path() / "keys.unfinished", std::filesystem::perms::owner_all);
  EXPECT_TRUE(make_node_keys(dir()));
  EXPECT_TRUE(read_node_keys(dir()));
}

TEST_F(KeyFilesTest, ThePublicFileGoesThereAndBackAndHoldsNoSecret) {
  const auto keys = make_node_keys(dir()).value();
  const std::string json = public_keys_to_json("pi-1", keys);
  const auto again = parse_public_keys(json, "pi-1.json");
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(again->first, "pi-1");
  EXPECT_EQ(again->second, keys);
  for (const char* name : {"consensus.key", "vrf.key", "account.key"})
    EXPECT_THAT(json, Not(HasSubstr(read_whole(dir() / name).substr(0, 64))));
}

TEST_F(KeyFilesTest, AWrongPublicFileNamesItsField) {
  const std::string json = public_keys_to_json("pi-1", make_node_keys(dir()).value());
  std::string other_address = json;
  char& digit = other_address[other_address.find("0x") + 2];
  digit = digit == '0' ? '1' : '0';
  EXPECT_EQ(parse_public_keys(other_address, "pi-1.json").error().field, "pi-1.json.address");
  EXPECT_EQ(parse_public_keys("{}", "pi-1.json").error().field, "pi-1.json.name");
  EXPECT_EQ(parse_public_keys(json.substr(0, 99), "pi-1.json").error().fault, Fault::file_form);
}

}  // namespace
}  // namespace lucid::config
