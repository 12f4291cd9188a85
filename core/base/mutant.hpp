// Bugs planted on purpose, to show that the simulator finds them (docs/simulation.md). A hook reads
// `if (LUCID_MUTANT(no_lock)) …` and stands in a source of core, never in a header: the two builds of core have one
// binary interface. In every program but lucid-sim-mutants LUCID_MUTANT is the constant false and nothing of a hook is
// compiled; there, LUCID_WITH_MUTANTS is defined, and it asks which one mutant was planted.
//
// Thread-safety: plant() before the first thread that calls core; constant from then on.
#pragma once

#include <cstdint>

// What each one is, and how it is found: tools/lucid-sim/mutants.cpp.
#define LUCID_MUTANTS(X)         \
  X(one_voting_phase)            \
  X(quorum_2f_plus_1)            \
  X(no_lock)                     \
  X(amnesia_after_restart)       \
  X(lock_without_its_block)      \
  X(only_last_record_kept)       \
  X(votes_of_replaced_set)       \
  X(stale_prevotes_accepted)     \
  X(signing_before_sync)         \
  X(double_sign_off_by_one)      \
  X(block_interval_not_enforced) \
  X(forged_round_accepted)       \
  X(settlement_one_block_late)   \
  X(no_second_proposal)          \
  X(no_round_skip)               \
  X(timeouts_without_cap)        \
  X(vote_only_in_its_round)      \
  X(one_early_vote_opens)        \
  X(floating_point_tally)        \
  X(cooldown_as_filter)          \
  X(evidence_against_restart)    \
  X(proposal_time_unchecked)     \
  X(gap_counts_as_waiting)       \
  X(gossip_of_the_first)         \
  X(timers_without_generation)   \
  X(sync_trusts_claims)          \
  X(sync_and_consensus_write)    \
  X(restored_disk_not_noticed)

namespace lucid {

enum class Mutant : std::uint8_t {
#define LUCID_MUTANT_NAME(name) name,
  LUCID_MUTANTS(LUCID_MUTANT_NAME)
#undef LUCID_MUTANT_NAME
};

#ifdef LUCID_WITH_MUTANTS
namespace mutant {
/// From now on this one is there; until then none is.
void plant(Mutant mutant);
bool is_planted(Mutant mutant);
}  // namespace mutant
#define LUCID_MUTANT(name) ::lucid::mutant::is_planted(::lucid::Mutant::name)
#else
#define LUCID_MUTANT(name) false
#endif

}  // namespace lucid
