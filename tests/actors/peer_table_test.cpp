// Whom a node calls, when, and which of two connections with the same node stays.
#include "actors/peer_table.hpp"

#include <gtest/gtest.h>

namespace lucid::actors {
namespace {

TlsPublicKey key(std::uint8_t number) {
  TlsPublicKey out;
  out.data[0] = number;
  return out;
}

constexpr ConnectionId kFirst{1}, kSecond{2};

/// The middle one of three; both others can be called.
class PeerTableTest : public ::testing::Test {
 protected:
  PeerTableTest() {
    table_.know({{key(1), {"one", Address{}, PeerAddress{"10.0.0.1", 8090}}},
                 {key(3), {"three", Address{}, PeerAddress{"10.0.0.3", 8090}}}});
  }
  PeerTable table_{key(2), 7};
};

TEST_F(PeerTableTest, EveryoneIsCalledOnceAtTheStart) {
  EXPECT_EQ(table_.calls(0), (std::vector{key(1), key(3)}));
  EXPECT_TRUE(table_.calls(60'000).empty()) << "both calls are still under way";
}

TEST_F(PeerTableTest, WhoIsNotReachedIsCalledLessAndLessOften) {
  std::uint64_t now_ms = 0;
  std::uint64_t expected_ms = kCallAgainMs;
  for (int attempt = 0; attempt < 10; ++attempt) {
    ASSERT_EQ(table_.calls(now_ms).front(), key(1));
    table_.unreached(key(1), now_ms, "no answer");
    table_.unreached(key(3), now_ms, "no answer");
    EXPECT_TRUE(table_.calls(now_ms + expected_ms * 3 / 4 - 1).empty()) << attempt;
    now_ms += expected_ms;
    expected_ms = std::min(expected_ms * 2, kCallAgainMaxMs);
  }
  EXPECT_EQ(table_.last_failure(key(1)), "no answer");
  table_.calls(now_ms);
  EXPECT_TRUE(table_.opened(key(1), kFirst, true).kept);
  EXPECT_EQ(table_.last_failure(key(1)), "");
  table_.proved(key(1));
  table_.closed(kFirst, now_ms, "cut");
  EXPECT_EQ(table_.calls(now_ms + kCallAgainMs).front(), key(1)) << "a success begins anew";
}

TEST_F(PeerTableTest, OfTwoConnectionsBothEndsKeepTheOneThatTheLowerKeyMade) {
  EXPECT_TRUE(table_.opened(key(1), kFirst, true).kept);
  const auto from_lower = table_.opened(key(1), kSecond, false);
  EXPECT_TRUE(from_lower.kept);
  EXPECT_EQ(from_lower.closes, kFirst);
  EXPECT_FALSE(table_.opened(key(1), ConnectionId{3}, true).kept) << "whatever comes first";
  EXPECT_EQ(table_.connection_of(key(1)), kSecond);

  EXPECT_TRUE(table_.opened(key(3), ConnectionId{4}, true).kept);
  EXPECT_FALSE(table_.opened(key(3), ConnectionId{5}, false).kept);
}

TEST_F(PeerTableTest, ANewConnectionOfTheSameDirectionReplacesTheOneThatARestartLeftBehind) {
  EXPECT_TRUE(table_.opened(key(1), kFirst, false).kept);
  const auto again = table_.opened(key(1), kSecond, false);
  EXPECT_TRUE(again.kept);
  EXPECT_EQ(again.closes, kFirst);
  EXPECT_EQ(table_.closed(kFirst, 0, "replaced"), std::nullopt) << "the new one stands";
  EXPECT_EQ(table_.closed(kSecond, 0, "cut"), key(1));
}

TEST_F(PeerTableTest, WhoLeavesTheSetLosesItsConnectionAndIsNotCalledAgain) {
  table_.opened(key(1), kFirst, true);
  EXPECT_EQ(table_.know({{key(3), {"three", Address{}, PeerAddress{"10.0.0.3", 8090}}}}), std::vector{kFirst});
  EXPECT_EQ(table_.calls(0), std::vector{key(3)});
  EXPECT_FALSE(table_.opened(key(1), kSecond, false).kept) << "nobody knows it any more";
}

TEST_F(PeerTableTest, AnObserverIsNeverCalled) {
  table_.know({{key(4), {}}});
  EXPECT_TRUE(table_.calls(0).empty());
  EXPECT_TRUE(table_.opened(key(4), kFirst, false).kept);
}

TEST(PeerAddress, IsAHostAndAPort) {
  EXPECT_EQ(*parse_peer_address("pi-2.local:8090"), (PeerAddress{"pi-2.local", 8090}));
  EXPECT_EQ(*parse_peer_address("[fd00::2]:1"), (PeerAddress{"fd00::2", 1}));
  for (const char* wrong : {"", "pi-2", "pi-2:", ":8090", "pi-2:0", "pi-2:65536", "pi-2:80x", "pi-2:-1"}) {
    const auto parsed = parse_peer_address(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().fault, Fault::genesis_field) << wrong;
  }
}

TEST_F(PeerTableTest, AConnectionThatEndsBeforeAnAnswerIsOneMoreFailure) {
  table_.know({{key(1), {"one", Address{}, PeerAddress{"10.0.0.1", 8090}}}});
  std::uint64_t now_ms = 0, waited_ms = 0;
  for (std::uint64_t number = 0; number < 10; ++number) {
    const std::uint64_t closed_ms = now_ms;
    while (table_.calls(now_ms) != std::vector{key(1)}) ++now_ms;
    waited_ms = now_ms - closed_ms;
    ASSERT_TRUE(table_.opened(key(1), ConnectionId{100 + number}, true).kept);
    table_.closed(ConnectionId{100 + number}, now_ms, "refused");
  }
  EXPECT_GE(waited_ms, kCallAgainMaxMs * 3 / 4) << "it is called ever later";
  EXPECT_LE(waited_ms, kCallAgainMaxMs);
}

TEST_F(PeerTableTest, WhoIsToldOftenEnoughThatItsKeyIsTakenHasACopy) {
  for (std::uint32_t told = 1; told < kCallsOfACopy; ++told) EXPECT_FALSE(table_.is_taken(key(1))) << told;
  table_.proved(key(1));
  for (std::uint32_t told = 1; told < kCallsOfACopy; ++told)
    EXPECT_FALSE(table_.is_taken(key(1))) << "an answer in between: it was an old connection of this node";
  EXPECT_TRUE(table_.is_taken(key(1)));
  EXPECT_FALSE(table_.is_taken(key(1))) << "said once";
}

}  // namespace
}  // namespace lucid::actors
