#include "tools/lucid-sim/memory_chain.hpp"

namespace lucid::sim {

MemoryChain::MemoryChain(const ledger::Chain& chain, std::shared_ptr<const ledger::ChainState> genesis_state)
    : genesis_slot_(chain.header.slot), genesis_state_(std::move(genesis_state)) {
  apply(ledger::genesis_changes(chain));
}

void MemoryChain::append(CommittedRow row) {
  apply(*row.changes);
  rows_.push_back(std::move(row));
}

void MemoryChain::apply(const ledger::ChangeSet& changes) {
  for (const auto& row : changes.transactions) transactions_.insert(row.id);
  for (const auto& row : changes.accounts) nonces_[row.account] = row.next_nonce;
  for (const auto& row : changes.anchors) anchors_[row.session] = row.record;
  for (const auto& row : changes.chunks) chunks_.insert({row.session, row.kind, row.index});
  for (const auto& row : changes.evidence) evidence_.insert(row.key);
  for (const auto& row : changes.slots)
    if (row.vrf_output) outputs_[row.first] = *row.vrf_output;
  for (const auto& row : changes.tallies) tallies_[row.epoch] = row;
  for (const auto& row : changes.sets) sets_[row.epoch] = row.validators;
  for (const auto& row : changes.owners) owners_[{row.owner.account, row.epoch}] = row;
}

const Certificate& MemoryChain::certificate() const {
  static const Certificate kOfGenesis;
  return rows_.empty() ? kOfGenesis : *rows_.back().certificate;
}

Result<std::uint64_t> MemoryChain::next_nonce(const Address& account) const {
  const auto place = nonces_.find(account);
  return place == nonces_.end() ? 0 : place->second;
}

Result<std::optional<ledger::AnchorRecord>> MemoryChain::anchor(const SessionId& session) const {
  const auto place = anchors_.find(session);
  return place == anchors_.end() ? std::nullopt : std::optional(place->second);
}

Result<bool> MemoryChain::has_chunk(ledger::ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const {
  return chunks_.contains({session, kind, index});
}

Result<bool> MemoryChain::has_evidence(const ledger::EvidenceKey& key) const {
  return evidence_.contains(key);
}

Result<std::vector<VrfOutput>> MemoryChain::vrf_outputs(Slot first, Slot last) const {
  std::vector<VrfOutput> out;
  for (auto place = outputs_.lower_bound(first); place != outputs_.end() && place->first <= last; ++place)
    out.push_back(place->second);
  return out;
}

Result<credits::EpochTally> MemoryChain::tally(Epoch epoch) const {
  const auto place = tallies_.find(epoch);
  return place == tallies_.end() ? credits::EpochTally{} : place->second;
}

Result<std::optional<Slot>> MemoryChain::slot_of(Height height) const {
  if (height > rows_.size()) return std::optional<Slot>();
  return std::optional(height == 0 ? genesis_slot_ : rows_[height - 1].block->block->header.slot);
}

Result<std::optional<ValidatorSet>> MemoryChain::validators_of(Epoch epoch) const {
  auto place = sets_.upper_bound(epoch);
  if (place == sets_.begin()) return std::optional<ValidatorSet>();
  return std::optional((--place)->second);
}

Result<std::optional<ledger::OwnerRecord>> MemoryChain::owner_of(const Address& account, Epoch epoch) const {
  auto place = owners_.upper_bound({account, epoch});
  if (place == owners_.begin() || (--place)->first.first != account) return std::optional<ledger::OwnerRecord>();
  return std::optional(place->second);
}

}  // namespace lucid::sim
