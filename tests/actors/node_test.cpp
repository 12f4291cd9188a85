#include "actors/node.hpp"

#include <mutex>

#include "actors/node_actors.hpp"
#include "core/anchoring/bundle.hpp"
#include "core/crypto/verifier.hpp"
#include "tests/actors/node_fixture.hpp"

namespace lucid::actors {
namespace {

using NodeTest = NodeFixture;

TEST_F(NodeTest, AnAnchoredSessionBecomesFinalAndItsBundleVerifiesOffline) {
  start();
  const std::string text = "a recorded session";
  const Manifest manifest = manifest_of(session(1), text);
  upload(manifest, text);

  const auto accepted = node_->facade().anchor_session(request_of(manifest));
  ASSERT_TRUE(accepted) << to_text(accepted.error());
  EXPECT_EQ(accepted->anchoring_id, 1u);
  ASSERT_TRUE(becomes_final(session(1)));

  const auto bundle = node_->facade().anchoring_proof(session(1));
  ASSERT_TRUE(bundle) << to_text(bundle.error());
  const anchoring::FileAtHand file{"recording", text.size(), crypto::sha256(as_bytes(text))};
  const auto report = anchoring::verify_bundle(crypto::secp256k1_scheme(), *bundle, crypto::genesis_hash(genesis_),
                                               std::span(&file, 1));
  EXPECT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_TRUE(report.tied);
}

TEST_F(NodeTest, ANodeSaysThatItMovesHowItsHeightsWereDecidedAndWhoLed) {
  start();
  const Manifest manifest = manifest_of(session(1), "content");
  ASSERT_TRUE(node_->facade().anchor_session(request_of(manifest)));
  ASSERT_TRUE(becomes_final(session(1)));
  auto& facade = node_->facade();
  const auto view = facade.consensus_status();
  ASSERT_TRUE(view) << to_text(view.error());
  EXPECT_TRUE(view->diagnosis.moving()) << view->diagnosis.summary;
  EXPECT_TRUE(view->facts.is_member);
  EXPECT_EQ(view->diagnosis.here, 1u);
  EXPECT_EQ(facade.chain_info()->moving, true);
  const auto members = facade.participants();
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 1u);
  EXPECT_TRUE(members->front().is_active);
  EXPECT_TRUE(members->front().last_seen);

  const auto history = facade.consensus_history({0, 1});
  ASSERT_TRUE(history) << to_text(history.error());
  ASSERT_EQ(history->events.size(), 1u);
  const auto& event = history->events.front();
  EXPECT_EQ(event.height, history->total);
  EXPECT_EQ(event.signers, std::vector{members->front().name});
  const auto block = facade.block_at(event.height);
  EXPECT_EQ(event.time, block->block->header.time);
  EXPECT_LT(event.started_at, event.time);
  EXPECT_TRUE(facade.consensus_history({history->total, 10})->events.empty());

  const Slot decided = facade.block_at(1)->block->header.slot;
  const auto coming = facade.slot_to_come();
  ASSERT_TRUE(coming);
  const auto schedule = facade.schedule(decided, Slot{coming->value + 2});
  ASSERT_TRUE(schedule) << to_text(schedule.error());
  const auto& first = schedule->rows.front();
  EXPECT_EQ(first.state, ScheduleRow::State::decided);
  EXPECT_EQ(first.leaders, std::vector{members->front().name});
  EXPECT_EQ(first.winner, members->front().name);
  EXPECT_EQ(first.reason, credits::SlotReason::success);
  EXPECT_EQ(first.first_height, 1u);
  EXPECT_EQ(schedule->rows.back().state, ScheduleRow::State::undetermined);
  EXPECT_TRUE(schedule->rows.back().leaders.empty());
  if (decided.value > 0) {
    EXPECT_EQ(facade.schedule(Slot{0}, Slot{0})->rows.front().state, ScheduleRow::State::before);
  }
}

TEST_F(NodeTest, TheSameSessionAgainGetsTheFirstAnswerAndOtherContentIsAConflict) {
  start();
  const Manifest manifest = manifest_of(session(1), "content");
  upload(manifest, "content");
  const auto first = node_->facade().anchor_session(request_of(manifest));
  ASSERT_TRUE(first);

  const auto again = node_->facade().anchor_session(request_of(manifest));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->anchoring_id, first->anchoring_id);

  AnchorRequest other = request_of(manifest);
  other.merkle_root.data[0] ^= 1;
  const auto conflict = node_->facade().anchor_session(other);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().fault, Fault::anchor_conflict);
}

