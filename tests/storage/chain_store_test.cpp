// The ledger's database, fed with real blocks and held against a dumb twin.
#include "storage/chain_store.hpp"

#include <gtest/gtest.h>

#include "core/merkle/append_log.hpp"
#include "core/merkle/tree.hpp"
#include "storage/chain_handovers.hpp"
#include "storage/chain_scan.hpp"
#include "storage/data_directory.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"
#include "tests/storage/stored_chain.hpp"

namespace lucid::storage {
namespace {

using fixtures::account_key;
using fixtures::address_of;
using fixtures::anchor_of;
using fixtures::session_id;
using fixtures::some_hash;
using ledger::ChunkRecordKind;
using testing::StoredChain;

TEST(ChainStore, a_new_database_holds_block_0) {
  StoredChain node(1);
  const auto now = node.snapshot();
  const auto tip = now->tip();
  ASSERT_HOLDS(tip);
  EXPECT_EQ(tip->state, ledger::genesis_state(node.world.chain));
  EXPECT_EQ(now->block(0)->header, node.world.chain.header);
  EXPECT_EQ(*now->height_of(node.world.chain.hash), std::optional<Height>(0));
  EXPECT_EQ(*now->slot_of(0), std::optional(node.world.chain.header.slot));
  EXPECT_EQ(*now->slot_of(1), std::nullopt);
  ASSERT_FAULT(Fault::block_not_found, now->block_row(1));
  ASSERT_FAULT(Fault::block_not_found, now->certificate_of(0));
  ASSERT_FAULT(Fault::block_not_found, now->certificate_of(1));
}

TEST(ChainStore, opening_again_continues_and_another_genesis_is_refused) {
  StoredChain node(1);
  node.grow();
  const std::uint64_t commits = node.store.commits();
  ASSERT_HOLDS(ChainStore::open(node.store, node.world.chain));
  EXPECT_EQ(node.store.commits(), commits) << "a second start writes nothing";
  Genesis other = node.world.chain.genesis;
  other.params.chain_id = 4242;
  const auto chain = ledger::make_chain(other, crypto::secp256k1_scheme());
  ASSERT_HOLDS(chain);
  ASSERT_FAULT(Fault::genesis_mismatch, ChainStore::open(node.store, *chain));
}

TEST(ChainStore, several_blocks_share_one_commit_and_are_there_all_or_none) {
  StoredChain node(4);
  const auto grow = [&](ChainAppend& append, std::uint32_t number) {
    const auto built = node.world.build({node.world.next(1, anchor_of(number))});
    ASSERT_HOLDS(built);
    node.world.commit(*built);
    ASSERT_HOLDS(append.add(built->block, built->execution, node.world.tip_certificate));
  };
  {
    auto append = node.chain->append();
    ASSERT_HOLDS(append);
    grow(*append, 1);
    grow(*append, 2);
    EXPECT_EQ(append->chain().tip()->state, node.world.state);
    EXPECT_EQ(*append->chain().next_nonce(address_of(account_key(1))), 2u);
    EXPECT_EQ(node.snapshot()->tip()->state.height, 0u) << "nobody else sees them yet";
    ASSERT_HOLDS(append->commit());
  }
  EXPECT_EQ(node.store.commits(), 2u);  // genesis and these
  EXPECT_EQ(node.snapshot()->tip()->state, node.world.state);
  EXPECT_EQ(*node.snapshot()->block(1), node.world.blocks[0]);
  EXPECT_EQ(*node.snapshot()->certificate_of(2), node.world.tip_certificate);

  const auto before = node.world.state;
  node.store.fail_at_commit(1, Fault::storage_full);
  {
    auto append = node.chain->append();
    ASSERT_HOLDS(append);
    grow(*append, 3);
    grow(*append, 4);
    ASSERT_FAULT(Fault::storage_full, append->commit());
  }
  EXPECT_EQ(node.snapshot()->tip()->state, before);
  ASSERT_FAULT(Fault::block_not_found, node.snapshot()->block_row(3));
}

TEST(ChainStore, a_block_is_one_commit_and_read_back_whole) {
  StoredChain node(4);
  node.grow({node.world.next(1, anchor_of(1)), node.world.next(2, anchor_of(2)), node.world.next(1, anchor_of(1))});
  EXPECT_EQ(node.store.commits(), 2u);  // genesis and the block
  node.grow();
  const auto now = node.snapshot();
  for (Height height = 1; height <= 2; ++height) {
    const auto block = now->block(height);
    ASSERT_HOLDS(block);
    EXPECT_EQ(*block, node.world.blocks[height - 1]);
    const auto row = now->block_row(height);
    ASSERT_HOLDS(row);
    EXPECT_EQ(row->hash, node.executions[height - 1].hash);
    EXPECT_EQ(row->block_bytes, codec::encode(*block).size());
    EXPECT_EQ(*now->height_of(row->hash), std::optional(height));
    EXPECT_EQ(*now->transaction_records(height), node.executions[height - 1].changes.transactions);
  }
  EXPECT_EQ(now->block_rows(1, 99)->size(), 2u);
  EXPECT_EQ(now->block_rows(0, 1)->size(), 2u);
  EXPECT_EQ(*now->certificate_of(1), node.world.blocks[1].last_commit);
  EXPECT_EQ(*now->certificate_of(2), node.world.tip_certificate);
  const auto tip = now->tip();
  ASSERT_HOLDS(tip);
  EXPECT_EQ(tip->state, node.world.state);
  EXPECT_EQ(*now->height_of(some_hash(3)), std::nullopt);
}

TEST(ChainStore, only_the_one_block_that_follows_the_tip_is_taken) {
  StoredChain node(1);
  const auto built = node.world.build();
  ASSERT_HOLDS(built);
  const auto certificate = node.world.certify(1, built->execution.hash);
  auto commit = [&](const Block& block, const ledger::Execution& execution, const Certificate& decided) {
    return node.chain->commit(block, execution, decided);
  };
  Block other = built->block;
  other.header.height = 2;
  ASSERT_FAULT(Fault::block_previous_hash, commit(other, built->execution, certificate));
  other = built->block;
  other.header.previous_hash = some_hash(1);
  ASSERT_FAULT(Fault::block_previous_hash, commit(other, built->execution, certificate));
  other = built->block;
  other.header.time += 1;
  ASSERT_FAULT(Fault::block_hash, commit(other, built->execution, certificate));
  ASSERT_FAULT(Fault::block_certificate, commit(built->block, built->execution, node.world.certify(1, some_hash(1))));
  EXPECT_EQ(node.snapshot()->tip()->state.height, 0u);
  ASSERT_HOLDS(commit(built->block, built->execution, certificate));
  ASSERT_FAULT(Fault::block_previous_hash, commit(built->block, built->execution, certificate));
}

TEST(ChainStore, every_failed_write_leaves_the_chain_as_it_was) {
  StoredChain node(1);
  node.grow({node.world.next(1, anchor_of(1))});
  const auto built = node.world.build(
      {node.world.next(1, anchor_of(2)), node.world.next(1, AnchorChunk{session_id(2), 0, some_hash(1)})});
  ASSERT_HOLDS(built);
  const auto certificate = node.world.certify(2, built->execution.hash);
  std::uint64_t failures = 0;
  for (;; ++failures) {
    node.store.fail_at_write(failures + 1);
    if (node.chain->commit(built->block, built->execution, certificate)) break;
    node.store.crash();
    const auto now = node.snapshot();
    EXPECT_EQ(now->tip()->state, node.world.state);
    EXPECT_FALSE(now->anchor(session_id(2))->has_value());
    EXPECT_EQ(*now->slot_of(2), std::nullopt);
    EXPECT_EQ(scan_heights(*now, 0, 99)->faults.size(), 0u);
  }
  node.store.fail_at_write(0);
  EXPECT_GE(failures, 8u);
  EXPECT_EQ(node.snapshot()->tip()->state, built->execution.state);
}

TEST(ChainStore, a_failed_commit_keeps_nothing_and_can_be_repeated) {
  StoredChain node(1);
  const auto built = node.world.build({node.world.next(1, anchor_of(1))});
  ASSERT_HOLDS(built);
  const auto certificate = node.world.certify(1, built->execution.hash);
  node.store.fail_at_commit(1, Fault::storage_full);
  ASSERT_FAULT(Fault::storage_full, node.chain->commit(built->block, built->execution, certificate));
  EXPECT_EQ(node.snapshot()->tip()->state.height, 0u);
  ASSERT_HOLDS(node.chain->commit(built->block, built->execution, certificate));
  EXPECT_EQ(node.snapshot()->tip()->state.height, 1u);
}

TEST(ChainStore, transactions_are_found_by_id_with_their_outcome) {
  StoredChain node(1);
  std::vector<std::pair<Height, crypto::TransactionPtr>> sent;
  for (std::uint32_t block = 0; block < 40; ++block) {
    std::vector<crypto::TransactionPtr> transactions;
    for (std::uint32_t i = 0; i < block % 5; ++i) {
      transactions.push_back(node.world.next(i, anchor_of(block * 10 + i / 2)));  // the second of a pair is refused
      sent.emplace_back(block + 1, transactions.back());
    }
    node.grow(transactions);
  }
  const auto now = node.snapshot();
  ASSERT_EQ(sent.size(), 80u);
  for (const auto& [height, transaction] : sent) {
    const auto place = now->find_transaction((*transaction)->id);
    ASSERT_HOLDS(place);
    ASSERT_TRUE(place->has_value());
    EXPECT_EQ((*place)->height, height);
    EXPECT_EQ((*place)->record, node.executions[height - 1].changes.transactions[(*place)->index]);
    EXPECT_EQ((*place)->record.sender, (*transaction)->sender);
    EXPECT_EQ(*now->transaction(height, (*place)->index), (*transaction)->encoded);
  }
  EXPECT_FALSE(now->find_transaction(some_hash(9))->has_value());
  EXPECT_FALSE(now->find_transaction(node.executions[3].hash)->has_value()) << "a block's hash is no transaction";
  EXPECT_FALSE(now->height_of((*sent[0].second)->id)->has_value()) << "and a transaction's id no block";
  ASSERT_FAULT(Fault::storage_not_found, now->transaction(2, 9));
}

TEST(ChainStore, anchors_are_found_by_session_and_proven_from_stored_nodes) {
  StoredChain node(1);
  std::uint32_t number = 0;
  for (const std::uint32_t count : {1u, 3u, 0u, 7u, 2u, 8u}) {
    std::vector<crypto::TransactionPtr> transactions;
    for (std::uint32_t i = 0; i < count; ++i) transactions.push_back(node.world.next(1, anchor_of(number++)));
    node.grow(transactions);
  }
  const auto now = node.snapshot();
  ASSERT_EQ(*now->anchor_count(), 21u);
  const auto read = [&](std::uint8_t level, std::uint64_t index) { return now->log_node(level, index); };
  const Header& tip = node.world.headers.back();
  for (std::uint32_t i = 0; i < number; ++i) {
    const auto found = now->find_anchor(session_id(i));
    ASSERT_HOLDS(found);
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->leaf_index, i);
    EXPECT_EQ((*found)->leaf.anchor, anchor_of(i));
    EXPECT_EQ((*found)->leaf.account, address_of(account_key(1)));
    const auto proof = merkle::log_inclusion_proof(read, i, tip.anchor_log_size);
    ASSERT_HOLDS(proof);
    ASSERT_HOLDS(merkle::verify_inclusion(merkle::leaf_hash(codec::encode((*found)->leaf)), i, tip.anchor_log_size,
                                          *proof, tip.anchor_log_root));
  }
  for (const Header& older : node.world.headers) {
    const auto proof = merkle::log_consistency_proof(read, older.anchor_log_size, tip.anchor_log_size);
    ASSERT_HOLDS(proof);
    ASSERT_HOLDS(merkle::verify_consistency(older.anchor_log_size, tip.anchor_log_size, older.anchor_log_root,
                                            tip.anchor_log_root, *proof));
  }
  EXPECT_FALSE(now->find_anchor(session_id(number))->has_value());
  ASSERT_FAULT(Fault::storage_not_found, now->anchor_leaf(number));
  ASSERT_FAULT(Fault::storage_not_found, now->log_node(0, number));
  ASSERT_FAULT(Fault::storage_not_found, now->log_node(5, 0));
  ASSERT_FAULT(Fault::storage_not_found, now->log_node(64, 0));
  ASSERT_FAULT(Fault::storage_not_found, now->log_node(63, UINT64_MAX));
}

TEST(ChainStore, chunk_records_are_kept_by_session_index_and_kind) {
  StoredChain node(1);
  const auto session = session_id(1);
  node.grow({node.world.next(1, anchor_of(0)), node.world.next(1, anchor_of(1, 300)),
             node.world.next(1, AnchorChunk{session, 256, some_hash(1)}),
             node.world.next(1, AnchorChunk{session, 9, some_hash(2)})});
  node.grow({node.world.next(1, StoreChunkMetadata{session, 9, some_hash(3), 77}),
             node.world.next(1, AnchorChunk{session, 10, some_hash(4)})});
  const auto now = node.snapshot();
  EXPECT_TRUE(*now->has_chunk(ChunkRecordKind::anchored, session, 9));
  EXPECT_TRUE(*now->has_chunk(ChunkRecordKind::metadata, session, 9));
  EXPECT_FALSE(*now->has_chunk(ChunkRecordKind::metadata, session, 10));
  EXPECT_FALSE(*now->has_chunk(ChunkRecordKind::anchored, session_id(0), 9));
  EXPECT_FALSE(*now->has_chunk(ChunkRecordKind::anchored, session_id(5), 9));
  const auto record = now->chunk_record(ChunkRecordKind::metadata, session, 9);
  ASSERT_HOLDS(record);
  EXPECT_EQ((*record)->hash, some_hash(3));
  EXPECT_EQ((*record)->size_bytes, 77u);
  const auto all = now->chunk_records(session, 0, 99);
  ASSERT_HOLDS(all);
  std::vector<std::uint32_t> indices;
  for (const auto& one : *all) indices.push_back(one.index);
  EXPECT_EQ(indices, (std::vector<std::uint32_t>{9, 9, 10, 256}));
  EXPECT_EQ(now->chunk_records(session, 10, 1)->front().index, 10u);
}

TEST(ChainStore, answers_execution_exactly_as_the_twin_does_over_epochs) {
  StoredChain node(3, Profile::test);
  std::uint32_t number = 0;
  for (int slot = 0; slot < 80; ++slot) {
    node.grow({node.world.next(number % 3, anchor_of(number))});
    ++number;
    node.close_slot();
  }
  const auto now = node.snapshot();
  const auto& twin = node.world.reader;
  const Slot first = node.world.chain.header.slot;
  const Slot last = node.world.state.slot;
  ASSERT_FALSE(twin.tallies.empty()) << "the story must reach a settled epoch";
  for (std::uint32_t account = 0; account < 5; ++account)
    EXPECT_EQ(*now->next_nonce(address_of(account_key(account))), *twin.next_nonce(address_of(account_key(account))));
  for (std::uint32_t i = 0; i <= number; ++i) EXPECT_EQ(*now->anchor(session_id(i)), *twin.anchor(session_id(i)));
  for (std::uint64_t from = first.value; from <= last.value; from += 7)
    EXPECT_EQ(*now->vrf_outputs(Slot{from}, Slot{from + 11}), *twin.vrf_outputs(Slot{from}, Slot{from + 11}));
  for (Height height = 0; height <= node.world.state.height + 1; ++height)
    EXPECT_EQ(*now->slot_of(height), *twin.slot_of(height));
  const std::uint64_t epoch = node.world.state.credits.epoch.value;
  for (std::uint64_t e = epoch - 20; e <= epoch + 2; ++e) {
    EXPECT_EQ(now->tally(Epoch{e})->rows, twin.tally(Epoch{e})->rows);
    EXPECT_EQ(*now->validators_of(Epoch{e}), *twin.validators_of(Epoch{e}));
  }
  for (const credits::SlotResult& row : twin.slot_results) {
    EXPECT_EQ(*now->slot_result(row.first), std::optional(row));
    EXPECT_EQ(*now->slot_result(row.last), std::optional(row));
  }
  EXPECT_EQ(*now->slot_result(last.next()), std::nullopt);
  const auto newest = now->slot_results_before(last, 3);
  ASSERT_HOLDS(newest);
  ASSERT_EQ(newest->size(), 3u);
  EXPECT_EQ(newest->front(), twin.slot_results.back());
  const auto scan = scan_heights(*now, 0, UINT64_MAX - 1);
  ASSERT_HOLDS(scan);
  EXPECT_TRUE(scan->faults.empty()) << to_text(scan->faults.front().error);
  EXPECT_EQ(scan->blocks, node.world.state.height + 1);
  EXPECT_EQ(scan->transactions, number);
  EXPECT_EQ(scan->anchors, number);
}

TEST(ChainStore, a_block_executed_on_a_snapshot_gives_the_same_header) {
  StoredChain node(1);
  node.grow({node.world.next(1, anchor_of(1))});
  const auto transactions = std::vector{node.world.next(1, anchor_of(2)), node.world.next(1, anchor_of(1))};
  const auto expected = node.world.build(transactions);
  ASSERT_HOLDS(expected);
  const auto now = node.snapshot();
  const ledger::BlockCheck check{expected->block, {}, {}, {}, {}, true};
  const auto report = ledger::check_next_block(node.world.chain, node.world.verifier, now->tip()->state,
                                               node.world.plan(), *now, check);
  ASSERT_HOLDS(report);
  EXPECT_TRUE(report->valid());
  EXPECT_EQ(report->execution->hash, expected->execution.hash);
}

TEST(ChainStore, a_snapshot_stays_at_its_moment) {
  StoredChain node(1);
  const auto before = node.snapshot();
  node.grow({node.world.next(1, anchor_of(1))});
  EXPECT_EQ(before->tip()->state.height, 0u);
  EXPECT_FALSE(before->anchor(session_id(1))->has_value());
  EXPECT_EQ(node.snapshot()->tip()->state.height, 1u);
}

// ---- changes of validators and owners

UpdateValidators change_of(SetChange change, std::uint32_t number) {
  const Validator validator = fixtures::make_validator(number);
  if (change == SetChange::remove) return {change, validator.address, std::nullopt, 0};
  return {change, validator.address, validator, 0};
}

TEST(ChainStore, sets_and_owners_are_kept_by_the_epoch_from_which_they_hold) {
  StoredChain node(4, Profile::test);
  const Address account = address_of(account_key(5));
  const UpdateOwners admitted{SetChange::add, {account, fixtures::make_validator(1).address}};
  const UpdateOwners dismissed{SetChange::remove, {account, std::nullopt}};
  node.grow(node.world.passing(1, change_of(SetChange::add, 9)));
  node.grow(node.world.passing(1, admitted));
  while (node.world.state.credits.epoch < Epoch{1}) node.close_slot();
  node.grow(node.world.passing(1, change_of(SetChange::remove, 0)));
  node.grow(node.world.passing(1, dismissed));
  EXPECT_EQ(node.snapshot()->tip()->state, node.world.state) << "with what is scheduled and not frozen";
  EXPECT_FALSE(node.world.state.set_changes.scheduled.empty());
  while (node.world.state.credits.epoch < Epoch{4}) node.close_slot();
  const auto now = node.snapshot();
  const auto& twin = node.world.reader;
  for (std::uint64_t epoch = 0; epoch < 7; ++epoch) {
    EXPECT_EQ(*now->validators_of(Epoch{epoch}), *twin.validators_of(Epoch{epoch})) << epoch;
    for (const std::uint32_t number : {4u, 5u, 6u})
      EXPECT_EQ(*now->owner_of(address_of(account_key(number)), Epoch{epoch}),
                *twin.owner_of(address_of(account_key(number)), Epoch{epoch}))
          << epoch;
  }
  EXPECT_EQ((*now->validators_of(Epoch{2}))->size(), 5u);
  EXPECT_EQ((*now->validators_of(Epoch{3}))->size(), 4u);
  EXPECT_TRUE((*now->owner_of(account, Epoch{2}))->registered);
  EXPECT_FALSE((*now->owner_of(account, Epoch{9}))->registered);
  EXPECT_EQ(*now->owner_of(account, Epoch{1}), std::nullopt);
}

TEST(ChainStore, each_change_of_the_set_has_one_handover) {
  StoredChain node(4, Profile::test);
  node.grow(node.world.passing(1, change_of(SetChange::add, 9)));
  while (node.world.state.credits.epoch < Epoch{1}) node.close_slot();
  node.grow(node.world.passing(1, change_of(SetChange::remove, 0)));
  while (node.world.state.credits.epoch < Epoch{4}) node.close_slot();
  const auto& params = node.world.chain.params();
  const auto& headers = node.world.headers;
  const auto now = node.snapshot();
  for (Height last = 0; last < headers.size(); ++last) {
    const auto made = handovers(*now, params, last);
    ASSERT_HOLDS(made);
    std::vector<Height> expected;
    for (Height height = 0; height < last; ++height)
      if (headers[height].validators_hash != headers[height].next_validators_hash) expected.push_back(height);
    ASSERT_EQ(made->size(), expected.size()) << last;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ((*made)[i].header, headers[expected[i]]);
      EXPECT_EQ(crypto::validators_hash((*made)[i].next), headers[expected[i]].next_validators_hash);
      EXPECT_EQ((*made)[i].certificate.height, expected[i]);
    }
  }
  EXPECT_EQ(handovers(*now, params, headers.size() - 1)->size(), 2u);
  ASSERT_FAULT(Fault::block_not_found, handovers(*now, params, headers.size()));
}

