// The chain's records in ordered maps: what executing a block asks, filled by nothing but the blocks executed before.
// It shares no line with the database that it is to check.
//
// Thread-safety: one owner. Memory: about 150 bytes an anchor.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "core/ledger/execution.hpp"

namespace lucid::bench {

class ReplayedState final : public ledger::StateReader {
 public:
  explicit ReplayedState(const ledger::Chain& chain) {
    slots_.push_back(chain.header.slot);
    take(ledger::genesis_changes(chain));
  }

  void apply(const ledger::Execution& execution) {
    slots_.push_back(execution.header.slot);
    take(execution.changes);
  }

  Result<std::uint64_t> next_nonce(const Address& account) const override {
    const auto place = nonces_.find(account);
    return place == nonces_.end() ? 0 : place->second;
  }
  Result<std::optional<ledger::AnchorRecord>> anchor(const SessionId& session) const override {
    const auto place = anchors_.find(session);
    return place == anchors_.end() ? std::nullopt : std::optional(place->second);
  }
  Result<bool> has_chunk(ledger::ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const override {
    return chunks_.contains({kind, session, index});
  }
  Result<bool> has_evidence(const ledger::EvidenceKey& key) const override { return evidence_.contains(key); }
  Result<std::vector<VrfOutput>> vrf_outputs(Slot first, Slot last) const override {
    std::vector<VrfOutput> out;
    for (auto row = outputs_.lower_bound(first); row != outputs_.end() && row->first <= last; ++row)
      out.push_back(row->second);
    return out;
  }
  Result<credits::EpochTally> tally(Epoch epoch) const override {
    const auto place = tallies_.find(epoch);
    return place == tallies_.end() ? credits::EpochTally{} : place->second;
  }
  Result<std::optional<Slot>> slot_of(Height height) const override {
    return height < slots_.size() ? std::optional(slots_[height]) : std::nullopt;
  }
  Result<std::optional<ValidatorSet>> validators_of(Epoch epoch) const override {
    auto place = sets_.upper_bound(epoch);
    if (place == sets_.begin()) return std::optional<ValidatorSet>();
    return std::optional((--place)->second);
  }
  Result<std::optional<ledger::OwnerRecord>> owner_of(const Address& account, Epoch epoch) const override {
    std::optional<ledger::OwnerRecord> newest;
    if (const auto rows = owners_.find(account); rows != owners_.end())
      for (const auto& row : rows->second)
        if (row.epoch <= epoch) newest = row;
    return newest;
  }

 private:
  void take(const ledger::ChangeSet& changes) {
    for (const auto& row : changes.accounts) nonces_[row.account] = row.next_nonce;
    for (const auto& row : changes.anchors) anchors_[row.session] = row.record;
    for (const auto& row : changes.chunks) chunks_.insert({row.kind, row.session, row.index});
    for (const auto& row : changes.evidence) evidence_.insert(row.key);
    for (const auto& row : changes.slots)
      if (row.vrf_output) outputs_[row.first] = *row.vrf_output;
    for (const auto& row : changes.tallies) tallies_[row.epoch] = row;
    for (const auto& row : changes.sets) sets_[row.epoch] = row.validators;
    for (const auto& row : changes.owners) owners_[row.owner.account].push_back(row);
  }

  std::map<Address, std::uint64_t> nonces_;
  std::map<SessionId, ledger::AnchorRecord> anchors_;
  std::set<std::tuple<ledger::ChunkRecordKind, SessionId, std::uint32_t>> chunks_;
  std::set<ledger::EvidenceKey> evidence_;
  std::map<Slot, VrfOutput> outputs_;
  std::map<Epoch, credits::EpochTally> tallies_;
  std::map<Epoch, ValidatorSet> sets_;
  std::map<Address, std::vector<ledger::OwnerRecord>> owners_;  // oldest first
  std::vector<Slot> slots_;                                     // by height
};

}  // namespace lucid::bench
