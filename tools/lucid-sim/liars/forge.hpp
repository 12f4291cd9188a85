// Blocks that a liar makes: other ones than its node did, all of which hash to what their proposal names, so that only
// the rule that they break can refuse them.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include "core/ledger/chain.hpp"
#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/message.hpp"

namespace lucid::sim {

class SimNode;

/// What a block can be wrong in: each thing that core/ledger/block_rules asks of one.
enum class Breach : std::uint8_t {
  version,
  chain_id,
  height,
  slot,
  time_before_interval,
  time_of_no_year,
  previous_hash,
  transactions_root,
  state_digest,
  anchor_log_root,
  anchor_log_size,
  validators_hash,
  next_validators_hash,
  seed,
  vrf_proof_missing,
  vrf_proof_wrong,
  last_commit_hash,
  evidence_hash,
  commit_too_few,
  commit_twice_the_same,
  commit_out_of_bounds,
  commit_of_another_round,
  transaction_twice,
  transactions_in_disorder,
  transaction_garbage,
  other_body,  // the header stays: whoever compares hashes alone takes it
  too_big,
};
constexpr Breach last_of(Breach) {
  return Breach::too_big;
}
inline constexpr std::size_t kBreaches = static_cast<std::size_t>(last_of(Breach{})) + 1;

class Forge {
 public:
  Forge(const ledger::Chain& chain, const crypto::Verifier& verifier, const SimNode& node)
      : chain_(chain), verifier_(verifier), node_(node) {}

  /// All of these are made for the height that the node agrees on, and are null where `honest` is of another.

  /// A valid one for the same round, another one than `honest`.
  SizedBlockPtr rival(const SizedBlockPtr& honest, Chance& chance) const;
  /// Valid but for its time, which is not of now: past, or to come.
  SizedBlockPtr stale(const SizedBlockPtr& honest, TimeMs now, Chance& chance) const;
  /// Its header claims another round, and the proposer of that one: often the same, and then all else is right.
  SizedBlockPtr forged_round(const SizedBlockPtr& honest, Chance& chance) const;
  SizedBlockPtr broken(const SizedBlockPtr& honest, Breach breach) const;

 private:
  SizedBlockPtr build(const SizedBlockPtr& honest, Round round, TimeMs time, bool empty) const;

  const ledger::Chain& chain_;
  const crypto::Verifier& verifier_;
  const SimNode& node_;
};

}  // namespace lucid::sim
