// What is measured of each actor while it runs: messages by type, handling times, mailbox depth, what it does now, and
// its state in its own words. Cheap enough to be always on (two readings of the clock and a few plain stores a
// message).
//
// Thread-safety: Probe::enqueued(), set_state(), ended() and view() from any thread; begin() and finish() only from
// the thread that runs the actor. ProbeRegistry from any thread. Nothing here fails or waits for an actor.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "actors/actor_view.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/runtime/histogram.hpp"

namespace lucid::actors {

class Probe {
 public:
  /// Messages of one type.
  struct Kind {
    std::uintptr_t key = 0;
    std::string name;
    Histogram times;
  };
  /// Further types share the last place, named "other".
  static constexpr std::size_t kMaxKinds = 48;

  Probe(std::string name, std::string parent, TimeMs started_at, std::uint32_t restarts, std::string ended);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  const std::string& name() const { return name_; }

  /// What the actor wants to be known of itself, in words: "at height 7, waiting for prevotes".
  void set_state(std::string state);

  void enqueued() { enqueued_.fetch_add(1, std::memory_order_relaxed); }
  /// The place of messages with this key, absent before the first one.
  Kind* find(std::uintptr_t key);
  Kind& add(std::uintptr_t key, std::string name);
  /// Handling begins. Returns when.
  std::uint64_t begin(const Kind& kind);
  /// Handling ended. A message that was put back (`skipped`) still waits in the mailbox.
  void finish(Kind& kind, std::uint64_t began_ns, bool skipped);
  /// The actor is gone, and why in words.
  void ended(std::string reason);

  /// How to end the actor from outside, whatever it does. Set once, when it was spawned.
  void set_killer(std::function<void()> kill);
  void kill();

  bool alive() const { return alive_.load(std::memory_order_acquire); }
  std::string why_ended() const;
  std::uint32_t restarts() const { return restarts_; }
  ActorView view() const;

 private:
  const std::string name_, parent_;
  const TimeMs started_at_;
  const std::uint32_t restarts_;

  std::atomic<std::uint64_t> enqueued_{0}, taken_{0};
  std::array<std::atomic<Kind*>, kMaxKinds> kinds_{};
  std::atomic<const Kind*> doing_{nullptr};
  std::atomic<std::uint64_t> doing_since_ns_{0};
  std::atomic<bool> alive_{true};

  mutable std::mutex words_;
  std::string state_, ended_;
  std::function<void()> kill_;
};

/// The probes of one node. Owned by whoever owns the actor system, and outlives it.
class ProbeRegistry {
 public:
  /// `clock` outlives the registry.
  explicit ProbeRegistry(const Clock& clock) : clock_(clock) {}

  /// A new actor. Where one of that name has ended, this is its restart; where one lives, the new one is called
  /// "name#2" and so on.
  std::shared_ptr<Probe> add(std::string name, std::string parent);

  /// Of all living actors, and of the last ended one of each name; in the order in which the names first appeared.
  std::vector<ActorView> snapshot() const;

  /// Asks all living actors to end at once: for a node that failed half-way through its start, and for tests.
  void kill_all();

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Probe>> probes_;
};

}  // namespace lucid::actors
