#include "actors/signature_desk.hpp"

#include <gmock/gmock.h>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::actors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Turn = SignatureDesk::Turn;

/// A desk whose parts the test has checked when it likes.
class SignatureDeskTest : public testing::Test {
 protected:
  Bytes transaction(std::uint32_t account) const {
    return world_.encoded(fixtures::account_key(account), 0, fixtures::anchor_of(account));
  }
  void check(const std::string& name, const std::vector<Bytes>& transactions, Turn turn = Turn::in_order) {
    desk_.check({transactions.begin(), transactions.end()}, turn, [this, name](SignatureDesk::Checked checked) {
      done_.push_back(name);
      results_[name] = std::move(checked);
    });
  }
  /// What verifier actors do.
  void answer(const VerifyPart& part) {
    VerifiedPart done{part.part, part.from, {}};
    for (std::size_t i = part.from; i < part.to; ++i) {
      ++checks_;
      auto verified = world_.verifier.verify((*part.batch)[i]);
      done.results.push_back(
          verified ? Result<crypto::TransactionPtr>(
                         std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified)))
                   : tl::unexpected(verified.error()));
    }
    desk_.part_checked(done);
  }
  void answer_all() {
    for (const auto& part : std::exchange(parts_, {})) answer(part);
  }

  fixtures::SmallChain world_{1};
  std::map<Hash256, crypto::TransactionPtr> held_;  // by the owner
  std::vector<VerifyPart> parts_;
  SignatureDesk desk_{[this](const Hash256& id) { return held_.contains(id) ? held_.at(id) : nullptr; },
                      [this](VerifyPart part) { parts_.push_back(std::move(part)); }};
  std::vector<std::string> done_;
  std::map<std::string, SignatureDesk::Checked> results_;
  std::size_t checks_ = 0;
};

TEST_F(SignatureDeskTest, WhatIsBeingCheckedIsNotCheckedASecondTimeAndAllWhoAskedAreTold) {
  check("client", {transaction(1), transaction(1)});
  check("peer", {transaction(1)});
  check("block", {transaction(1), transaction(2)}, Turn::at_once);
  EXPECT_THAT(done_, IsEmpty());
  EXPECT_TRUE(desk_.needs_no_check(crypto::transaction_id(transaction(1))));
  answer_all();
  EXPECT_THAT(done_, SizeIs(3));
  EXPECT_EQ(checks_, 2u);
  for (const auto& [name, results] : results_)
    for (const auto& result : results) EXPECT_TRUE(result) << name;
}

TEST_F(SignatureDeskTest, BatchesComeBackInTheirOrderAndABlockDoesNotWaitForThem) {
  check("first", {transaction(1)});
  check("second", {transaction(2)});
  check("block", {transaction(3)}, Turn::at_once);
  ASSERT_THAT(parts_, SizeIs(3));
  answer(parts_[1]);
  EXPECT_THAT(done_, IsEmpty());
  EXPECT_EQ(desk_.batches_open(), 2u);
  answer(parts_[2]);
  EXPECT_THAT(done_, ElementsAre("block"));
  answer(parts_[0]);
  EXPECT_THAT(done_, ElementsAre("block", "first", "second"));
  EXPECT_EQ(desk_.batches_open(), 0u);
}

TEST_F(SignatureDeskTest, WhatWasCheckedIsRememberedUntilItIsCommitted) {
  check("ahead", {transaction(1)}, Turn::at_once);
  answer_all();
  check("again", {transaction(1)}, Turn::at_once);
  EXPECT_THAT(done_, ElementsAre("ahead", "again"));
  EXPECT_THAT(parts_, IsEmpty());
  EXPECT_EQ(*results_["again"][0], *results_["ahead"][0]);

  const Hash256 id = crypto::transaction_id(transaction(1));
  EXPECT_FALSE(desk_.needs_no_check(id));
  desk_.committed({id});
  EXPECT_TRUE(desk_.needs_no_check(id));  // whoever offers it now is behind
}

TEST_F(SignatureDeskTest, WhatItsOwnerHoldsIsNotCheckedAtAll) {
  held_[crypto::transaction_id(transaction(1))] = world_.next(1, fixtures::anchor_of(1));
  check("block", {transaction(1)}, Turn::at_once);
  EXPECT_THAT(done_, ElementsAre("block"));
  EXPECT_THAT(parts_, IsEmpty());
}

TEST_F(SignatureDeskTest, AForgedOneIsRefusedAndCheckedAgainWhenItComesAgain) {
  Bytes forged = transaction(1);
  forged.back() = 9;  // no recovery id
  check("first", {forged, transaction(2)});
  answer_all();
  ASSERT_THAT(results_["first"], SizeIs(2));
  EXPECT_FALSE(results_["first"][0]);
  EXPECT_TRUE(results_["first"][1]);
  check("second", {forged});
  EXPECT_THAT(parts_, SizeIs(1));
}

TEST_F(SignatureDeskTest, APartThatIsLostLeavesItsOwnUnansweredAndHoldsUpNobody) {
  check("lost", {transaction(1)});
  check("next", {transaction(2)});
  answer(parts_[1]);
  desk_.part_lost(parts_[0].part);
  EXPECT_THAT(done_, ElementsAre("lost", "next"));
  ASSERT_FALSE(results_["lost"][0]);
  EXPECT_EQ(results_["lost"][0].error().fault, Fault::no_answer);
  answer(parts_[0]);  // too late: nobody waits for it
  EXPECT_THAT(done_, SizeIs(2));
  check("anew", {transaction(1)});
  answer_all();
  EXPECT_TRUE(results_["anew"][0]);
}

TEST_F(SignatureDeskTest, TheOldestAreForgottenWhereMemoryWouldGrow) {
  const auto large = [&](std::uint32_t account) {
    const SubmitTaskProof proof{0, ProofType::uptime_beacon, BoundedBytes<64 * 1024>(Bytes(60'000, std::uint8_t{9}))};
    return world_.encoded(fixtures::account_key(account), 0, proof);
  };
  constexpr std::uint32_t kMany = 200;  // 12 MB
  for (std::uint32_t account = 0; account < kMany; ++account) check("all", {large(account)}, Turn::at_once);
  answer_all();
  check("newest", {large(kMany - 1)}, Turn::at_once);
  EXPECT_THAT(parts_, IsEmpty());
  check("oldest", {large(0)}, Turn::at_once);
  EXPECT_THAT(parts_, SizeIs(1));
}

}  // namespace
}  // namespace lucid::actors
