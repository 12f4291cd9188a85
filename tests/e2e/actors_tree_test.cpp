// `lucid actors` against a running node.
#include <gmock/gmock.h>

#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

using ::testing::HasSubstr;

class ActorsTreeTest : public NodeProcessTest {
 protected:
  Ended lucid(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program("lucid"));
    return run(std::move(arguments), scratch());
  }
};

TEST_F(ActorsTreeTest, TheTreeOfActorsShowsEveryOne) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  const Ended tree = lucid({"actors", "tree", "--data-dir", data().string()});
  EXPECT_EQ(tree.status, 0) << tree.out << tree.err;
  for (const char* name : {"slot_clock", "leader_selector", "work_tally", "block_producer", "validator", "ledger",
                           "anchor", "chunk_store", "block_manager", "supervisor", "introspector"})
    EXPECT_THAT(tree.out, HasSubstr(name));
  const Ended one = lucid({"actors", "inspect", "ledger", "--data-dir", data().string()});
  EXPECT_EQ(one.status, 0) << one.out << one.err;
  EXPECT_THAT(one.out, HasSubstr("height"));
}

}  // namespace
}  // namespace lucid::e2e
