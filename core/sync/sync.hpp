// Catching up: a node that was away, or is new, gets the blocks that others made final, checks each certificate against
// the validator set of its height, has them executed in order, and joins (docs/protocol.md section 10). A state and one
// function on it: no clock, no timer, no connection; it is told what happened (input.hpp) and says what is to be done
// (output.hpp). Same inputs, same outputs.
//
// Who writes a height. Height tip + 1 has one writer, chosen once, in choose_writer(): consensus from the step on that
// says `agree`, sync otherwise. Sync has blocks executed only where it is the writer; where consensus is, sync hands it
// the decided block and consensus decides. So no height is ever signed here while sync executes it, and none is written
// twice. What peers claim chooses nothing: a certificate that holds does, or the word of a quorum that there is none.
//
// Layers, each tested alone: answer_rules, block_window, peer_book; this puts them together. Memory: bounds.hpp.
// Thread-safety: one owner. Monotonic times in milliseconds.
#pragma once

#include <deque>

#include "core/crypto/verifier.hpp"
#include "core/sync/answer_rules.hpp"
#include "core/sync/block_window.hpp"
#include "core/sync/bounds.hpp"
#include "core/sync/output.hpp"
#include "core/sync/peer_book.hpp"
#include "core/sync/status.hpp"

namespace lucid::sync {

class Sync {
 public:
  /// `self`: this node's validator, if it has a key. `seed` chooses among peers that are equally good; any number.
  Sync(crypto::Verifier verifier, Bounds bounds, std::optional<Address> self, std::uint64_t seed);

  /// Takes one input at monotonic time `now_ms`. Perform the output entirely before the next call (output.hpp).
  Output step(std::uint64_t now_ms, Input input);

  /// While it is, consensus has been told of no height above the tip, and nothing is signed.
  bool catching_up() const { return catching_up_; }
  Height tip() const { return tip_.height; }
  /// Of blocks held and asked for: never above Bounds::held_bytes.
  std::uint64_t held_bytes() const { return window_.bytes() + peers_.reserved_bytes(); }
  SyncStatus status(std::uint64_t now_ms) const;

 private:
  void take(PeerConnected& input, Output& out);
  void take(PeerGone& input, Output& out);
  void take(TipClaimed& input, Output& out);
  void take(BlocksArrived& input, Output& out);
  void take(Committed& input, Output& out);
  void take(ExecuteFailed& input, Output& out);
  void take(TimerFired& input, Output& out);
  static std::optional<GetBlocks> answered_request(Peer& peer, const Blocks& answer);
  void keep(PeerId peer, Blocks& answer, const std::vector<CheckedBlock>& checked, Output& out);
  void unasked(PeerId peer, const Blocks& answer, Output& out);

  // What follows, in this order.
  void advance(Output& out);
  bool someone_claims_more() const;
  void expire_requests(Output& out);
  std::optional<FinalBlock> verified_next(Output& out);
  std::optional<FinalBlock> verified_after(const FinalBlock& last, const Hash256& set, Output& out);
  void choose_writer(bool next_is_final, Output& out);
  void give(std::optional<FinalBlock> next, Output& out);
  void ask_for_blocks(Output& out);
  void ask_for_word(Output& out);
  void ask(PeerId peer, const GetBlocks& request, Output& out);
  std::optional<GetBlocks> next_gap() const;
  bool make_room(const GetBlocks& request);
  void tell_tip(Output& out);
  std::optional<std::uint64_t> next_wake() const;

  bool consensus_writes() const { return agreed_ == tip_.height + 1; }
  /// Whether this peer may be asked for blocks that it claims to hold.
  bool worth_asking(const Peer& peer) const;
  bool lags() const { return lag_since_ms_ && now_ms_ >= *lag_since_ms_ + bounds_.patience_ms; }
  std::size_t confirmed() const;
  std::size_t needed() const;
  void drop(PeerId peer, DropReason reason, Error error, Output& out);
  std::string doing() const;

  crypto::Verifier verifier_;
  Bounds bounds_;
  std::optional<Address> self_;
  std::uint64_t now_ms_ = 0;

  bool started_ = false;
  bool catching_up_ = true;
  Committed tip_;
  Height agreed_ = 0;  // the newest height that `agree` named
  PeerBook peers_;
  BlockWindow window_;
  std::optional<FinalBlock> given_;     // block tip + 1, to the ledger or to consensus
  std::deque<FinalBlock> given_after_;  // and those after it, to the ledger
  std::optional<std::uint64_t> execute_again_at_ms_;
  std::uint64_t execute_wait_ms_ = 0;
  std::optional<Error> trouble_;               // why the ledger could not
  std::optional<std::uint64_t> lag_since_ms_;  // since when some peer has claimed more than this tip
  std::uint64_t tell_at_ms_ = 0;
};

}  // namespace lucid::sync