TEST(ChainStore, a_jump_over_two_sets_is_one_handover_to_the_last_of_them) {
  StoredChain node(4, Profile::test);
  node.grow(node.world.passing(1, change_of(SetChange::add, 9)));
  while (node.world.state.credits.epoch < Epoch{1}) node.close_slot();
  node.grow(node.world.passing(1, change_of(SetChange::remove, 0)));
  const auto& params = node.world.chain.params();
  node.grow({}, slots::start_of(params, slots::first_slot(params, Epoch{6})));
  const Height handed_at = node.world.state.height;
  EXPECT_TRUE(handovers(*node.snapshot(), params, handed_at)->empty()) << "the last block of the old set";
  node.grow();
  const auto made = handovers(*node.snapshot(), params, handed_at + 1);
  ASSERT_HOLDS(made);
  ASSERT_EQ(made->size(), 1u);
  EXPECT_EQ((*made)[0].header.height, handed_at);
  EXPECT_EQ((*made)[0].next, node.world.state.validators);
}

// ---- the integrity scan

class ChainScan : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::uint32_t i = 0; i < 4; ++i) node_.grow({node_.world.next(1, anchor_of(i))});
  }
  void damage(Table table, ByteView key, std::size_t at) {
    auto txn = node_.store.write();
    ASSERT_HOLDS(txn);
    Bytes value = to_bytes(**(*txn)->get(table, key));
    value[at % value.size()] ^= 1;
    ASSERT_HOLDS((*txn)->put(table, key, value));
    ASSERT_HOLDS((*txn)->commit());
  }
  std::vector<ScanFault> scan() { return scan_heights(*node_.snapshot(), 0, 99)->faults; }

  StoredChain node_{1};
};

