// What /proc says of a process.
//
// Thread-safety: functions without shared state. Faults of all: file_io, where there is no such process.
#pragma once

#include <cstdint>
#include <sys/types.h>

#include "core/base/result.hpp"

namespace lucid::bench {

/// In KiB.
struct ProcessMemory {
  std::uint64_t anonymous_kib = 0, shared_kib = 0, file_kib = 0;

  /// RssAnon and RssShmem: what no file gives back.
  double held_mb() const { return static_cast<double>(anonymous_kib + shared_kib) * 1'024 / 1e6; }
};
Result<ProcessMemory> read_memory(pid_t process);

/// User and system, since its start. Counted in hundredths of a second.
Result<double> read_cpu_seconds(pid_t process);

/// Handed to the disk since its start, in bytes.
Result<std::uint64_t> read_written_bytes(pid_t process);

}  // namespace lucid::bench
