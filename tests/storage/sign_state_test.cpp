// What a validator signed survives every power cut, and nothing is overwritten.
#include "storage/sign_state.hpp"

#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "core/crypto/verifier.hpp"
#include "storage/data_directory.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

using consensus::DurableRound;
using consensus::Persist;
using consensus::SignRecord;
using consensus::SignStep;

SignedBlock block_named(std::string_view name) {
  return {crypto::sha256(as_bytes(name)), Bytes(5000, static_cast<std::uint8_t>(name.front()))};
}

SignRecord record(Height height, Round round, SignStep step, std::optional<Hash256> value = {}) {
  SignRecord made{height, round, step, value, {}, {}};
  made.signature.data[0] = static_cast<std::uint8_t>(round + 1);
  return made;
}

Persist save_of(std::vector<SignRecord> records, std::vector<Hash256> blocks = {}) {
  Persist persist;
  persist.durable.height = records.empty() ? 1 : records.back().height;
  for (const Hash256& block : blocks) persist.durable.blocks.push_back(block);
  persist.records = std::move(records);
  return persist;
}

class SignStateTest : public ::testing::Test {
 protected:
  StoredSignState load() {
    store_.crash();
    auto loaded = state_.load();
    EXPECT_TRUE(loaded.has_value()) << to_text(loaded.error());
    return loaded ? *loaded : StoredSignState{};
  }

  MemoryStore store_{tables_of(Environment::sign)};
  SignState state_{store_};
};

TEST_F(SignStateTest, a_new_one_is_empty) {
  const auto state = load();
  EXPECT_TRUE(state.records.empty());
  EXPECT_TRUE(state.blocks.empty());
  EXPECT_EQ(state.durable, DurableRound{});
}

TEST_F(SignStateTest, a_save_is_one_commit_with_records_lock_blocks_and_prevotes) {
  const SignedBlock block = block_named("a");
  Persist persist = save_of({record(5, 0, SignStep::propose, block.block), record(5, 0, SignStep::prevote, block.block),
                             record(5, 0, SignStep::precommit, block.block)},
                            {block.block});
  persist.durable.locked_round = 0;
  persist.durable.locked_block = block.block;
  persist.durable.valid_round = 0;
  persist.durable.valid_block = block.block;
  Vote vote;
  vote.height = 5;
  vote.block = block.block;
  persist.durable.prevotes.push_back(vote);
  ASSERT_HOLDS(state_.save(persist, {&block, 1}));
  EXPECT_EQ(store_.commits(), 1u);
  const auto state = load();
  EXPECT_EQ(state.records, persist.records);
  EXPECT_EQ(state.durable, persist.durable);
  EXPECT_EQ(state.blocks, std::vector{block});
}

TEST_F(SignStateTest, records_of_a_height_add_up_and_go_with_the_next_height) {
  ASSERT_HOLDS(state_.save(save_of({record(5, 0, SignStep::prevote)}), {}));
  ASSERT_HOLDS(state_.save(save_of({record(5, 0, SignStep::precommit)}), {}));
  ASSERT_HOLDS(state_.save(save_of({record(5, 1, SignStep::prevote)}), {}));
  EXPECT_EQ(load().records.size(), 3u);
  ASSERT_HOLDS(state_.save(save_of({record(6, 0, SignStep::propose)}), {}));
  EXPECT_EQ(load().records, std::vector{record(6, 0, SignStep::propose)});
}

TEST_F(SignStateTest, the_last_hundred_rounds_are_kept) {
  for (Round round = 0; round < 150; ++round)
    ASSERT_HOLDS(
        state_.save(save_of({record(5, round, SignStep::prevote), record(5, round, SignStep::precommit)}), {}));
  const auto state = load();
  ASSERT_EQ(state.records.size(), 200u);
  EXPECT_EQ(state.records.front(), record(5, 50, SignStep::prevote));
  EXPECT_EQ(state.records.back(), record(5, 149, SignStep::precommit));
}

TEST_F(SignStateTest, a_record_below_the_newest_is_refused_and_changes_nothing) {
  const Persist first = save_of({record(5, 3, SignStep::prevote)});
  ASSERT_HOLDS(state_.save(first, {}));
  ASSERT_FAULT(Fault::sign_refused, state_.save(save_of({record(5, 3, SignStep::propose)}), {}));
  ASSERT_FAULT(Fault::sign_refused, state_.save(save_of({record(5, 2, SignStep::precommit)}), {}));
  ASSERT_FAULT(Fault::sign_refused, state_.save(save_of({record(4, 9, SignStep::precommit)}), {}));
  const auto state = load();
  EXPECT_EQ(state.records, first.records);
  EXPECT_EQ(state.durable, first.durable);
}

TEST_F(SignStateTest, other_content_in_the_same_place_is_refused_identical_content_is_not) {
  const SignRecord signed_before = record(5, 3, SignStep::prevote, block_named("a").block);
  ASSERT_HOLDS(state_.save(save_of({signed_before}), {}));
  ASSERT_HOLDS(state_.save(save_of({signed_before}), {}));
  ASSERT_FAULT(Fault::sign_refused, state_.save(save_of({record(5, 3, SignStep::prevote)}), {}));
  SignRecord other_signature = signed_before;
  other_signature.signature.data[9] = 1;
  ASSERT_FAULT(Fault::sign_refused, state_.save(save_of({other_signature}), {}));
  EXPECT_EQ(load().records, std::vector{signed_before});
}