TEST_F(NodeTest, WhatWasAcceptedBeforeAStopIsFinalExactlyOnceAfterTheNextStart) {
  start();
  for (std::uint8_t i = 1; i <= 5; ++i) {
    const Manifest manifest = manifest_of(session(i), "content " + std::to_string(i));
    ASSERT_TRUE(node_->facade().anchor_session(request_of(manifest)));
  }
  EXPECT_TRUE(node_->stop("test").empty());
  node_.reset();

  start();
  for (std::uint8_t i = 1; i <= 5; ++i) EXPECT_TRUE(becomes_final(session(i)));
  ASSERT_TRUE(eventually([&] { return node_->facade().anchoring_summary()->processing == 0; }));
  std::size_t anchored = 0;
  const auto all = node_->facade().transactions({std::nullopt, std::nullopt, {0, 100}});
  ASSERT_TRUE(all);
  for (const auto& transaction : all->transactions) anchored += transaction.status == TransactionStatus::confirmed;
  EXPECT_EQ(anchored, 5u);
}

TEST_F(NodeTest, ARestartedChildIsFoundAgainAndAnchoringGoesOn) {
  start();
  auto& actors = node_->actors();
  const auto kill = [](const auto& route) { caf::anon_send_exit(route.get(), caf::exit_reason::kill); };
  std::uint8_t number = 1;
  const auto anchors = [&] {
    const Manifest manifest = manifest_of(session(number), "content " + std::to_string(number));
    ++number;
    return eventually([&] { return node_->facade().anchor_session(request_of(manifest)).has_value(); }) &&
           becomes_final(manifest.session);
  };
  ASSERT_TRUE(anchors());
  kill(actors.slot_clock);
  EXPECT_TRUE(anchors()) << "slot_clock";
  kill(actors.work_tally);
  EXPECT_TRUE(anchors()) << "work_tally";
  kill(actors.chunk_store);
  EXPECT_TRUE(anchors()) << "chunk_store";
  kill(actors.block_producer);
  EXPECT_TRUE(anchors()) << "block_producer";
  kill(actors.leader_selector);
  EXPECT_TRUE(anchors()) << "leader_selector";
  kill(actors.anchor);
  EXPECT_TRUE(anchors()) << "anchor";
  kill(actors.block_manager);
  EXPECT_TRUE(anchors()) << "block_manager";
  kill(actors.introspector);
  EXPECT_TRUE(anchors()) << "introspector";
  EXPECT_EQ(failure(), "");
}

TEST_F(NodeTest, WithoutItsValidatorTheNodeStopsAndSaysWhy) {
  start();
  caf::anon_send_exit(node_->actors().validator.get(), caf::exit_reason::kill);
  ASSERT_TRUE(eventually([&] { return !failure().empty(); }));
  EXPECT_NE(failure().find("validator"), std::string::npos) << failure();
}

TEST_F(NodeTest, WithoutItsLedgerTheNodeStopsAndSaysWhy) {
  start();
  caf::anon_send_exit(node_->actors().ledger.get(), caf::exit_reason::kill);
  ASSERT_TRUE(eventually([&] { return !failure().empty(); }));
  EXPECT_NE(failure().find("ledger"), std::string::npos) << failure();
}

TEST_F(NodeTest, AScanChecksEveryBlockAndChunkAndNamesADamagedOne) {
  start();
  const Manifest manifest = manifest_of(session(1), "content");
  upload(manifest, "content");
  ASSERT_TRUE(node_->facade().anchor_session(request_of(manifest)));
  ASSERT_TRUE(becomes_final(session(1)));

  ASSERT_TRUE(node_->facade().start_scan());
  ASSERT_TRUE(eventually([&] { return !node_->facade().last_scan()->running; }));
  auto report = *node_->facade().last_scan();
  EXPECT_EQ(report.faults, 0u) << (report.first_fault ? to_text(*report.first_fault) : "");
  EXPECT_GE(report.blocks_checked, 2u);
  EXPECT_EQ(report.chunks_checked, 1u);

  const std::string hex = to_hex(manifest.chunks[0].hash);
  const auto path = directory_ / "chunks" / "files" / hex.substr(0, 2) / hex;
  ASSERT_TRUE(std::filesystem::exists(path)) << path;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::filesystem::resize_file(path, 3);
  ASSERT_TRUE(node_->facade().start_scan());
  ASSERT_TRUE(eventually([&] { return !node_->facade().last_scan()->running; }));
  report = *node_->facade().last_scan();
  EXPECT_EQ(report.faults, 1u);
  ASSERT_TRUE(report.first_fault);
  EXPECT_NE(report.first_fault->field.find(hex), std::string::npos);
}

}  // namespace
}  // namespace lucid::actors
