// Finding a row by a random key (a transaction's id, a block's hash, a session) in tables that are in order of height,
// without a table in order of the random key: that would cost a page written for each.
//
// The keys of a few new rows are sorted and appended as one run: entries (first 8 bytes of the key, position, index) in
// slices of up to 124, each slice a row (run's last position, prefix of its first entry, number of the slice) → (run's
// first position, its entries in all, entries of the slice); two slices fill a page. While the run before has no more
// entries than the new one, and both together no more than 65,536, they are merged, like digits of a binary counter: an
// entry is written again at most 16 times, 16 bytes each, and a lookup seeks in about log(n) + n/65,536 runs. A prefix
// may repeat: the owner compares the full key of each candidate.
//
// Thread-safety: functions of their transaction.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/kv.hpp"

namespace lucid::storage {

inline constexpr std::size_t kMaxRunEntries = 65'536;
inline constexpr std::size_t kRunSliceEntries = 124;

/// The first 8 bytes of a key as a number. Keys must be hashes, or clients could choose them alike.
std::uint64_t run_prefix(ByteView key);

struct RunEntry {
  std::uint64_t prefix = 0;
  std::uint64_t position = 0;  // height, or sequence number
  std::uint32_t index = 0;     // within the position
  auto operator<=>(const RunEntry&) const = default;
};

/// Appends `entries` (in any order, all of positions in [first, last]; none: nothing happens) as the newest run.
/// `first` must be above all earlier positions. Faults: internal (it is not), storage_checksum and those of the
/// transaction.
Status append_run(WriteTxn& txn, Table table, std::uint64_t first, std::uint64_t last, std::vector<RunEntry> entries);

/// Candidates, newest run first. Faults: storage_checksum and those of the transaction.
Result<std::vector<RunEntry>> find_in_runs(const ReadTxn& txn, Table table, std::uint64_t prefix);

}  // namespace lucid::storage
