// How the disk under this node's databases does: told by those who wait for it (validator: sign-state, ledger: chain),
// asked by peers for their pongs and by whoever wants to know why the chain stands still.
//
// Full: from a write that found no room until one of the same writer goes through. Slow: half of the newest writes of
// the sign-state, which signing waits for, took longer than the chain's timing bears.
//
// Thread-safety: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "core/base/result.hpp"
#include "core/types/peer.hpp"

namespace lucid::actors {

class DiskWatch {
 public:
  enum class Writer : std::uint8_t { sign_state, chain };

  /// `slow_from_ms`: consensus::slow_disk_ms.
  explicit DiskWatch(std::uint64_t slow_from_ms) : slow_from_ms_(slow_from_ms) {}

  /// A synced write has ended so. `took_ms` counts for the sign-state alone.
  void wrote(Writer writer, const Status& outcome, std::uint64_t took_ms = 0);
  DiskHealth health() const;

 private:
  static constexpr std::size_t kNewest = 16, kFewest = 4;  // fewer say nothing

  const std::uint64_t slow_from_ms_;
  mutable std::mutex mutex_;
  std::array<bool, 2> full_{};  // by writer
  std::array<std::uint32_t, kNewest> took_ms_{};
  std::size_t writes_ = 0;  // ever
};

}  // namespace lucid::actors
