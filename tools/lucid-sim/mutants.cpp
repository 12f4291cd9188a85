#include "tools/lucid-sim/mutants.hpp"

#include <algorithm>
#include <array>

namespace lucid::sim {
namespace {

constexpr std::array kBugs{
    PlantedBug{.mutant = Mutant::one_voting_phase,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 10},
               .sentence = "A node precommits what it has prevoted, without waiting for the prevotes of others."},
    PlantedBug{.mutant = Mutant::quorum_2f_plus_1,
               .nodes = 5,
               .byzantine = 1,
               .seeds = {1, 10},
               .sentence = "2f+1 signatures are taken for more than two thirds, also where n is not 3f+1."},
    PlantedBug{.mutant = Mutant::no_lock,
               .nodes = 4,
               .byzantine = 1,
               .seeds = {1, 500},
               .sentence = "A node that has precommitted a block prevotes another one in the next round."},
    PlantedBug{.mutant = Mutant::amnesia_after_restart,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 500},
               .sentence = "A restarted node has forgotten what it signed and what it is locked on."},
    PlantedBug{.mutant = Mutant::lock_without_its_block,
               .nodes = 1,
               .byzantine = 0,
               .seeds = {1, 100},
               .sentence = "A lock is stored without the bytes of the block that it is on."},
    PlantedBug{.mutant = Mutant::only_last_record_kept,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 500},
               .sentence = "Of all that it signed at a height a restarted node sends only the last record again."},
    PlantedBug{.mutant = Mutant::votes_of_replaced_set,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 500},
               .sentence = "After a change of validators votes are counted against the set that was replaced."},
    PlantedBug{.mutant = Mutant::stale_prevotes_accepted,
               .nodes = 4,
               .byzantine = 1,
               .seeds = {1, 50},
               .sentence = "Prevotes of a round below that of the lock undo the lock."},
    PlantedBug{.mutant = Mutant::signing_before_sync,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 10},
               .sentence = "Votes leave the node before the disk has them."},
    PlantedBug{.mutant = Mutant::double_sign_off_by_one,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 50},
               .sentence = "The place of the newest record counts as free: a restarted node does that step again."},
    PlantedBug{.mutant = Mutant::block_interval_not_enforced,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 50},
               .sentence = "A block may follow its parent before the block interval is over."},
    PlantedBug{.mutant = Mutant::forged_round_accepted,
               .nodes = 4,
               .byzantine = 1,
               .seeds = {1, 20},
               .sentence = "A new block may name another round than that of its proposal."},
    PlantedBug{.mutant = Mutant::settlement_one_block_late,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 100},
               .sentence = "An epoch is settled in the first block of the next one and not in its own last."},
    PlantedBug{.mutant = Mutant::no_second_proposal,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 500},
               .sentence = "A proposer makes a new block although a quorum has prevoted one already."},
    PlantedBug{.mutant = Mutant::no_round_skip,
               .nodes = 4,
               .byzantine = 1,
               .scenario = "left_behind",
               .sentence = "A node does not follow f+1 others to a higher round."},
    PlantedBug{.mutant = Mutant::timeouts_without_cap,
               .nodes = 4,
               .byzantine = 1,
               .scenario = "left_behind",
               .sentence = "The timeouts double with each round and have no cap."},
    PlantedBug{.mutant = Mutant::vote_only_in_its_round,
               .nodes = 4,
               .byzantine = 1,
               .seeds = {1, 30},
               .sentence = "A vote of another round than the current one is not kept."},
    PlantedBug{.mutant = Mutant::one_early_vote_opens,
               .nodes = 4,
               .byzantine = 1,
               .scenario = "early_votes",
               .sentence = "A message of one single other validator opens round 0."},
    PlantedBug{.mutant = Mutant::floating_point_tally,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 200},
               .sentence = "Credits are added up in a float of 16 bits, which keeps the first eight."},
    PlantedBug{.mutant = Mutant::cooldown_as_filter,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 10},
               .sentence = "Who is cooling leads nothing, instead of standing behind the others."},
    PlantedBug{.mutant = Mutant::evidence_against_restart,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 500},
               .sentence = "A nil vote sent again after a restart, without its unsigned reason, counts as another."},
    PlantedBug{.mutant = Mutant::proposal_time_unchecked,
               .nodes = 4,
               .byzantine = 1,
               .scenario = "dated_ahead",
               .sentence = "A new block gets a prevote whatever time it claims."},
    PlantedBug{.mutant = Mutant::gap_counts_as_waiting,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 200},
               .sentence = "A transaction behind a gap of nonces, which no block can hold, opens every round."},
    PlantedBug{.mutant = Mutant::gossip_of_the_first,
               .nodes = 10,
               .byzantine = 3,
               .scenario = "most_is_lost",
               .sentence = "Of all that a node holds it offers only what stands first, over and over."},
    PlantedBug{.mutant = Mutant::timers_without_generation,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 200},
               .actors = true,
               .sentence = "A timer that was replaced or dropped counts all the same, in whatever round it comes due."},
    PlantedBug{.mutant = Mutant::sync_trusts_claims,
               .nodes = 4,
               .byzantine = 1,
               .seeds = {1, 30},
               .sentence = "A node goes on catching up while somebody claims a height above its own."},
    PlantedBug{.mutant = Mutant::sync_and_consensus_write,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 100},
               .sentence = "Sync writes a height on which consensus agrees at that moment."},
    PlantedBug{.mutant = Mutant::restored_disk_not_noticed,
               .nodes = 4,
               .byzantine = 0,
               .seeds = {1, 300},
               .sentence = "What others hold of its key, and its disk does not, a node takes for its own."},
};

constexpr std::string_view kNames[] = {
#define LUCID_MUTANT_NAME(name) #name,
    LUCID_MUTANTS(LUCID_MUTANT_NAME)
#undef LUCID_MUTANT_NAME
};
/// The same with their names; the order is checked at compile time.
constexpr auto kNamed = [] {
  auto bugs = kBugs;
  for (std::size_t i = 0; i < bugs.size(); ++i) {
    if (i > 0 && bugs[i].mutant <= bugs[i - 1].mutant) throw "a line out of order";
    bugs[i].name = kNames[static_cast<std::size_t>(bugs[i].mutant)];
  }
  return bugs;
}();

}  // namespace

std::span<const PlantedBug> planted_bugs() {
  return kNamed;
}

const PlantedBug* find_planted_bug(std::string_view name) {
  const auto found =
      std::find_if(kNamed.begin(), kNamed.end(), [&](const PlantedBug& bug) { return bug.name == name; });
  return found == kNamed.end() ? nullptr : &*found;
}

std::string line_of(const PlantedBug& bug) {
  const std::string caught = bug.scenario.empty()
                                 ? "seeds " + std::to_string(bug.seeds.first) + ".." + std::to_string(bug.seeds.last)
                                 : "scenario " + std::string(bug.scenario);
  return std::string(bug.name) + "  n=" + std::to_string(bug.nodes) + " F=" + std::to_string(bug.byzantine) + "  " +
         caught + (bug.actors ? " of actors  " : "  ") + std::string(bug.sentence);
}

}  // namespace lucid::sim
