// The engine as one thing: what goes in by block_producer comes out of the ledger, decided by the validator.
#include <gmock/gmock.h>

#include "actors/supervisor.hpp"
#include "core/slots/slots.hpp"
#include "tests/actors/engine_fixture.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kBlock{400};
constexpr milliseconds kSlot{4'000};

TEST_F(EngineTest, ATransactionHandedInBecomesACommittedBlock) {
  start();
  const auto taken = submit({transaction(1, 0)});
  ASSERT_EQ(taken.results.size(), 1u);
  ASSERT_TRUE(taken.results[0]) << to_text(taken.results[0].error());
  advance(3 * kBlock);

  ASSERT_EQ(finals().size(), 1u);
  ASSERT_EQ(finals()[0].transactions.size(), 1u);
  EXPECT_EQ(finals()[0].transactions[0].id, *taken.results[0]);
  EXPECT_FALSE(finals()[0].transactions[0].failure);
  EXPECT_EQ(tip()->height, 1u);
  EXPECT_EQ(tip()->log.size(), 1u);
  const auto row = (*blocks_->snapshot())->block_row(1);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->hash, finals()[0].hash);
  EXPECT_EQ(ask<MempoolStats>(block_producer_, GetMempoolStats{})->count, 0u);
}

TEST_F(EngineTest, WithoutTransactionsEachSlotGetsItsClosingBlockAndNoOther) {
  start();
  advance(4 * kSlot);
  std::map<std::uint64_t, unsigned> blocks_of;
  for (const auto& block : finals()) {
    EXPECT_TRUE(block.transactions.empty());
    const auto row = (*blocks_->snapshot())->block_row(block.height);
    ASSERT_TRUE(row);
    ++blocks_of[row->header.slot.value];
  }
  EXPECT_GE(blocks_of.size(), 3u);
  for (const auto& [slot, blocks] : blocks_of) EXPECT_EQ(blocks, 1u) << "slot " << slot;
}

TEST_F(EngineTest, WhereTheSignStateCannotBeStoredNothingIsSentOrDecidedAnyMore) {
  start();
  sign_env_->fail_at_commit(1);
  submit({transaction(1, 0)});
  advance(2 * kSlot);

  EXPECT_TRUE(finals().empty());
  EXPECT_TRUE(sent_->of<SendToPeers>().empty());
  EXPECT_EQ(sign_env_->commits(), 0u);
  EXPECT_TRUE(logged("ALARM persist_failed"));
  const auto report = ask<ConsensusReport>(validator_, GetConsensusStatus{});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->status.signing.empty());
}