TEST_F(SignStateTest, blocks_stay_while_they_are_named_and_go_when_they_are_not) {
  const SignedBlock a = block_named("a"), b = block_named("b"), unnamed = block_named("c");
  ASSERT_HOLDS(state_.save(save_of({record(5, 0, SignStep::prevote)}, {a.block}), std::vector{a, unnamed}));
  EXPECT_EQ(load().blocks, std::vector{a});
  ASSERT_HOLDS(state_.save(save_of({record(5, 1, SignStep::prevote)}, {a.block, b.block}), std::vector{b}));
  EXPECT_EQ(load().blocks, (std::vector{a, b}));
  ASSERT_HOLDS(state_.save(save_of({record(5, 2, SignStep::prevote)}, {b.block}), {}));
  EXPECT_EQ(load().blocks, std::vector{b});
}

TEST_F(SignStateTest, a_block_that_is_named_and_not_given_is_refused) {
  ASSERT_FAULT(Fault::storage_not_found,
               state_.save(save_of({record(5, 0, SignStep::prevote)}, {block_named("a").block}), {}));
  EXPECT_TRUE(load().records.empty());
}

TEST_F(SignStateTest, each_write_that_fails_leaves_the_save_before_whole) {
  const SignedBlock a = block_named("a"), b = block_named("b");
  const Persist before = save_of({record(5, 0, SignStep::prevote)}, {a.block});
  ASSERT_HOLDS(state_.save(before, std::vector{a}));
  const Persist after = save_of({record(6, 0, SignStep::propose), record(6, 0, SignStep::prevote)}, {b.block});
  std::uint64_t failures = 0;
  for (std::uint64_t n = 1; n < 20; ++n) {
    store_.fail_at_write(n);
    const Status saved = state_.save(after, std::vector{b});
    if (saved) break;
    ++failures;
    const auto state = load();
    EXPECT_EQ(state.records, before.records) << n;
    EXPECT_EQ(state.durable, before.durable) << n;
    EXPECT_EQ(state.blocks, std::vector{a}) << n;
  }
  EXPECT_EQ(failures, 6u) << "two records, one dropped, a block in, a block out, the round";
  store_.fail_at_write(0);
  EXPECT_EQ(load().records, after.records);
}

TEST_F(SignStateTest, a_failed_commit_leaves_the_save_before_whole) {
  const Persist before = save_of({record(5, 0, SignStep::prevote)});
  ASSERT_HOLDS(state_.save(before, {}));
  store_.fail_at_commit(1);
  ASSERT_FAULT(Fault::storage_io, state_.save(save_of({record(5, 1, SignStep::prevote)}), {}));
  EXPECT_EQ(load().records, before.records);
}

TEST_F(SignStateTest, a_halt_stays_until_a_person_clears_it) {
  ASSERT_FAULT(Fault::storage_not_found, state_.clear_halt());
  Persist persist = save_of({record(5, 0, SignStep::prevote)});
  persist.durable.halted = true;
  ASSERT_HOLDS(state_.save(persist, {}));
  EXPECT_TRUE(load().durable.halted);
  ASSERT_HOLDS(state_.clear_halt());
  EXPECT_FALSE(load().durable.halted);
  EXPECT_EQ(load().records, persist.records);
}

TEST_F(SignStateTest, what_is_restored_names_each_block_with_its_header_and_size) {
  Block block;
  block.header.height = 5;
  block.header.time = 77;
  const SignedBlock stored{crypto::header_hash(block.header), codec::encode(block)};
  ASSERT_HOLDS(state_.save(save_of({record(5, 0, SignStep::prevote, stored.block)}, {stored.block}), {&stored, 1}));
  const auto restored = to_restored(load(), 4);
  ASSERT_HOLDS(restored);
  EXPECT_EQ(restored->floor, 4u);
  EXPECT_EQ(restored->records, load().records);
  EXPECT_EQ(restored->durable, load().durable);
  ASSERT_EQ(restored->blocks.size(), 1u);
  EXPECT_EQ(restored->blocks[0].block, stored.block);
  EXPECT_EQ(restored->blocks[0].header, block.header);
  EXPECT_EQ(restored->blocks[0].block_bytes, stored.bytes.size());
}

TEST_F(SignStateTest, bytes_of_another_block_are_not_restored) {
  Block block;
  const SignedBlock wrong{block_named("a").block, codec::encode(block)};
  StoredSignState state;
  state.blocks = {wrong};
  ASSERT_FAULT(Fault::block_hash, to_restored(state, 0));
  state.blocks = {block_named("a")};
  ASSERT_FAULT(Fault::decode_type, to_restored(state, 0));
}

TEST(SignStateOnDisk, is_read_back_by_the_next_process_life) {
  testing::TemporaryDirectory directory;
  const SignedBlock block = block_named("a");
  const Persist persist = save_of({record(7, 2, SignStep::precommit, block.block)}, {block.block});
  {
    auto data = DataDirectory::open(directory.path());
    ASSERT_HOLDS(data);
    auto store = data->environment(Environment::sign);
    ASSERT_HOLDS(store);
    ASSERT_HOLDS(SignState(**store).save(persist, {&block, 1}));
  }
  auto data = DataDirectory::open(directory.path());
  ASSERT_HOLDS(data);
  auto store = data->environment(Environment::sign);
  ASSERT_HOLDS(store);
  const auto state = SignState(**store).load();
  ASSERT_HOLDS(state);
  EXPECT_EQ(state->records, persist.records);
  EXPECT_EQ(state->durable, persist.durable);
  EXPECT_EQ(state->blocks, std::vector{block});
}

}  // namespace
}  // namespace lucid::storage
