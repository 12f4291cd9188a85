#include "actors/disk_watch.hpp"

#include <algorithm>
#include <limits>

namespace lucid::actors {

void DiskWatch::wrote(Writer writer, const Status& outcome, std::uint64_t took_ms) {
  const std::lock_guard lock(mutex_);
  bool& full = full_[static_cast<std::size_t>(writer)];
  if (!outcome) {
    full = full || outcome.error().fault == Fault::storage_full;
    return;
  }
  full = false;
  if (writer != Writer::sign_state) return;
  constexpr std::uint64_t kLongest = std::numeric_limits<std::uint32_t>::max();
  took_ms_[writes_++ % kNewest] = static_cast<std::uint32_t>(std::min(took_ms, kLongest));
}

DiskHealth DiskWatch::health() const {
  const std::lock_guard lock(mutex_);
  DiskHealth out;
  const std::size_t count = std::min(writes_, kNewest);
  auto sorted = took_ms_;
  std::sort(sorted.begin(), sorted.begin() + count);
  if (count > 0) out.write_ms = sorted[count / 2];
  if (full_[0] || full_[1])
    out.state = DiskState::full;
  else if (count >= kFewest && out.write_ms > slow_from_ms_)
    out.state = DiskState::slow;
  return out;
}

}  // namespace lucid::actors
