// What the lying machines of one cluster share: everything that one of them heard, their keys, and what they have
// agreed to do at each height. So f liars act as one adversary, the strongest that the protocol has to bear.
//
// Thread-safety: one cluster is one thread. Memory: three heights of votes and blocks, and a few hundred old messages.
#pragma once

#include <deque>
#include <map>
#include <tuple>
#include <vector>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/key_table.hpp"
#include "tools/lucid-sim/message.hpp"
#include "tools/lucid-sim/seed_plan.hpp"

namespace lucid::sim {

/// Which votes of liars who gets to see.
enum class Faces : std::uint8_t {
  honest,
  two_worlds,  // each half of the others sees votes for another block
  split,       // one half sees votes for the block, the other for nil
  silent,      // one half sees none; or nobody
  victim,      // one machine alone sees them, and late: it may lock, or decide, where the others do not
};

/// What a liar proposes in its turns.
enum class Lure : std::uint8_t { honest, two_blocks, withheld, late, without_block, invalid, stale, forged_round };

/// What liars agreed to do at one height; some clusters' liars do the same at all heights.
struct Plot {
  Faces faces = Faces::honest;
  bool prevotes = true;  // which votes it is about
  bool precommits = true;
  Lure lure = Lure::honest;
  bool again = false;         // in a later round they propose what was prevoted in an earlier one, the oldest they know
  bool mute = false;          // nobody is told anything where else they would be told nil
  bool hides_gossip = false;  // nothing of what others said is passed on
  std::uint64_t world = 0;    // a bit for each machine: which half it belongs to
  NodeIndex victim = 0;       // an honest machine
  std::uint64_t late_ms = 0;  // how long they wait where they wait

  bool other_world(NodeIndex machine) const { return (world >> machine & 1) != 0; }
};

class Conspiracy {
 public:
  Conspiracy(const SeedPlan& plan, const crypto::Verifier& verifier, Chance chance);

  /// Drawn when first asked for; the same for all liars.
  const Plot& plot(Height height);
  const std::vector<NodeIndex>& liars() const { return liars_; }
  const std::vector<NodeIndex>& others() const { return others_; }
  bool is_liar(const Address& address) const;

  /// One of them heard or said it.
  void heard(const MessagePtr& message);

  /// The block that was proposed first in that round, if any.
  std::optional<Hash256> proposed(Height height, Round round) const;
  /// Null where no liar has it.
  SizedBlockPtr block(const Hash256& hash) const;
  /// The two blocks that a liar has proposed in that round, by world.
  const std::pair<Hash256, Hash256>* worlds(Height height, Round round) const;
  void note_worlds(Height height, Round round, const Hash256& one, const Hash256& other);

  /// A block of the height that at least `quorum` prevoted in a round below `below`, liars included, who prevote
  /// whatever is wanted; and one that fewer prevoted, where no such block is known.
  struct Backed {
    Round round = 0;
    Hash256 block;
    std::vector<Vote> prevotes;
    bool quorum = false;
  };
  std::optional<Backed> backed(Height height, Round below, const ValidatorSet& set, Chance& chance);

  /// Signed with that liar's key, in its name. The messages of heights under way are kept: the same each time.
  Vote signed_vote(NodeIndex liar, VoteStep step, Height height, Round round,
                   const std::optional<Hash256>& block) const;
  MessagePtr vote(NodeIndex liar, VoteStep step, Height height, Round round, const std::optional<Hash256>& block);
  MessagePtr proposal(NodeIndex liar, Proposal proposal, std::vector<Vote> prevotes, SizedBlockPtr block) const;
  const MachineKeys& keys(NodeIndex liar) const { return KeyTable::instance().machine(plan_.machines[liar].keys); }

  /// Messages of some time ago, of any height.
  const std::deque<MessagePtr>& old_messages() const { return old_messages_; }

 private:
  using VoteKey = std::tuple<Height, Round, VoteStep, NodeIndex, std::optional<Hash256>>;

  void note(const Vote& vote);
  void note(const ProposalMessage& proposal);
  void forget_below(Height height);

  const SeedPlan& plan_;
  crypto::Verifier verifier_;
  Chance chance_;
  std::vector<NodeIndex> liars_;
  std::vector<NodeIndex> others_;
  std::vector<Address> addresses_;  // of liars_
  std::optional<Faces> always_faces_;
  std::optional<Lure> always_lure_;
  std::map<Height, Plot> plots_;
  std::map<std::tuple<Height, Round, Hash256>, std::map<Address, Vote>> prevotes_;
  std::map<std::pair<Height, Round>, Hash256> proposed_;
  std::map<std::pair<Height, Round>, std::pair<Hash256, Hash256>> worlds_;
  std::map<Hash256, SizedBlockPtr> blocks_;
  std::map<VoteKey, MessagePtr> votes_;
  std::deque<MessagePtr> old_messages_;
  std::uint64_t heard_ = 0;
  Height highest_ = 0;
};

}  // namespace lucid::sim
