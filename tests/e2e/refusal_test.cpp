// What a node that cannot start says: one sentence that names what is wrong and what to do.
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

using ::testing::HasSubstr;

class RefusalTest : public NodeProcessTest {
 protected:
  /// lucidd's own lines on standard error.
  static std::vector<std::string> sentences(const std::string& err) {
    std::vector<std::string> out;
    std::istringstream in(err);
    for (std::string line; std::getline(in, line);)
      if (line.rfind("lucidd: ", 0) == 0) out.push_back(line);
    return out;
  }
  void expect_refusal(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
    const Ended ended = run(arguments, scratch());
    EXPECT_NE(ended.status, 0);
    EXPECT_NE(ended.status, -1) << "it runs";
    EXPECT_LT(ended.status, 126) << ended.err;
    const auto said = sentences(ended.err);
    ASSERT_EQ(said.size(), 1u) << ended.err;
    EXPECT_EQ(said[0].back(), '.');
    for (const auto& word : words) EXPECT_THAT(said[0], HasSubstr(word));
  }
  /// Runs lucidd where `mounts` (shell) has been done for it alone. False where this machine does not permit that.
  std::optional<std::vector<std::string>> with_mounts(const std::string& mounts) const {
    if (run({"unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"}, scratch()).status != 0) return std::nullopt;
    std::vector<std::string> out{"unshare", "-m", "sh", "-c", mounts + " && exec \"$@\"", "sh"};
    for (const auto& argument : node_arguments()) out.push_back(argument);
    return out;
  }
  /// A first start and a stop: then there is a chain.
  void make_chain() {
    start();
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_EQ(stop(), 0);
  }
};

TEST_F(RefusalTest, AReadOnlyDataDirectory) {
  make_chain();
  const auto dir = data().string();
  const auto arguments = with_mounts("mount --bind " + dir + " " + dir + " && mount -o remount,ro,bind " + dir);
  if (!arguments) GTEST_SKIP() << "this machine permits no mount namespace";
  expect_refusal(*arguments, {dir, "writ"});
}

TEST_F(RefusalTest, AFullDataDirectory) {
  const auto dir = data().string();
  std::filesystem::create_directories(data());
  const auto arguments = with_mounts("mount -t tmpfs -o size=64k none " + dir + " && { head -c 1M /dev/zero > " + dir +
                                     "/ballast 2>/dev/null; true; }");
  if (!arguments) GTEST_SKIP() << "this machine permits no mount namespace";
  expect_refusal(*arguments, {dir, "room"});
}

TEST_F(RefusalTest, ADataDirectoryThatAnotherNodeUses) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  expect_refusal(node_arguments(), {data().string(), std::to_string(node_->pid())});
  EXPECT_TRUE(get("/health").is_object()) << "the first node goes on";
}

TEST_F(RefusalTest, APortInUse) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  expect_refusal({program("lucidd"), "--dev", "--data-dir", (scratch() / "other").string(), "--engine-port",
                  std::to_string(port())},
                 {std::to_string(port()), "port"});
}

TEST_F(RefusalTest, AGenesisThatEndsEarly) {
  make_chain();
  const auto genesis = scratch() / "genesis.json";
  std::filesystem::copy_file(data() / "genesis.json", genesis);
  std::filesystem::resize_file(genesis, std::filesystem::file_size(genesis) / 2);
  expect_refusal({program("lucidd"), "--genesis", genesis.string(), "--data-dir", (scratch() / "other").string(),
                  "--engine-port", "0"},
                 {genesis.string()});
}

TEST_F(RefusalTest, TheGenesisOfAnotherChain) {
  make_chain();
  const auto foreign = scratch() / "foreign.json";
  const auto other = (scratch() / "other").string();
  {
    Process second({program("lucidd"), "--dev", "--data-dir", other, "--engine-port", "0"}, scratch());
    ASSERT_TRUE(second.until([&] { return std::filesystem::exists(other + "/ports.json"); })) << second.err();
    second.signal(SIGTERM);
    ASSERT_EQ(second.wait(kPatience), 0);
  }
  std::filesystem::copy_file(other + "/genesis.json", foreign);
  expect_refusal(
      {program("lucidd"), "--genesis", foreign.string(), "--data-dir", data().string(), "--engine-port", "0"},
      {foreign.string(), "--data-dir"});
}

TEST_F(RefusalTest, AKeyFileThatOthersMayRead) {
  make_chain();
  const auto key = data() / "keys" / "consensus.key";
  ASSERT_TRUE(std::filesystem::exists(key));
  ASSERT_EQ(chmod(key.c_str(), 0644), 0);
  expect_refusal(node_arguments(), {key.string(), "600"});
}

TEST_F(RefusalTest, NeitherAGenesisNorDev) {
  expect_refusal({program("lucidd"), "--data-dir", data().string(), "--engine-port", "0"}, {"--genesis", "--dev"});
}

TEST_F(RefusalTest, AnOpenAddressWithoutSayingSo) {
  auto arguments = node_arguments();
  arguments.insert(arguments.end(), {"--bind", "0.0.0.0"});
  expect_refusal(arguments, {"--insecure-open-api", "0.0.0.0"});
  EXPECT_FALSE(std::filesystem::exists(data()));
}

TEST_F(RefusalTest, ASettingThatDoesNotExist) {
  auto arguments = node_arguments();
  arguments.push_back("--no-such-setting");
  expect_refusal(arguments, {"no-such-setting"});
}

}  // namespace
}  // namespace lucid::e2e
