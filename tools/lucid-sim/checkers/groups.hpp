// The groups of checkers, one file each, and what they share. An invariant's name is what a violation is reported by:
//
//   agreement  one-decided-block  decided-by-quorum  decided-in-turn  decided-by-its-proposer  decided-valid  no-alarm
//   signing    signed-once  stored-before-sent  signs-onwards  signs-after-the-gate  locked-round precommit-with-quorum
//              prevote-by-proposal  unlock-by-newer  proposal-time  proposes-in-turn  proposes-by-rule
//   chain      commits-in-order  same-order  same-seed  same-slot  same-state  same-tally
//              missed-range  set-changes  time-ahead
//   evidence   evidence-names-the-guilty
//   clients    on-chain-once  acknowledged-on-chain
//   roles      silent-until-joined  signs-next-height
//   memory     memory-bounded
//   timers     waits-its-time
//   liveness   next-block-in-time  no-needless-miss
//   deciding   decides-what-it-holds
//
// Thread-safety: one cluster is watched by one thread.
#pragma once

#include <memory>
#include <set>

#include "tools/lucid-sim/checkers/connected.hpp"
#include "tools/lucid-sim/checkers/findings.hpp"
#include "tools/lucid-sim/checkers/history.hpp"

namespace lucid::sim {

/// What the groups share. The agreement checker, which comes first, adds to `history`; the signing checker to
/// `excused`, the liveness checker to `connected`.
struct Shared {
  Shared(const ClusterFacts& known, const crypto::SignatureScheme& scheme, Findings& found)
      : facts(known),
        findings(found),
        history(facts, scheme),
        connected(facts, facts.genesis.params.time_precision_ms) {
    for (const NodeFacts& node : facts.nodes) {
      if (node.lies) liars.insert(node.address);
      if (node.lies) liars.insert(node.later_addresses.begin(), node.later_addresses.end());
    }
  }

  bool lies(NodeIndex node) const { return facts.nodes[node].lies; }
  /// Whether a node that does not lie signs with this key, and no other.
  bool is_honest(const Address& address) const { return !liars.contains(address) && belongs(address); }
  bool belongs(const Address& address) const {
    for (const NodeFacts& node : facts.nodes)
      if (owns(node, address)) return true;
    return false;
  }
  static bool owns(const NodeFacts& node, const Address& address) {
    if (node.address == address) return true;
    for (const Address& later : node.later_addresses)
      if (later == address) return true;
    return false;
  }
  bool owns(NodeIndex node, const Address& address) const { return owns(facts.nodes[node], address); }

  const ClusterFacts facts;
  Findings& findings;
  History history;
  Connected connected;
  std::set<Address> liars;
  /// Keys that signed twice because an old disk came back and nobody could tell them what they had signed.
  std::set<Address> excused;
};
using SharedPtr = std::shared_ptr<Shared>;

std::unique_ptr<Observer> agreement_checker(SharedPtr shared);
std::unique_ptr<Observer> signing_checker(SharedPtr shared);
std::unique_ptr<Observer> chain_checker(SharedPtr shared);
std::unique_ptr<Observer> evidence_checker(SharedPtr shared);
std::unique_ptr<Observer> clients_checker(SharedPtr shared);
std::unique_ptr<Observer> roles_checker(SharedPtr shared);
std::unique_ptr<Observer> memory_checker(SharedPtr shared);
std::unique_ptr<Observer> timers_checker(SharedPtr shared);
std::unique_ptr<Observer> work_checker(SharedPtr shared);
std::unique_ptr<Observer> liveness_checker(SharedPtr shared);
std::unique_ptr<Observer> deciding_checker(SharedPtr shared);

}  // namespace lucid::sim
