#include "storage/outbox.hpp"

#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

SessionId session_numbered(std::uint64_t number) {
  return *SessionId::from(crypto::sha256(as_bytes("session " + std::to_string(number))), "session");
}

OutboxRequest request(std::uint64_t number) {
  OutboxRequest request;
  request.anchor.session = session_numbered(number);
  request.anchor.chunk_count = static_cast<std::uint32_t>(number);
  request.submitted_at = 1000 + number;
  return request;
}

/// Stands for signing: the bytes say which anchor and nonce they are for.
Result<SignedAnchor> sign(const AnchorSession& anchor, std::uint64_t nonce) {
  SignedAnchor made;
  made.transaction = EncodedTransaction(codec::encode_array(anchor.session, nonce));
  made.transaction_id = crypto::sha256(made.transaction);
  made.valid_until_height = 100;
  return made;
}

class OutboxTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.crash();
    auto opened = Outbox::open(store_);
    ASSERT_HOLDS(opened);
    outbox_.emplace(std::move(*opened));
  }
  std::vector<OutboxEntry> put(std::uint64_t first, std::uint64_t count) {
    std::vector<OutboxRequest> requests;
    for (std::uint64_t i = 0; i < count; ++i) requests.push_back(request(first + i));
    auto entries = outbox_->put(requests, sign);
    EXPECT_TRUE(entries.has_value()) << to_text(entries.error());
    return entries ? *entries : std::vector<OutboxEntry>{};
  }
  OutboxConfirmation confirmation(const OutboxEntry& entry, Height height) {
    return {entry.anchoring_id, height, entry.transaction_id, 5000};
  }

  MemoryStore store_{tables_of(Environment::outbox)};
  std::optional<Outbox> outbox_;
};

TEST_F(OutboxTest, what_put_returned_is_there_after_a_power_cut) {
  outbox_->raise_next_nonce(7);
  const auto entries = put(1, 3);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(store_.commits(), 1u) << "a group is one synced transaction";
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(entries[i].anchoring_id, i + 1);
    EXPECT_EQ(entries[i].nonce, 7 + i);
    EXPECT_EQ(entries[i].status, OutboxStatus::pending);
  }
  reopen();
  EXPECT_EQ(*outbox_->pending(), entries);
  EXPECT_EQ(outbox_->next_nonce(), 10u);
  EXPECT_EQ(outbox_->count(), 3u);
  EXPECT_EQ(put(4, 1).front().anchoring_id, 4u);
}

TEST_F(OutboxTest, a_failed_put_uses_no_number_and_no_nonce) {
  put(1, 1);
  store_.fail_at_commit(1, Fault::storage_full);
  const OutboxRequest wanted = request(2);
  ASSERT_FAULT(Fault::storage_full, outbox_->put({&wanted, 1}, sign));
  EXPECT_EQ(outbox_->pending_count(), 1u);
  const auto entry = put(2, 1).front();
  EXPECT_EQ(entry.anchoring_id, 2u);
  EXPECT_EQ(entry.nonce, 1u);
}

TEST_F(OutboxTest, a_signer_that_refuses_keeps_the_whole_group_out) {
  std::vector<OutboxRequest> requests{request(1), request(2)};
  const auto refused = outbox_->put(requests, [](const AnchorSession& anchor, std::uint64_t nonce) {
    return nonce == 1 ? Result<SignedAnchor>(fail(Fault::key_invalid, "key")) : sign(anchor, nonce);
  });
  ASSERT_FAULT(Fault::key_invalid, refused);
  EXPECT_EQ(outbox_->count(), 0u);
  EXPECT_EQ(outbox_->next_nonce(), 0u);
  EXPECT_EQ(*outbox_->find_session(session_numbered(1)), std::nullopt);
}

TEST_F(OutboxTest, a_final_entry_is_no_longer_pending_and_stays_found) {
  const auto entries = put(1, 3);
  const std::vector<OutboxConfirmation> final{confirmation(entries[0], 9), confirmation(entries[2], 9)};
  ASSERT_HOLDS(outbox_->confirm(final));
  ASSERT_HOLDS(outbox_->confirm(final));
  EXPECT_EQ(outbox_->pending_count(), 1u);
  reopen();
  EXPECT_EQ(outbox_->pending_count(), 1u);
  EXPECT_EQ(outbox_->pending()->front(), entries[1]);
  const auto found = outbox_->find_session(session_numbered(3));
  ASSERT_HOLDS(found);
  EXPECT_EQ((*found)->status, OutboxStatus::confirmed);
  EXPECT_EQ((*found)->height, std::optional<Height>(9));
  EXPECT_EQ((*found)->confirmed_at, std::optional<TimeMs>(5000));
  EXPECT_TRUE((*found)->transaction.empty());
  ASSERT_FAULT(Fault::storage_not_found, outbox_->confirm(std::vector{OutboxConfirmation{99, 1, {}, 1}}));
}

