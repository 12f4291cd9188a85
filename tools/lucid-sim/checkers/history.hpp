// The decided chain as the checkers reckon it: slots, sets, orders, tallies, seeds and bans of every height, out of
// nothing but the genesis and the decided blocks (protocol.md sections 2 and 4 to 7). Where the core carries a state
// from block to block, this keeps all blocks and looks back over them.
//
// Thread-safety: one owner writes, the checkers read between its calls. Times in milliseconds since 1970.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "core/crypto/signature_scheme.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"
#include "tools/lucid-sim/checkers/own_order.hpp"
#include "tools/lucid-sim/checkers/own_sets.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// What is fixed about a height before anyone proposes it.
struct OwnPlan {
  Height height = 0;
  std::uint64_t slot = 0;
  std::uint64_t epoch = 0;
  bool first_of_slot = false;
  std::vector<Address> slot_order;
  std::vector<Address> order;  // begins at the proposer of the block before, if that is of the same slot
  Hash256 seed;

  const Address& proposer(Round round) const { return order[round % order.size()]; }
};

struct OwnBlock {
  OwnPlan plan;
  Hash256 hash;
  BlockPtr block;  // absent at height 0
  TimeMs time = 0;
  std::uint64_t sessions = 0;  // that it anchored
  std::vector<Hash256> transactions;
};

/// A slot with blocks.
struct OwnSlot {
  std::uint64_t slot = 0;
  std::uint64_t epoch = 0;
  Height first_height = 0;
  Address primary;
  Address winner;
  std::vector<Address> proposers;
  VrfOutput output;
  std::set<Address> signers;  // of any certificate on chain for one of its blocks
};

struct OwnTallyRow {
  std::uint64_t validation = 0;
  std::uint64_t slots_signed = 0;
  std::uint64_t slots = 0;
};
using OwnTally = std::map<Address, OwnTallyRow>;

class History {
 public:
  History(const ClusterFacts& facts, const crypto::SignatureScheme& scheme);

  const ClusterFacts& facts() const { return facts_; }
  const ChainParams& params() const { return facts_.genesis.params; }
  const crypto::SignatureScheme& scheme() const { return scheme_; }

  Height tip() const { return blocks_.size() - 1; }
  const OwnBlock& at(Height height) const { return blocks_[height]; }
  /// Of tip() + 1.
  const OwnPlan& next() const { return next_; }
  /// Of a height up to tip() + 1, height 0 excepted.
  const OwnPlan& plan_of(Height height) const { return height > tip() ? next_ : blocks_[height].plan; }
  bool knows(Height height) const { return height >= 1 && height <= tip() + 1; }
  const ValidatorSet& set_of(Height height) const { return sets_.of(plan_of(height).epoch); }
  std::size_t owners() const { return sets_.owners(); }
  const ValidatorSet& set_of_epoch(std::uint64_t epoch) const { return sets_.of(epoch); }
  std::size_t quorum_of(Height height) const;
  const Hash256& seed_of_epoch(std::uint64_t epoch) const { return seeds_.at(epoch); }
  std::uint64_t first_epoch() const { return sets_.first_epoch(); }
  const std::vector<OwnSlot>& slots() const { return slots_; }
  /// What of `epoch` is on chain.
  OwnTally tally_of(std::uint64_t epoch) const;
  /// Sums over the window that decides who leads in `epoch`.
  OwnTally window_of(std::uint64_t epoch) const;
  /// Anchors in all blocks up to the tip.
  std::uint64_t sessions() const { return anchored_.size(); }

  std::uint64_t slot_at(TimeMs time) const;
  TimeMs start_of(std::uint64_t slot) const { return params().slot_origin + slot * params().slot_duration_ms; }
  std::uint64_t epoch_at(std::uint64_t slot) const { return slot / params().epoch_slots; }

  /// The block of height tip() + 1 is decided; `body` is its own.
  void append(const BlockPtr& block, const Hash256& hash, const OwnBody& body);

 private:
  /// A certificate in a block, of that block's parent.
  struct Carried {
    std::size_t slot = 0;  // of the parent, in slots_
    std::uint64_t in_epoch = 0;
    std::vector<Address> signers;
    std::uint64_t sessions = 0;
  };
  struct Ban {
    Address validator;  // under its address when that was accepted
    std::uint64_t accepted_in = 0;
  };

  void carry(const Block& block);
  void run_operations(const OwnBody& body, OwnBlock& row);
  void run(const AnchorSession& anchor, OwnBlock& row);
  void run(const Evidence& evidence);
  bool is_good_user_signature(const AnchorSession& anchor) const;
  bool is_signed_by_member(const SignedMessage& message, std::uint64_t epoch) const;
  void end_epoch(std::uint64_t epoch);
  void plan_next();
  std::vector<Address> order_of_next_slot();
  Candidate candidate(const Validator& member, const OwnTally& window) const;
  bool is_banned(const Address& address, std::uint64_t epoch) const;
  bool was_absent(const Address& address) const;
  /// Under which address the member named `address` in `epoch` is known in `later`.
  Address name_in(std::uint64_t later, Address address, std::uint64_t epoch) const;

  const ClusterFacts& facts_;
  const crypto::SignatureScheme& scheme_;
  OwnSets sets_;
  std::map<std::uint64_t, Hash256> seeds_;  // by epoch
  std::vector<OwnBlock> blocks_;
  std::vector<OwnSlot> slots_;
  std::vector<Carried> carried_;
  std::vector<Ban> bans_;
  std::set<SessionId> anchored_;
  std::set<std::tuple<Address, Height, Round, int>> proven_;
  std::optional<std::pair<std::uint64_t, OwnTally>> window_;  // of an epoch
  OwnPlan next_;
};

}  // namespace lucid::sim