TEST_F(EngineTest, ADecidedBlockWaitsForRoomOnTheDiskAndIsCommittedWhenThereIs) {
  start();
  chain_env_->fail_at_commit(1, Fault::storage_full);
  submit({transaction(1, 0)});
  advance(2 * kBlock);
  EXPECT_TRUE(finals().empty());
  EXPECT_TRUE(logged("block 1 waits"));
  EXPECT_THAT(view("ledger").state, HasSubstr("waits for room"));
  EXPECT_EQ(disk_->health().state, DiskState::full);

  advance(milliseconds(1'000));
  ASSERT_GE(finals().size(), 1u);
  EXPECT_EQ(transactions_final(), 1u);
  EXPECT_EQ(tip()->log.size(), 1u);
  EXPECT_EQ(disk_->health().state, DiskState::fine);
  EXPECT_TRUE(view("ledger").alive);

  submit({transaction(1, 1)});
  advance(3 * kBlock);
  EXPECT_EQ(transactions_final(), 2u);
}

TEST_F(EngineTest, WithoutRoomForTheSignStateNothingIsSignedUntilThereIsSome) {
  start();
  const auto report = [this] { return *ask<ConsensusReport>(validator_, GetConsensusStatus{}); };
  sign_env_->fail_at_commit(1, Fault::storage_full);
  submit({transaction(1, 0)});
  advance(2 * kBlock);
  for (int second = 0; second < 3; ++second) {
    EXPECT_EQ(sign_env_->commits(), 0u);
    EXPECT_TRUE(sent_->of<SendToPeers>().empty());
    EXPECT_TRUE(finals().empty());
    EXPECT_EQ(disk_->health().state, DiskState::full);
    EXPECT_FALSE(report().status.may_sign);
    EXPECT_THAT(report().status.signing, HasSubstr("until there is room"));
    EXPECT_THAT(view("validator").state, HasSubstr("no room"));
    sign_env_->fail_at_commit(1, Fault::storage_full);
    advance(milliseconds(1'000));
  }
  submit({transaction(1, 1)});
  advance(milliseconds(1'000));
  EXPECT_EQ(disk_->health().state, DiskState::fine);
  EXPECT_TRUE(report().status.may_sign);
  EXPECT_TRUE(logged("signing goes on"));
  EXPECT_FALSE(logged("ALARM"));
  advance(3 * kBlock);
  EXPECT_EQ(transactions_final(), 2u) << "what came meanwhile was not forgotten";
}

TEST_F(EngineTest, ADiskThatBreaksWhileThereIsNoRoomStopsSigningForGood) {
  start();
  sign_env_->fail_at_commit(1, Fault::storage_full);
  submit({transaction(1, 0)});
  advance(2 * kBlock);
  sign_env_->fail_at_commit(1, Fault::storage_io);
  advance(2 * kSlot);
  EXPECT_TRUE(logged("ALARM persist_failed"));
  EXPECT_TRUE(finals().empty());
}

TEST_F(EngineTest, TheValidatorSaysAtOnceThatABlockIsOverdue) {
  start();
  const auto report = [this] { return *ask<ConsensusReport>(validator_, GetConsensusStatus{}); };
  const auto patience = milliseconds(consensus::patience_ms(chain_->params(), chain_->genesis.validators));
  EXPECT_TRUE(report().moving) << "idle";
  EXPECT_FALSE(report().times.opened_ms);
  chain_env_->fail_at_commit(1, Fault::storage_full);
  submit({transaction(1, 0)});
  advance(kBlock);
  const auto opened = report();
  EXPECT_TRUE(opened.times.opened_ms && opened.times.working_ms);
  EXPECT_TRUE(opened.moving);
  kill(ledger_.get());  // the block that it holds is never stored
  advance(patience);
  EXPECT_FALSE(report().moving);
  EXPECT_TRUE(report().status.decided);
  EXPECT_GE(report().times.here_ms, static_cast<std::uint64_t>(patience.count()));
}

TEST_F(EngineTest, ADatabaseThatIsBrokenEndsTheLedger) {
  start();
  chain_env_->fail_at_commit(1, Fault::storage_io);
  submit({transaction(1, 0)});
  advance(3 * kBlock);
  EXPECT_FALSE(view("ledger").alive);
  EXPECT_TRUE(finals().empty());
}

TEST_F(EngineTest, ABatchEntryThatIsRefusedSaysWhyAndTheOthersAreTaken) {
  start();
  const auto results = submit({transaction(1, 0), {0xc1}, transaction(2, 5'000), transaction(1, 0)}).results;
  ASSERT_EQ(results.size(), 4u);
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_THAT(std::string(fault_name(results[1].error().fault)), HasSubstr("decode"));
  ASSERT_FALSE(results[2]);
  EXPECT_EQ(results[2].error().fault, Fault::mempool_nonce_gap);
  ASSERT_FALSE(results[3]);
  EXPECT_EQ(results[3].error().fault, Fault::transaction_known);
}

TEST_F(EngineTest, ABatchOfManyPartsIsTakenInItsOrder) {
  start();
  std::vector<Bytes> batch;
  for (std::uint64_t nonce = 0; nonce < 130; ++nonce)
    batch.push_back(
        world_.encoded(fixtures::account_key(1), nonce, fixtures::anchor_of(static_cast<std::uint32_t>(nonce))));
  for (const auto& result : submit(batch).results) EXPECT_TRUE(result);
  advance(3 * kBlock);
  EXPECT_EQ(transactions_final(), 130u);
}

TEST_F(EngineTest, AnOrderToBuildForAHeightThatIsDecidedIsIgnored) {
  start();
  submit({transaction(1, 0)});
  advance(3 * kBlock);
  ASSERT_EQ(tip()->height, 1u);
  const auto built = handled("ledger", "BuildCandidate");
  ASSERT_GE(built, 1u);
  tell(block_producer_, BuildBlock{1, 0, clock().wall_ms(), 1 << 20, {}});
  EXPECT_EQ(handled("ledger", "BuildCandidate"), built);
}

TEST_F(EngineTest, ADeadVerifierTakesItsBlockProducerAlongAndTheNextOneServes) {
  start();
  kill(block_producer_.get());  // the supervisor below starts its own
  std::optional<StopReport> stopped;
  SupervisorDeps deps{{child<BlockProducerActor>("block_producer", block_producer_, OnDeath::restart,
                                                 [this] { return start_block_producer(); })},
                      clock(),
                      [&](const StopReport& report) { stopped = report; },
                      {}};
  const auto supervisor = make_supervisor(system(), place(), std::move(deps));
  ASSERT_TRUE(ask<ChildrenStarted>(supervisor, StartChildren{}));
  const auto before = view("block_producer").restarts;

  kill(verifiers_[1]);
  advance(milliseconds(1'000));
  EXPECT_EQ(view("block_producer").restarts, before + 1);
  EXPECT_TRUE(view("block_producer").alive);
  EXPECT_FALSE(stopped);
  EXPECT_TRUE(submit({transaction(1, 0)}).results[0]);
  advance(3 * kBlock);
  EXPECT_EQ(transactions_final(), 1u);
}

TEST_F(EngineTest, WhatExpiredInTheQueueLeavesIt) {
  start();
  // Behind a gap: it can never be included, and a height passes in each slot.
  const auto waiting = world_.encoded(fixtures::account_key(1), 3, fixtures::anchor_of(1), 2);
  ASSERT_TRUE(submit({waiting}).results[0]);
  EXPECT_EQ(ask<PendingTransactions>(block_producer_, GetPending{0, 10})->total, 1u);
  advance(5 * kSlot);
  ASSERT_GE(tip()->height, 2u);
  EXPECT_EQ(ask<PendingTransactions>(block_producer_, GetPending{0, 10})->total, 0u);
  EXPECT_TRUE(logged("left the queue"));
}

TEST_F(EngineTest, TheLeaderSelectorNamesTheOrderAndARestartedOneAsksForTheTip) {
  start();
  const auto schedule = ask<ScheduleAnswer>(leader_selector_, GetSchedule{});
  ASSERT_TRUE(schedule);
  ASSERT_EQ(schedule->order.size(), 1u);
  EXPECT_EQ(schedule->order[0], chain_->genesis.validators.members[0].address);

  kill(leader_selector_.get());
  start_leader_selector();
  run();
  const auto again = ask<ScheduleAnswer>(leader_selector_, GetSchedule{});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->order, schedule->order);
  submit({transaction(1, 0)});
  advance(3 * kBlock);
  EXPECT_EQ(transactions_final(), 1u);
}

TEST_F(EngineTest, TheTallyOfTheOpenEpochGrowsAndOthersComeFromTheDatabase) {
  start();
  submit({transaction(1, 0)});
  advance(2 * kSlot);
  const auto& member = chain_->genesis.validators.members[0].address;
  const auto answer = ask<TallyAnswer>(work_tally_, GetTally{tip()->credits.epoch});
  ASSERT_TRUE(answer) << to_text(answer.error());
  const auto* row = answer->tally->find(member);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->validation, credits::kCreditsPerSession);

  const auto settled = ask<TallyAnswer>(work_tally_, GetTally{Epoch{1'000'000}});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::storage_not_found);
}

TEST_F(EngineTest, ARestartedSlotClockGetsItsTimersBackFromTheValidator) {
  start();
  kill(slot_clock_.get());
  slot_clock_.set(make_slot_clock(system(), place(), {chain_->params(), clock(), validator_, {}}));
  tell(validator_, ChildRestarted{"slot_clock"});
  advance(2 * kSlot);
  EXPECT_GE(finals().size(), 1u);
}

}  // namespace
}  // namespace lucid::actors