TEST_F(OutboxTest, a_failed_entry_keeps_its_reason_and_a_new_one_of_the_session_is_found_instead) {
  put(1, 1);
  ASSERT_HOLDS(outbox_->mark_failed(1, std::string(300, 'x')));
  EXPECT_EQ((*outbox_->find_session(session_numbered(1)))->reason, BoundedString<256>(std::string(256, 'x')));
  ASSERT_FAULT(Fault::storage_not_found, outbox_->mark_failed(1, "again"));
  ASSERT_FAULT(Fault::storage_not_found, outbox_->resign(1, sign));
  put(1, 1);
  EXPECT_EQ((*outbox_->find_session(session_numbered(1)))->anchoring_id, 2u);
}

TEST_F(OutboxTest, a_reason_is_cut_between_two_characters) {
  put(1, 1);
  ASSERT_HOLDS(outbox_->mark_failed(1, std::string(255, 'x') + "\u00e4\u00e4"));
  reopen();
  EXPECT_EQ((*outbox_->find(1))->reason, BoundedString<256>(std::string(255, 'x')));
}

TEST_F(OutboxTest, a_failed_entry_that_turns_out_final_is_final) {
  const auto entry = put(1, 1).front();
  ASSERT_HOLDS(outbox_->mark_failed(1, "given up"));
  ASSERT_HOLDS(outbox_->confirm(std::vector{confirmation(entry, 4)}));
  EXPECT_EQ((*outbox_->find(1))->status, OutboxStatus::confirmed);
  EXPECT_TRUE((*outbox_->find(1))->reason.empty());
  EXPECT_EQ(outbox_->pending_count(), 0u);
}

TEST_F(OutboxTest, an_expired_entry_is_signed_anew_with_its_nonce) {
  put(1, 2);
  const auto again = outbox_->resign(1, [](const AnchorSession& anchor, std::uint64_t nonce) {
    auto made = sign(anchor, nonce);
    made->valid_until_height = 200;
    return made;
  });
  ASSERT_HOLDS(again);
  EXPECT_EQ(again->nonce, 0u);
  reopen();
  EXPECT_EQ((*outbox_->find(1))->valid_until_height, 200u);
  EXPECT_EQ(outbox_->next_nonce(), 2u);
}

TEST_F(OutboxTest, a_gap_is_filled_with_the_last_entry_and_no_other_is_signed_again) {
  const auto before = put(1, 4);
  ASSERT_HOLDS(outbox_->mark_failed(1, "refused"));
  const auto renewed = outbox_->renumber(0, sign);
  ASSERT_HOLDS(renewed);
  ASSERT_EQ(renewed->size(), 1u);
  EXPECT_EQ((*renewed)[0].anchoring_id, 4u);
  EXPECT_EQ((*renewed)[0].nonce, 0u);
  EXPECT_EQ((*renewed)[0].transaction, sign((*renewed)[0].anchor, 0)->transaction);
  EXPECT_EQ(outbox_->next_nonce(), 3u);
  reopen();
  EXPECT_EQ(*outbox_->pending(), (std::vector{before[1], before[2], (*renewed)[0]}));
}

TEST_F(OutboxTest, entries_whose_nonces_were_used_elsewhere_come_after_those_that_may_still_be_included) {
  const auto before = put(1, 4);
  const auto renewed = outbox_->renumber(2, sign);
  ASSERT_HOLDS(renewed);
  ASSERT_EQ(renewed->size(), 2u);
  for (std::uint64_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*renewed)[i].anchoring_id, i + 1);
    EXPECT_EQ((*renewed)[i].nonce, 4 + i);
  }
  EXPECT_EQ(outbox_->next_nonce(), 6u);
  EXPECT_EQ(outbox_->find(3)->value(), before[2]) << "others may hold it, and include it";
}

TEST_F(OutboxTest, entries_that_were_used_elsewhere_fill_gaps_first) {
  put(1, 4);
  ASSERT_HOLDS(outbox_->mark_failed(3, "refused"));
  const auto renewed = outbox_->renumber(1, sign);
  ASSERT_HOLDS(renewed);
  ASSERT_EQ(renewed->size(), 1u);
  EXPECT_EQ((*renewed)[0].anchoring_id, 1u);
  EXPECT_EQ((*renewed)[0].nonce, 2u);
  EXPECT_EQ(outbox_->next_nonce(), 4u);
}

TEST_F(OutboxTest, sessions_are_found_among_thousands_and_unknown_ones_are_not) {
  std::uint64_t next = 1;
  for (std::uint64_t group = 0; group < 60; ++group) {
    const auto entries = put(next, 1 + group % 50);
    std::vector<OutboxConfirmation> final;
    for (const OutboxEntry& entry : entries) final.push_back(confirmation(entry, group));
    ASSERT_HOLDS(outbox_->confirm(final));
    next += entries.size();
  }
  ASSERT_GT(next, 1000u);
  for (std::uint64_t number = 1; number < next; number += 13)
    EXPECT_EQ((*outbox_->find_session(session_numbered(number)))->anchoring_id, number);
  EXPECT_EQ(*outbox_->find_session(session_numbered(next)), std::nullopt);
  EXPECT_EQ(*outbox_->find(next), std::nullopt);
  EXPECT_TRUE(outbox_->pending()->empty());
}

}  // namespace
}  // namespace lucid::storage
