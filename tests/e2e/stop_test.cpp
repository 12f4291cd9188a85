#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

using StopTest = NodeProcessTest;

TEST_F(StopTest, SigtermEndsTheNodeWithinFiveSecondsAndTheNextStartContinuesTheChain) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  const Recording recording(1);
  const auto accepted = client().post_json("/api/v1/anchoring/session", recording.anchor_json);
  ASSERT_TRUE(accepted) << to_text(accepted.error());
  ASSERT_EQ(accepted->status, 202) << accepted->body;
  const std::string path = "/api/v1/anchoring/session/" + recording.session;
  ASSERT_TRUE(node_->until([&] { return get(path).value("status", "") == "confirmed"; }));
  const auto before = height();
  const auto anchor = get(path);
  const auto genesis = get("/api/v1/blocks/height/0");
  EXPECT_EQ(stop(), 0) << node_->err();
  EXPECT_FALSE(std::filesystem::exists(data() / "ports.json"));

  start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_GE(height(), before);
  EXPECT_EQ(get(path).value("block_height", std::uint64_t{0}), anchor.value("block_height", std::uint64_t{1}));
  EXPECT_EQ(get("/api/v1/blocks/height/0"), genesis);
  EXPECT_TRUE(node_->until([&] { return height() > before; })) << "the chain does not go on";
  EXPECT_EQ(stop(), 0) << node_->err();
}

TEST_F(StopTest, RequestsUnderWayDoNotHoldTheEndUp) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  const Recording recording(1);
  ASSERT_TRUE(client().post_json("/api/v1/anchoring/session", recording.anchor_json));
  auto idle = client();  // keeps its connection
  ASSERT_TRUE(idle.get("/health"));
  EXPECT_EQ(stop(), 0) << node_->err();
}

}  // namespace
}  // namespace lucid::e2e
