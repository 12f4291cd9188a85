#include "core/crypto/sha256.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace lucid::crypto {
namespace {

TEST(Sha256, PiecesGiveTheHashOfTheWhole) {
  const Bytes whole(1000, 0x33);
  for (std::size_t cut : {0u, 1u, 63u, 64u, 65u, 999u, 1000u}) {
    Sha256 hasher;
    hasher.update(ByteView(whole).first(cut)).update(ByteView(whole).subspan(cut));
    EXPECT_EQ(hasher.finish(), sha256(whole)) << cut;
  }
}

TEST(Sha256, AfterFinishItStartsAnew) {
  Sha256 hasher;
  hasher.update(as_bytes("first"));
  hasher.finish();
  EXPECT_EQ(hasher.update(as_bytes("second")).finish(), sha256(as_bytes("second")));
  EXPECT_EQ(hasher.finish(), sha256({}));
}

TEST(Sha256, AMovedHasherGoesOn) {
  Sha256 first;
  first.update(as_bytes("one "));
  Sha256 second(std::move(first));
  EXPECT_EQ(second.update(as_bytes("two")).finish(), sha256(as_bytes("one two")));
}

TEST(Sha256, ManyThreadsAtOnceGetTheirOwnHashes) {
  std::vector<std::thread> threads;
  std::array<bool, 8> good{};
  for (std::size_t i = 0; i < good.size(); ++i)
    threads.emplace_back([i, &good] {
      const Bytes mine(100, static_cast<std::uint8_t>(i));
      const Hash256 first = sha256(mine);
      good[i] = true;
      for (int round = 0; round < 1000; ++round) good[i] = good[i] && sha256(mine) == first;
    });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < good.size(); ++i) EXPECT_TRUE(good[i]) << i;
}

}  // namespace
}  // namespace lucid::crypto
