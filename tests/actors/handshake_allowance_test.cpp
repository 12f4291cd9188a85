// What strangers may cost, and that they do not keep known nodes out.
#include "actors/handshake_allowance.hpp"

#include <gtest/gtest.h>

namespace lucid::actors {
namespace {

constexpr std::uint64_t kSecondMs = 1'000;

class HandshakeAllowanceTest : public ::testing::Test {
 protected:
  /// How many of so many attempts at one moment were let in.
  std::int64_t let_in(const std::string& host, int attempts, std::uint64_t now_ms) {
    std::int64_t count = 0;
    for (int i = 0; i < attempts; ++i) count += allowance_.refusal(host, now_ms) ? 0 : 1;
    return count;
  }
  /// Each attempt from another address.
  std::int64_t let_in_of_crowd(int attempts, std::uint64_t now_ms) {
    std::int64_t count = 0;
    for (int i = 0; i < attempts; ++i) count += let_in("10.0.0." + std::to_string(crowd_++), 1, now_ms);
    return count;
  }
  HandshakeAllowance allowance_;
  int crowd_ = 0;
};

TEST_F(HandshakeAllowanceTest, OneAddressGetsItsShareAndThenSoManyASecond) {
  EXPECT_EQ(let_in("10.1.1.1", 1'000, 0), HandshakeAllowance::kOfHostAtOnce);
  EXPECT_EQ(allowance_.refusal("10.1.1.1", 0), "too many handshakes of its address");
  EXPECT_EQ(let_in("10.1.1.1", 1'000, kSecondMs), HandshakeAllowance::kOfHost);
}

TEST_F(HandshakeAllowanceTest, ManyAddressesTogetherGetTheShareOfStrangers) {
  EXPECT_EQ(let_in_of_crowd(1'000, 0), HandshakeAllowance::kOfStrangersAtOnce);
  EXPECT_EQ(allowance_.refusal("10.1.1.1", 0), "too many handshakes of strangers");
  EXPECT_EQ(let_in_of_crowd(1'000, kSecondMs), HandshakeAllowance::kOfStrangers);
}

TEST_F(HandshakeAllowanceTest, WhoHasProvenItselfIsLetInThroughACrowd) {
  allowance_.proven("192.168.1.5", 0);
  let_in_of_crowd(10'000, 0);
  EXPECT_EQ(let_in("192.168.1.5", 1, 0), 1) << "its address is remembered, and has an allowance of its own";
  EXPECT_EQ(let_in("192.168.1.5", 1'000, 0), HandshakeAllowance::kOfHostAtOnce - 1);
}

TEST_F(HandshakeAllowanceTest, WhoIsRefusedDoesNotUseUpWhatOthersShare) {
  let_in("10.1.1.1", 1'000, 0);
  EXPECT_EQ(let_in_of_crowd(1'000, 0), HandshakeAllowance::kOfStrangersAtOnce - HandshakeAllowance::kOfHostAtOnce);
}

}  // namespace
}  // namespace lucid::actors
