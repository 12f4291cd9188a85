#include "config/chain_claims.hpp"

#include <gtest/gtest.h>

#include "core/params/params.hpp"

namespace lucid::config {
namespace {

ChainParams mainnet() {
  return params::profile_params(Profile::mainnet, params::kMainnetSlotOrigin);
}
ChainClaim claim(const std::string& name, const std::string& value) {
  return {name, value, "environment " + name};
}

struct Agreement {
  std::string name, right, wrong, in_genesis;
};
class ClaimsOfMainnet : public testing::TestWithParam<Agreement> {};

TEST_P(ClaimsOfMainnet, TheRightValuePassesAndAnotherIsAConflictThatNamesBoth) {
  const auto& [name, right, wrong, in_genesis] = GetParam();
  const std::vector<ChainClaim> agreeing{claim(name, right)};
  const auto agreed = compare_claims(agreeing, mainnet());
  EXPECT_TRUE(agreed) << to_text(agreed.error());

  const std::vector<ChainClaim> differing{claim(name, wrong)};
  const auto differed = compare_claims(differing, mainnet());
  ASSERT_FALSE(differed);
  EXPECT_EQ(differed.error(), (Error{Fault::setting_conflict, name + " (environment " + name + ")",
                                     in_genesis + " as in the genesis", wrong}));
}

TEST_P(ClaimsOfMainnet, GenesisTakesTheValue) {
  const auto& [name, right, wrong, in_genesis] = GetParam();
  ChainParams params;
  const std::vector<ChainClaim> claims{claim(name, wrong)};
  ASSERT_TRUE(apply_claims(claims, params));
  EXPECT_TRUE(compare_claims(claims, params));
}

INSTANTIATE_TEST_SUITE_P(
    All, ClaimsOfMainnet,
    testing::Values(Agreement{"SLOT_DURATION_SEC", "120", "60", "120"},
                    Agreement{"SLOT_TIMEOUT_MS", "5000", "4000", "5000"},
                    Agreement{"BLOCK_TIME_SECONDS", "10", "0.5", "10"}, Agreement{"EPOCH_SLOTS", "720", "20", "720"},
                    Agreement{"LEADER_WINDOW_DAYS", "7", "6", "7"}, Agreement{"COOLDOWN_SLOTS", "16", "15", "16"},
                    Agreement{"D_MIN", "0.2", "1/4", "1/5"}, Agreement{"BASE_MB_PER_SESSION", "5", "6", "5"},
                    Agreement{"MAX_TRANSACTIONS_PER_BLOCK", "1000", "10", "1000"},
                    Agreement{"MAX_BLOCK_BYTES", "1048576", "1000000", "1048576"},
                    Agreement{"CONSENSUS_PARTICIPANTS_MIN", "3", "1", "3"}, Agreement{"CHAIN_ID", "1337", "7", "1337"}),
    [](const auto& test) { return test.param.name; });

TEST(ChainClaims, EveryNameIsTestedAbove) {
  EXPECT_EQ(chain_claim_names().size(), 12U);
}

TEST(ChainClaims, TheLucidFormWinsAndEmptyCountsAsNotSet) {
  const auto claims = chain_claims_of({{"LUCID_D_MIN", "0.3"},
                                       {"D_MIN", "0.2"},
                                       {"LUCID_COOLDOWN_SLOTS", ""},
                                       {"COOLDOWN_SLOTS", "16"},
                                       {"SLOT_TIMEOUT_MS", ""},
                                       {"PATH", "/bin"}});
  EXPECT_EQ(claims, (std::vector<ChainClaim>{{"COOLDOWN_SLOTS", "16", "environment COOLDOWN_SLOTS"},
                                             {"D_MIN", "0.3", "environment LUCID_D_MIN"}}));
}

TEST(ChainClaims, AValueThatDoesNotReadIsRefused) {
  for (const auto& [name, value] : {std::pair{"SLOT_DURATION_SEC", "two"}, std::pair{"BLOCK_TIME_SECONDS", "0.0001"},
                                    std::pair{"D_MIN", "1/0"}, std::pair{"COOLDOWN_SLOTS", "1.5"}}) {
    const std::vector<ChainClaim> claims{claim(name, value)};
    EXPECT_EQ(compare_claims(claims, mainnet()).error().fault, Fault::setting_value) << name;
    ChainParams params;
    EXPECT_EQ(apply_claims(claims, params).error().fault, Fault::setting_value) << name;
  }
}

TEST(ChainClaims, ANameThatIsNoneIsRefused) {
  const std::vector<ChainClaim> claims{claim("SLOT_LENGTH", "1")};
  ChainParams params;
  EXPECT_EQ(apply_claims(claims, params).error().fault, Fault::setting_unknown);
  EXPECT_EQ(compare_claims(claims, params).error().fault, Fault::setting_unknown);
}

}  // namespace
}  // namespace lucid::config
