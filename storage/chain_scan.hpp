// The integrity scan's view of environment chain: everything of a range of heights read back and held against what the
// headers say. Incremental: the caller goes on where it stopped. Nothing is repaired here.
//
// Thread-safety: those of the snapshot. Costs one read of each row and the hashing of its transactions.
#pragma once

#include <string>
#include <vector>

#include "storage/chain_snapshot.hpp"

namespace lucid::storage {

struct ScanFault {
  Height height = 0;
  Error error;  // storage_checksum, storage_not_found, block_hash, block_previous_hash, block_merkle_root, block_…
};

struct HeightScan {
  std::uint64_t blocks = 0;        // checked
  std::uint64_t transactions = 0;  // of which the bytes were read and hashed
  std::uint64_t anchors = 0;
  std::uint64_t pruned = 0;  // blocks whose transactions are gone, by intention
  std::vector<ScanFault> faults;
};

/// Of the heights [first, last], as far as the chain goes: rows and their checksums, header hash, link to the parent,
/// the parent's certificate, transactions against their ids and the root in the header, anchor leaves against the log,
/// and that the indexes find what is there. An error of the result itself is one of the disk (storage_io).
Result<HeightScan> scan_heights(const ChainSnapshot& snapshot, Height first, Height last);

struct TableScan {
  std::uint64_t rows = 0;
  std::vector<Error> faults;  // storage_checksum
  Bytes next_key;             // go on from here; empty: the table is through
};

/// The checksums of up to `limit` rows of any table, from `first_key` on (empty: from the start).
Result<TableScan> scan_table(const ReadTxn& txn, Table table, ByteView first_key, std::uint64_t limit);

}  // namespace lucid::storage
