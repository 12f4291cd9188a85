#include "storage/sorted_runs.hpp"

#include <algorithm>
#include <limits>

#include "storage/checksummed.hpp"
#include "storage/keys.hpp"

namespace lucid::storage {
namespace {

constexpr std::size_t kHeadBytes = 12;  // run's first position u64, its entries u32
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kEntryBytes = 16;  // prefix u64, position - first u32, index u32

Key slice_key(std::uint64_t last, std::uint64_t prefix, std::uint32_t slice) {
  return Key{}.u64(last).u64(prefix).u32(slice);
}

/// A row of a run, read in place.
struct Slice {
  std::uint64_t last = 0;
  std::uint64_t first_prefix = 0;
  std::uint64_t first = 0;
  std::uint32_t total = 0;
  ByteView entries;

  Slice(ByteView key, ByteView value)
      : last(read_u64(key)), first_prefix(read_u64(key, 8)), first(read_u64(value)), total(read_u32(value, 8)) {
    if (value.size() >= kHeadBytes) entries = value.subspan(kHeadBytes);
  }

  std::size_t size() const { return entries.size() / kEntryBytes; }
  std::uint64_t prefix(std::size_t i) const { return read_u64(entries, i * kEntryBytes); }
  RunEntry entry(std::size_t i) const {
    return {prefix(i), first + read_u32(entries, i * kEntryBytes + 8), read_u32(entries, i * kEntryBytes + 12)};
  }
  std::size_t lower_bound(std::uint64_t wanted) const {
    std::size_t low = 0;
    for (std::size_t high = size(); low < high;) {
      const std::size_t middle = low + (high - low) / 2;
      if (prefix(middle) < wanted)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
};

void put_big_endian(Bytes& out, std::uint64_t number, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

Status write_run(WriteTxn& txn, Table table, std::uint64_t first, std::uint64_t last,
                 const std::vector<RunEntry>& entries) {
  std::uint32_t slice = 0;
  Bytes value;
  for (std::size_t at = 0; at < entries.size(); at += kRunSliceEntries) {
    value.clear();
    put_big_endian(value, first, 8);
    put_big_endian(value, entries.size(), 4);
    for (std::size_t i = at; i < std::min(entries.size(), at + kRunSliceEntries); ++i) {
      put_big_endian(value, entries[i].prefix, 8);
      put_big_endian(value, entries[i].position - first, 4);
      put_big_endian(value, entries[i].index, 4);
    }
    LUCID_TRY(checked_append(txn, table, slice_key(last, entries[at].prefix, slice++), value));
  }
  return {};
}

/// Moves the newest run's entries to `entries`; false if it stays because it is larger or both would be too large.
Result<bool> take_newest_run(WriteTxn& txn, Table table, std::uint64_t& first, std::uint64_t last,
                             std::vector<RunEntry>& entries) {
  std::vector<Bytes> keys;
  {
    LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, table));
    LUCID_TRY_ASSIGN(bool here, cursor.last());
    if (!here) return false;
    const Slice newest(cursor.key(), cursor.value());
    if (newest.last >= first)
      return fail(Fault::internal, std::string(table.name) + " position", "above " + std::to_string(newest.last),
                  std::to_string(first));
    if (newest.total > entries.size() || newest.total + entries.size() > kMaxRunEntries ||
        last - newest.first > std::numeric_limits<std::uint32_t>::max())
      return false;
    first = newest.first;
    while (here) {
      const Slice slice(cursor.key(), cursor.value());
      if (slice.last != newest.last) break;
      for (std::size_t i = 0; i < slice.size(); ++i) entries.push_back(slice.entry(i));
      keys.push_back(to_bytes(cursor.key()));
      LUCID_TRY_ASSIGN(here, cursor.prev());
    }
  }
  for (const Bytes& key : keys) LUCID_TRY(txn.erase(table, key));
  return true;
}

}  // namespace

std::uint64_t run_prefix(ByteView key) {
  return read_u64(key);
}

Status append_run(WriteTxn& txn, Table table, std::uint64_t first, std::uint64_t last, std::vector<RunEntry> entries) {
  if (entries.empty()) return {};
  for (;;) {
    LUCID_TRY_ASSIGN(const bool merged, take_newest_run(txn, table, first, last, entries));
    if (!merged) break;
  }
  std::sort(entries.begin(), entries.end());
  return write_run(txn, table, first, last, entries);
}

Result<std::vector<RunEntry>> find_in_runs(const ReadTxn& txn, Table table, std::uint64_t prefix) {
  std::vector<RunEntry> found;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, table));
  LUCID_TRY_ASSIGN(bool here, cursor.last());
  while (here) {
    const Slice newest(cursor.key(), cursor.value());
    const std::uint64_t run = newest.last;
    const std::uint64_t first = newest.first;
    LUCID_TRY_ASSIGN(here, cursor.seek_at_or_before(slice_key(run, prefix, std::numeric_limits<std::uint32_t>::max())));
    while (here) {
      const Slice slice(cursor.key(), cursor.value());
      if (slice.last != run) break;
      for (std::size_t i = slice.lower_bound(prefix); i < slice.size() && slice.prefix(i) == prefix; ++i)
        found.push_back(slice.entry(i));
      if (slice.first_prefix != prefix) break;  // else the slice before may end with it
      LUCID_TRY_ASSIGN(here, cursor.prev());
    }
    if (first == 0) break;  // every earlier run ends below this one's first position
    LUCID_TRY_ASSIGN(here,
                     cursor.seek_at_or_before(slice_key(first - 1, kAll, std::numeric_limits<std::uint32_t>::max())));
  }
  return found;
}

}  // namespace lucid::storage