TEST_F(ChainScan, finds_nothing_in_a_sound_chain) {
  EXPECT_TRUE(scan().empty());
}

TEST_F(ChainScan, names_the_height_and_the_row_of_every_flipped_byte) {
  for (const Table table : {chain::kBlocks, chain::kTransactions, chain::kTransactionRecords}) {
    damage(table, Key{}.u64(2), 20);
    const auto faults = scan();
    ASSERT_FALSE(faults.empty()) << table.name;
    EXPECT_EQ(faults[0].height, 2u);
    EXPECT_EQ(faults[0].error.fault, Fault::storage_checksum);
    EXPECT_NE(faults[0].error.field.find(table.name), std::string::npos);
    damage(table, Key{}.u64(2), 20);  // the same bit again: sound
    EXPECT_TRUE(scan().empty());
  }
  damage(chain::kAnchors, Key{}.u64(2), 50);
  const auto faults = scan();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].height, 3u) << "the anchor of height 3";
}

TEST_F(ChainScan, finds_a_row_that_has_a_good_checksum_and_other_content) {
  auto txn = node_.store.write();
  ASSERT_HOLDS(txn);
  auto row = get_row<BlockRow>(**txn, chain::kBlocks, Key{}.u64(2));
  ASSERT_HOLDS(row);
  (*row)->header.time += 1;
  ASSERT_HOLDS(put_row(**txn, chain::kBlocks, Key{}.u64(2), **row));
  ASSERT_HOLDS((*txn)->commit());
  txn->reset();
  const auto faults = scan();
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].error.fault, Fault::block_hash);
}

