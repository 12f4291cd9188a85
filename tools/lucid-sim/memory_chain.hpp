// A node's chain database in memory: the blocks that it committed, with the certificate that made each final, and the
// state that execution asks for. Blocks, states and changes are shared by pointer and never changed.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

#include "core/ledger/chain.hpp"
#include "core/ledger/execution.hpp"
#include "core/ledger/state_reader.hpp"
#include "tools/lucid-sim/message.hpp"

namespace lucid::sim {

struct CommittedRow {
  SizedBlockPtr block;
  std::shared_ptr<const Certificate> certificate;
  std::shared_ptr<const ledger::ChainState> state;
  std::shared_ptr<const ledger::ChangeSet> changes;
};
/// From height 1.
using ChainRows = std::vector<CommittedRow>;

class MemoryChain final : public ledger::StateReader {
 public:
  MemoryChain(const ledger::Chain& chain, std::shared_ptr<const ledger::ChainState> genesis_state);

  void append(CommittedRow row);

  Height height() const { return rows_.size(); }
  const ChainRows& rows() const { return rows_; }
  const CommittedRow& row(Height height) const { return rows_[height - 1]; }
  const ledger::ChainState& state() const { return rows_.empty() ? *genesis_state_ : *rows_.back().state; }
  /// Of the tip; of genesis the empty one.
  const Certificate& certificate() const;
  /// Whether that transaction is on chain.
  bool has_transaction(const Hash256& id) const { return transactions_.contains(id); }

  Result<std::uint64_t> next_nonce(const Address& account) const override;
  Result<std::optional<ledger::AnchorRecord>> anchor(const SessionId& session) const override;
  Result<bool> has_chunk(ledger::ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const override;
  Result<bool> has_evidence(const ledger::EvidenceKey& key) const override;
  Result<std::vector<VrfOutput>> vrf_outputs(Slot first, Slot last) const override;
  Result<credits::EpochTally> tally(Epoch epoch) const override;
  Result<std::optional<Slot>> slot_of(Height height) const override;
  Result<std::optional<ValidatorSet>> validators_of(Epoch epoch) const override;
  Result<std::optional<ledger::OwnerRecord>> owner_of(const Address& account, Epoch epoch) const override;

 private:
  void apply(const ledger::ChangeSet& changes);

  Slot genesis_slot_;
  std::shared_ptr<const ledger::ChainState> genesis_state_;
  ChainRows rows_;
  std::map<Address, std::uint64_t> nonces_;
  std::map<SessionId, ledger::AnchorRecord> anchors_;
  std::set<std::tuple<SessionId, ledger::ChunkRecordKind, std::uint32_t>> chunks_;
  std::set<ledger::EvidenceKey> evidence_;
  std::map<Slot, VrfOutput> outputs_;
  std::map<Epoch, credits::EpochTally> tallies_;
  std::map<Epoch, ValidatorSet> sets_;
  std::map<std::pair<Address, Epoch>, ledger::OwnerRecord> owners_;
  std::set<Hash256> transactions_;
};

}  // namespace lucid::sim
