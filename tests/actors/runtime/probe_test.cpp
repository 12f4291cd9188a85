#include "actors/runtime/probe.hpp"

#include <gmock/gmock.h>

namespace lucid::actors {
namespace {

using ::testing::IsEmpty;

TEST(HistogramTest, EachDurationLiesWithinItsBucket) {
  std::uint64_t previous_end = 0;
  for (std::size_t bucket = 1; bucket < kHistogramBuckets; ++bucket) {
    EXPECT_EQ(bucket_of(bucket_end(bucket)), bucket);
    EXPECT_EQ(bucket_of(previous_end + 1), bucket) << "the buckets leave no gap";
    previous_end = bucket_end(bucket);
  }
  EXPECT_EQ(bucket_of(0), 0u);
  EXPECT_EQ(bucket_of(~std::uint64_t{0}), kHistogramBuckets - 1);
}

TEST(HistogramTest, AMinuteStillHasABucketOfItsOwn) {
  EXPECT_LT(bucket_of(60'000'000'000), kHistogramBuckets - 1);
}

TEST(HistogramTest, PercentilesAreNeverTooLowAndAtMostAQuarterTooHigh) {
  Histogram histogram;
  for (std::uint64_t ns = 1; ns <= 100'000; ++ns) histogram.record(ns);
  Distribution sum;
  histogram.add_to(sum);
  EXPECT_EQ(sum.count, 100'000u);
  EXPECT_EQ(sum.max, 100'000u);
  for (const std::uint64_t percent : {1, 50, 99, 100}) {
    const std::uint64_t exact = percent * 1'000;
    EXPECT_GE(sum.percentile(percent), exact) << percent;
    EXPECT_LE(sum.percentile(percent), exact + exact / 4) << percent;
  }
}

TEST(HistogramTest, OfNothingAllIsZero) {
  const Distribution nothing;
  EXPECT_EQ(nothing.percentile(50), 0u);
  EXPECT_EQ(nothing.max, 0u);
}

class ProbeTest : public ::testing::Test {
 protected:
  static void handle(Probe& probe, std::uintptr_t key, const std::string& name) {
    probe.enqueued();
    Probe::Kind* kind = probe.find(key);
    if (kind == nullptr) kind = &probe.add(key, name);
    probe.finish(*kind, probe.begin(*kind), false);
  }
  ManualClock clock_{1'000};
  ProbeRegistry registry_{clock_};
};

TEST_F(ProbeTest, CountsEachTypeOfMessage) {
  const auto probe = registry_.add("ledger", "supervisor");
  for (int i = 0; i < 3; ++i) handle(*probe, 1, "CheckBlock");
  handle(*probe, 2, "Query");
  const ActorView view = probe->view();
  ASSERT_EQ(view.handled.size(), 2u);
  EXPECT_EQ(view.handled[0].type, "CheckBlock");
  EXPECT_EQ(view.handled[0].count, 3u);
  EXPECT_EQ(view.handled[1].count, 1u);
  EXPECT_EQ(view.started_at, 1'000u);
}

TEST_F(ProbeTest, AMessageThatWasPutBackStillWaits) {
  const auto probe = registry_.add("ledger", {});
  probe->enqueued();
  Probe::Kind& kind = probe->add(1, "CheckBlock");
  probe->finish(kind, probe->begin(kind), true);
  EXPECT_EQ(probe->view().mailbox, 1u);
  EXPECT_THAT(probe->view().handled, IsEmpty());
}

TEST_F(ProbeTest, TheMessageInHandDoesNotCountAsWaiting) {
  const auto probe = registry_.add("ledger", {});
  probe->enqueued();
  probe->enqueued();
  Probe::Kind& kind = probe->add(1, "CheckBlock");
  (void)probe->begin(kind);
  EXPECT_EQ(probe->view().mailbox, 1u);
  EXPECT_EQ(probe->view().doing, "CheckBlock");
}

TEST_F(ProbeTest, MoreTypesThanPlacesShareTheLast) {
  const auto probe = registry_.add("ledger", {});
  for (std::size_t key = 1; key <= Probe::kMaxKinds + 10; ++key) handle(*probe, key, "M" + std::to_string(key));
  const auto handled = probe->view().handled;
  ASSERT_EQ(handled.size(), Probe::kMaxKinds);
  EXPECT_EQ(handled.back().type, "other");
  EXPECT_EQ(handled.back().count, 11u);
}

TEST_F(ProbeTest, AStateThatIsALongStoryIsCut) {
  const auto probe = registry_.add("ledger", {});
  probe->set_state(std::string(10'000, 'x'));
  EXPECT_EQ(probe->view().state.size(), 512u);
}

TEST_F(ProbeTest, ARestartTakesThePlaceOfTheOneThatEnded) {
  registry_.add("ledger", {})->ended("the disk is full");
  clock_.advance(500);
  const auto again = registry_.add("ledger", {});
  EXPECT_EQ(again->restarts(), 1u);
  const auto views = registry_.snapshot();
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].alive);
  EXPECT_EQ(views[0].ended, "the disk is full");
  EXPECT_EQ(views[0].started_at, 1'500u);
}

TEST_F(ProbeTest, NamesThatComeAndGoDoNotFillTheRegistry) {
  const auto stays = registry_.add("ledger", {});
  for (int i = 0; i < 2'000; ++i) registry_.add("peer " + std::to_string(i), {})->ended("gone");
  EXPECT_LE(registry_.snapshot().size(), 300u);
  EXPECT_EQ(registry_.snapshot().front().name, "ledger");
}

TEST_F(ProbeTest, KillAllReachesTheLivingOnly) {
  const auto living = registry_.add("a", {}), ended = registry_.add("b", {});
  int killed = 0;
  living->set_killer([&] { ++killed; });
  ended->set_killer([&] { killed += 100; });
  ended->ended("normally");
  registry_.kill_all();
  EXPECT_EQ(killed, 1);
}

}  // namespace
}  // namespace lucid::actors