TEST_F(ChainScan, counts_pruned_bodies_and_does_not_call_them_damaged) {
  auto txn = node_.store.write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->erase(chain::kTransactions, Key{}.u64(2)));
  ASSERT_HOLDS((*txn)->commit());
  txn->reset();
  const auto scan = scan_heights(*node_.snapshot(), 0, 99);
  ASSERT_HOLDS(scan);
  EXPECT_TRUE(scan->faults.empty());
  EXPECT_EQ(scan->pruned, 1u);
  ASSERT_FAULT(Fault::storage_not_found, node_.snapshot()->block(2));
}

TEST_F(ChainScan, goes_through_a_table_in_steps) {
  damage(chain::kSessions, session_id(2), 3);
  const auto now = node_.snapshot();
  std::uint64_t rows = 0, faults = 0;
  Bytes from;
  do {
    const auto step = scan_table(now->txn(), chain::kSessions, from, 3);
    ASSERT_HOLDS(step);
    rows += step->rows;
    faults += step->faults.size();
    from = step->next_key;
  } while (!from.empty());
  EXPECT_EQ(rows, 4u);
  EXPECT_EQ(faults, 1u);
}

// ---- on disk

TEST(ChainOnDisk, keeps_sets_owners_and_what_is_scheduled) {
  testing::TemporaryDirectory directory;
  StoredChain node(4, Profile::test);
  const Address account = address_of(account_key(5));
  node.grow(node.world.passing(1, change_of(SetChange::add, 9)));
  node.grow(node.world.passing(1, UpdateOwners{SetChange::add, {account, std::nullopt}}));
  while (node.world.state.credits.epoch < Epoch{1}) node.close_slot();
  node.grow(node.world.passing(1, change_of(SetChange::remove, 0)));
  {
    auto data = DataDirectory::open(directory.path());
    ASSERT_HOLDS(data);
    auto store = data->environment(Environment::chain);
    ASSERT_HOLDS(store);
    auto chain = ChainStore::open(**store, node.world.chain);
    ASSERT_HOLDS(chain);
    for (std::size_t i = 0; i < node.executions.size(); ++i)
      ASSERT_HOLDS(chain->commit(
          node.world.blocks[i], node.executions[i],
          i + 1 < node.executions.size() ? node.world.blocks[i + 1].last_commit : node.world.tip_certificate));
  }
  auto data = DataDirectory::open(directory.path());
  ASSERT_HOLDS(data);
  auto store = data->environment(Environment::chain);
  ASSERT_HOLDS(store);
  const auto chain = ChainStore::open(**store, node.world.chain);
  ASSERT_HOLDS(chain);
  const auto now = chain->snapshot();
  ASSERT_HOLDS(now);
  EXPECT_EQ((*now)->tip()->state, node.world.state);
  EXPECT_EQ((*now)->validators_of(Epoch{2})->value(), node.world.state.set_of_next_epoch());
  EXPECT_TRUE((*now)->owner_of(account, Epoch{2})->value().registered);
  EXPECT_FALSE((*now)->owner_of(account, Epoch{1})->has_value());
}

TEST(ChainOnDisk, continues_after_a_restart) {
  testing::TemporaryDirectory directory;
  StoredChain node(1);
  node.grow({node.world.next(1, anchor_of(1))});
  node.grow({node.world.next(1, anchor_of(2))});
  for (std::size_t life = 0; life < 2; ++life) {
    auto data = DataDirectory::open(directory.path());
    ASSERT_HOLDS(data);
    auto store = data->environment(Environment::chain);
    ASSERT_HOLDS(store);
    auto chain = ChainStore::open(**store, node.world.chain);
    ASSERT_HOLDS(chain);
    EXPECT_EQ((*chain->snapshot())->tip()->state.height, life);
    const Certificate certificate = node.world.certify(life + 1, node.executions[life].hash);
    ASSERT_HOLDS(chain->commit(node.world.blocks[life], node.executions[life], certificate));
    EXPECT_TRUE((*chain->snapshot())->find_anchor(session_id(1))->has_value());
  }
}

}  // namespace
}  // namespace lucid::storage
