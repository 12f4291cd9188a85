// Environment chain: the ledger's database. One block is one synced write transaction: header, body, certificate,
// records, indexes, anchor log, accounts, slots, tallies, sets and the state after it, all or nothing. Several blocks
// that are final already may share one.
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

/// Blocks on their way into the database. Like every transaction it begins and ends inside one function.
class ChainAppend {
 public:
  /// The chain with what was added so far.
  const ChainSnapshot& chain() const { return chain_; }
  /// As ChainStore::commit, but nothing is stored yet. After an error of the storage nothing more can be.
  Status add(const Block& block, const ledger::Execution& execution, const Certificate& certificate);
  /// All of them, or none.
  Status commit() { return txn_->commit(); }

 private:
  friend class ChainStore;
  explicit ChainAppend(std::shared_ptr<WriteTxn> txn) : txn_(txn), chain_(std::move(txn)) {}

  std::shared_ptr<WriteTxn> txn_;
  ChainSnapshot chain_;
};

class ChainStore {
 public:
  /// Writes block 0 into an empty database. `store` must outlive it. Fault genesis_mismatch: another chain's database.
  static Result<ChainStore> open(Store& store, const ledger::Chain& chain);

  Result<std::unique_ptr<const ChainSnapshot>> snapshot() const;

  /// `execution` is that of `block`, `certificate` decided it (both checked by the caller). Refused unless it is the
  /// one block that can follow the tip: faults block_previous_hash, block_hash, block_certificate. On any error the
  /// database is as before.
  Status commit(const Block& block, const ledger::Execution& execution, const Certificate& certificate);
  /// To commit several at once.
  Result<ChainAppend> append();

 private:
  explicit ChainStore(Store& store) : store_(&store) {}

  Store* store_;
};

}  // namespace lucid::storage
