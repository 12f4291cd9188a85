// Environment chain: the ledger's database. One block is one synced write transaction: header, body, certificate,
// records, indexes, anchor log, accounts, slots, tallies, sets and the state after it, all or nothing.
//
// The sign-state's floor needs no row of its own: it is the height of the tip, so it rises in the same transaction.
// Thread-safety: snapshot() from any thread; commit() from one (the ledger).
#pragma once

#include <memory>

#include "core/ledger/chain.hpp"
#include "core/ledger/execution.hpp"
#include "storage/chain_snapshot.hpp"
#include "storage/kv.hpp"

namespace lucid::storage {

class ChainStore {
 public:
  /// Writes block 0 into an empty database. `store` must outlive it. Fault genesis_mismatch: another chain's database.
  static Result<ChainStore> open(Store& store, const ledger::Chain& chain);

  Result<std::unique_ptr<const ChainSnapshot>> snapshot() const;

  /// `execution` is that of `block`, `certificate` decided it (both checked by the caller). Refused unless it is the
  /// one block that can follow the tip: faults block_previous_hash, block_hash, block_certificate. On any error the
  /// database is as before.
  Status commit(const Block& block, const ledger::Execution& execution, const Certificate& certificate);

 private:
  explicit ChainStore(Store& store) : store_(&store) {}

  Store* store_;
};

}  // namespace lucid::storage
