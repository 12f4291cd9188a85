// Virtual time: what is to happen, by time and, within a millisecond, in the order in which it was asked for.
//
// Thread-safety: one cluster is one thread. True time in milliseconds since 1970.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "core/base/ordinal.hpp"
#include "tools/lucid-sim/task.hpp"

namespace lucid::sim {

class EventQueue {
 public:
  explicit EventQueue(TimeMs start) : now_(start) {}

  TimeMs now() const { return now_; }
  bool empty() const { return heap_.empty(); }
  /// When the next thing happens; the queue must not be empty.
  TimeMs next_at() const { return heap_.front().at; }

  template <class Work>
  void after(std::uint64_t delay_ms, Work&& work) {
    at(now_ + delay_ms, std::forward<Work>(work));
  }
  /// Not before now.
  template <class Work>
  void at(TimeMs time, Work&& work) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(tasks_.size()));
      tasks_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    tasks_[place].set(std::forward<Work>(work));
    heap_.push_back({std::max(time, now_), sequence_++, place});
    std::push_heap(heap_.begin(), heap_.end(), Later());
  }

  /// Goes to the next event's time and does it.
  void run_next() {
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    const Entry entry = heap_.back();
    heap_.pop_back();
    now_ = entry.at;
    Task& task = tasks_[entry.place];
    task.run();
    task.clear();
    free_.push_back(entry.place);
  }

 private:
  struct Entry {
    TimeMs at = 0;
    std::uint64_t sequence = 0;
    std::uint32_t place = 0;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }
  };

  TimeMs now_;
  std::uint64_t sequence_ = 0;
  std::vector<Entry> heap_;
  std::deque<Task> tasks_;  // stay where they are
  std::vector<std::uint32_t> free_;
};

}  // namespace lucid::sim
