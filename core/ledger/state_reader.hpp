// What executing a block asks of the committed chain. Answers are those of the state's own height: no block in
// between. An error is the store's (storage_…): no verdict about the block.
//
// Thread-safety: that of the implementation; the ledger calls from one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ledger/change_set.hpp"

namespace lucid::ledger {

class StateReader {
 public:
  virtual ~StateReader() = default;

  /// 0 for an account never seen.
  virtual Result<std::uint64_t> next_nonce(const Address& account) const = 0;
  virtual Result<std::optional<AnchorRecord>> anchor(const SessionId& session) const = 0;
  virtual Result<bool> has_chunk(ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const = 0;
  virtual Result<bool> has_evidence(const EvidenceKey& key) const = 0;

  /// vrf_output of each slot with blocks from `first` to `last`, ascending.
  virtual Result<std::vector<VrfOutput>> vrf_outputs(Slot first, Slot last) const = 0;
  /// The settled tally; empty rows where there is none.
  virtual Result<credits::EpochTally> tally(Epoch epoch) const = 0;
  /// slot(height); absent above the tip.
  virtual Result<std::optional<Slot>> slot_of(Height height) const = 0;
  /// The newest SetRecord at or below `epoch` (genesis writes one for its first epoch); absent before.
  virtual Result<std::optional<ValidatorSet>> validators_of(Epoch epoch) const = 0;
  /// The account's newest OwnerRecord at or below `epoch`; absent where it never was an owner until then.
  virtual Result<std::optional<OwnerRecord>> owner_of(const Address& account, Epoch epoch) const = 0;
};

}  // namespace lucid::ledger
