// kill -9 at random moments while sessions are recorded: what was acknowledged is there afterwards, once.
//
// LUCID_TEST_KILLS (20) says how many kills must count, LUCID_TEST_SEED repeats a run's moments. A kill counts if at that moment
// an acknowledged anchor was not final, by the database that it left, and an upload was under way.
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <poll.h>
#include <random>
#include <thread>

#include "core/crypto/sha256.hpp"
#include "tests/e2e/half_upload.hpp"
#include "tests/e2e/kept_content.hpp"
#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  const std::uint64_t number = text ? std::strtoull(text, nullptr, 10) : otherwise;
  unsetenv(name);  // lucidd refuses settings that it does not know
  return number;
}

SessionId id_of(const Recording& recording) {
  return parse_uuid(recording.session, "session").value();
}

/// Uploads and anchors one session after the other until the node does not answer any more.
class Recorder {
 public:
  Recorder(const std::string& url, std::uint64_t first) : next_(first), thread_([this, url] { record(url); }) {}
  ~Recorder() { join(); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::size_t anchored() const { return anchored_count_; }
  std::uint64_t next() const { return next_; }

  // After join(): numbers of recordings whose chunk was answered 201, whose anchor was answered 202.
  std::vector<std::uint64_t> chunks, anchors;

 private:
  void record(const std::string& url) {
    auto client = api::Client::make(url).value();
    for (;; ++next_) {
      const Recording recording(next_);
      const auto stored = client.post("/api/v1/chunks?session_id=" + recording.session + "&index=0",
                                      as_bytes(recording.chunk), "application/octet-stream");
      if (!stored) break;
      EXPECT_EQ(stored->status, 201) << stored->body;
      chunks.push_back(next_);
      const auto accepted = client.post_json("/api/v1/anchoring/session", recording.anchor_json);
      if (!accepted) break;
      EXPECT_EQ(accepted->status, 202) << accepted->body;
      anchors.push_back(next_);
      ++anchored_count_;
    }
    ++next_;  // what was on its way may be there or not
  }

  std::uint64_t next_;
  std::atomic<std::size_t> anchored_count_{0};
  std::thread thread_;
};

class KillTest : public NodeProcessTest {
 protected:
  /// One kill; whether it counts.
  bool kill_while_recording(std::mt19937_64& random) {
    start();
    if (HasFatalFailure()) return false;
    if (random() % 2 == 0) {  // the other half is killed while it still catches up
      EXPECT_TRUE(all_final(open_)) << "an anchor that was acknowledged is not final after the restart";
    }
    Recorder recorder(url(), next_recording_);
    EXPECT_TRUE(node_->until([&] { return recorder.anchored() > 0; })) << node_->err();
    const Recording unfinished(UINT64_MAX - kills_);
    const HalfUpload upload(port(), unfinished.chunk);
    poll(nullptr, 0, static_cast<int>(random() % 600));  // the moment: anywhere within a block and a half
    const bool underway = upload.underway();
    kill_at_once();
    recorder.join();
    ++kills_;
    next_recording_ = recorder.next();
    chunks_.insert(chunks_.end(), recorder.chunks.begin(), recorder.chunks.end());
    anchors_.insert(anchors_.end(), recorder.anchors.begin(), recorder.anchors.end());
    return note_open(recorder.anchors) && underway;
  }

  /// Whether any of them is not in the database of the killed node.
  bool note_open(const std::vector<std::uint64_t>& anchors) {
    const auto kept = KeptContent::open(data());
    if (!kept) {
      ADD_FAILURE() << to_text(kept.error());
      return false;
    }
    std::vector<std::uint64_t> candidates = std::move(open_);
    candidates.insert(candidates.end(), anchors.begin(), anchors.end());
    open_.clear();
    for (const auto number : candidates)
      if (!(*kept)->is_final(id_of(Recording(number))).value_or(true)) open_.push_back(number);
    return !open_.empty();
  }

  bool all_final(const std::vector<std::uint64_t>& numbers) {
    auto asked = client();
    for (const auto number : numbers) {
      const std::string path = "/api/v1/anchoring/session/" + Recording(number).session;
      const bool final = node_->until([&] {
        const auto answer = asked.get(path);
        if (!answer || answer->status != 200) return false;
        return nlohmann::json::parse(answer->body, nullptr, false).value("status", "") == "confirmed";
      });
      if (!final) return false;
    }
    return true;
  }

  void check_kept(KeptContent& kept) {
    const auto verified = kept.verify();
    ASSERT_TRUE(verified) << to_text(verified.error());
    const auto anchored = kept.anchored();
    ASSERT_TRUE(anchored) << to_text(anchored.error());
    for (const auto number : anchors_) {
      const auto found = anchored->find(id_of(Recording(number)));
      ASSERT_NE(found, anchored->end()) << "anchor " << number << " was acknowledged and is lost";
    }
    for (const auto& [session, times] : *anchored) EXPECT_EQ(times, 1u) << "anchored twice: " << to_text(session);
    for (const auto number : chunks_) {
      const Recording recording(number);
      const auto bytes = kept.chunks().read(crypto::sha256(as_bytes(recording.chunk)));
      ASSERT_TRUE(bytes) << "chunk " << number << " was acknowledged: " << to_text(bytes.error());
      EXPECT_TRUE(std::equal(bytes->begin(), bytes->end(), as_bytes(recording.chunk).begin()));
      const auto listed = kept.chunks().list_session(id_of(recording), 0, 10);
      ASSERT_TRUE(listed) << to_text(listed.error());
      EXPECT_EQ(listed->total, 1u) << "chunk " << number;
    }
    for (std::uint64_t i = 0; i < kills_; ++i) {
      const auto half = kept.chunks().find(crypto::sha256(as_bytes(Recording(UINT64_MAX - i).chunk)));
      ASSERT_TRUE(half);
      EXPECT_FALSE(*half) << "an upload that was broken off is there";
    }
    std::cout << "chain of " << *verified << " blocks verified from genesis; " << anchors_.size()
              << " acknowledged anchors, " << anchored->size() << " on the chain; " << chunks_.size()
              << " acknowledged chunks\n";
  }

  std::uint64_t kills_ = 0;
  std::uint64_t next_recording_ = 0;
  std::vector<std::uint64_t> chunks_, anchors_;  // acknowledged
  std::vector<std::uint64_t> open_;              // acknowledged and not final when the node was killed last
};

TEST_F(KillTest, NothingAcknowledgedIsLostOrDoubledByKillsAtAnyMoment) {
  const std::uint64_t wanted = number_of("LUCID_TEST_KILLS", 20);
  const std::uint64_t seed = number_of("LUCID_TEST_SEED", std::random_device{}());
  std::cout << "LUCID_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  std::uint64_t counted = 0;
  while (counted < wanted && kills_ < 2 * wanted + 5) {
    counted += kill_while_recording(random) ? 1 : 0;
    if (HasFailure()) break;
  }
  std::cout << kills_ << " kills, " << counted << " counted of " << wanted << " asked for\n";
  ASSERT_FALSE(HasFailure());
  ASSERT_EQ(counted, wanted);

  start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(all_final(anchors_));
  EXPECT_EQ(stop(), 0);
  auto kept = KeptContent::open(data());
  ASSERT_TRUE(kept) << to_text(kept.error());
  check_kept(**kept);
}

}  // namespace
}  // namespace lucid::e2e
