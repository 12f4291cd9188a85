// The changes of the validator set as a proof bundle tells them (docs/protocol.md P-7.25): for each the last header of
// the old set, its certificate, and the set that it names.
//
// Thread-safety: that of the snapshot. Costs a few reads for each change, however long the chain.
#pragma once

#include "core/types/bundle.hpp"
#include "storage/chain_snapshot.hpp"

namespace lucid::storage {

/// Those between genesis and the block of height `last`, ascending; a set that no block was made under has none.
/// Faults: block_not_found above the tip, those of ChainSnapshot.
Result<std::vector<Handover>> handovers(const ChainSnapshot& snapshot, const ChainParams& params, Height last);

}  // namespace lucid::storage
