#include "core/crypto/secret_key.hpp"

#include <gtest/gtest.h>
#include <new>
#include <type_traits>

#include "tests/fixtures/hex.hpp"

namespace lucid::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SigningKey> && !std::is_copy_assignable_v<SigningKey>);
static_assert(!std::is_same_v<SigningKey, VrfSecretKey>);

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

TEST(SecretKey, AMovedFromKeyIsWiped) {
  auto from = test::small_key<SigningKey>(5);
  const SigningKey to(std::move(from));
  EXPECT_TRUE(all_zero(from.view()));  // NOLINT(bugprone-use-after-move): what is left behind is the point
  EXPECT_EQ(to.view()[31], 5);
}

TEST(SecretKey, AssigningByMoveWipesTheSourceAndNotItself) {
  auto from = test::small_key<SigningKey>(5);
  auto to = test::small_key<SigningKey>(6);
  to = std::move(from);
  EXPECT_TRUE(all_zero(from.view()));  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to.view()[31], 5);
  auto& same = to;
  to = std::move(same);
  EXPECT_EQ(to.view()[31], 5);
}

TEST(SecretKey, ADestroyedKeyLeavesNoSecretBehind) {
  alignas(SigningKey) std::array<std::uint8_t, sizeof(SigningKey)> memory{};
  auto* key = new (memory.data()) SigningKey(test::small_key<SigningKey>(5).clone());
  EXPECT_FALSE(all_zero(memory));
  key->~SigningKey();
  EXPECT_TRUE(all_zero(memory));
}

TEST(SecretKey, ACloneIsAKeyOfItsOwn) {
  const auto key = test::small_key<VrfSecretKey>(5);
  const auto copy = key.clone();
  EXPECT_TRUE(std::equal(copy.view().begin(), copy.view().end(), key.view().begin()));
}

}  // namespace
}  // namespace lucid::crypto
