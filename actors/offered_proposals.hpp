// What each peer was sent of the proposals of a height, and which of them it has shown to hold: a proposal carries its
// block, so that one that is offered again in vain costs more than everything else that is said.
//
// Who votes for a block in a round, or proposes it, holds that round's proposal. Whoever has not shown that yet is
// offered it after kFirstOfferTurns turns, and after twice as many each time.
// Thread-safety: one owner. Units: turns of the owner's offers.
#pragma once

#include <map>
#include <optional>

#include "actors/peer_messages.hpp"

namespace lucid::actors {

class OfferedProposals {
 public:
  static constexpr std::uint64_t kFirstOfferTurns = 2;

  /// What was of a lower height is forgotten.
  void at_height(Height height) {
    if (height == height_) return;
    height_ = height;
    peers_.clear();
  }
  void sent(PeerId peer, const Proposal& proposal, std::uint64_t turn) {
    if (proposal.height != height_) return;
    Offer& offer = peers_[peer][{proposal.block, proposal.round}];
    ++offer.times;
    offer.turn = turn;
  }
  void shown(PeerId peer, Height height, const Hash256& block, Round round) {
    if (height == height_) peers_[peer][{block, round}].held = true;
  }
  /// Nothing is known of what reached it over its last connection.
  void forget(PeerId peer) { peers_.erase(peer); }

  bool is_due(PeerId peer, const Proposal& proposal, std::uint64_t turn) const {
    const auto of_peer = peers_.find(peer);
    if (of_peer == peers_.end()) return true;
    const auto offer = of_peer->second.find({proposal.block, proposal.round});
    if (offer == of_peer->second.end() || (!offer->second.held && offer->second.times == 0)) return true;
    if (offer->second.held) return false;
    const auto doublings = std::min<std::uint64_t>(offer->second.times - 1, kMaxDoublings);
    return turn - offer->second.turn >= kFirstOfferTurns << doublings;
  }

 private:
  static constexpr std::uint64_t kMaxDoublings = 8;
  struct Offer {
    bool held = false;
    std::uint64_t times = 0, turn = 0;  // how often it was sent, and when last
  };

  Height height_ = 0;
  std::map<PeerId, std::map<std::pair<Hash256, Round>, Offer>> peers_;
};

}  // namespace lucid::actors
