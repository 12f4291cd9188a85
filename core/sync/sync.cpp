#include "core/sync/sync.hpp"

#include <algorithm>
#include <set>

#include "core/base/mutant.hpp"

namespace lucid::sync {

std::string_view drop_reason_name(DropReason reason) {
  switch (reason) {
    case DropReason::lying:
      return "lying";
    case DropReason::slow:
      return "slow";
    case DropReason::flooding:
      return "flooding";
  }
  return "";
}

Sync::Sync(crypto::Verifier verifier, Bounds bounds, std::optional<Address> self, std::uint64_t seed)
    : verifier_(verifier), bounds_(bounds), self_(self), peers_(seed) {}

Output Sync::step(std::uint64_t now_ms, Input input) {
  now_ms_ = std::max(now_ms_, now_ms);
  Output out;
  std::visit([&](auto& one) { take(one, out); }, input);
  if (!started_) return out;
  advance(out);
  out.wake_at_ms = next_wake();
  return out;
}

// ---- what each input changes

void Sync::take(PeerConnected& input, Output& out) {
  if (!peers_.connect(input.peer, input.validator, now_ms_)) {
    out.refused = Error{Fault::overloaded, "peers", "at most " + std::to_string(kMaxPeers), "one more"};
    return;
  }
  if (started_) out.tell_tip.push_back(input.peer);
}

void Sync::take(PeerGone& input, Output&) {
  peers_.disconnect(input.peer, now_ms_);
}

void Sync::take(TipClaimed& input, Output& out) {
  Peer* peer = peers_.find(input.peer);
  if (!peer) {
    out.refused = Error{Fault::not_ready, "peer", "one that is connected", std::to_string(input.peer.value)};
    return;
  }
  if (input.height > peer->claim) peer->ask_again_at_ms = now_ms_;
  if (input.height >= peer->nothing_from) peer->nothing_from = 0;
  peer->claim = input.height;
}

/// Which request this answers, and no longer waits. One with more blocks than were asked answers none: it may be a late
/// answer to a request that is forgotten, so it is no lie.
std::optional<GetBlocks> Sync::answered_request(Peer& peer, const Blocks& answer) {
  const auto answers = [&](const GetBlocks& request) {
    return request.from == answer.from && answer.blocks.size() <= request.count;
  };
  std::optional<GetBlocks> request;
  if (peer.asked && answers(peer.asked->request)) {
    request = peer.asked->request;
    peer.asked.reset();
  } else if (peer.late && answers(*peer.late)) {
    request = peer.late;
    peer.late.reset();
  }
  return request;
}

void Sync::take(BlocksArrived& input, Output& out) {
  Peer* peer = peers_.find(input.peer);
  if (!peer) {
    out.refused = Error{Fault::not_ready, "peer", "one that is connected", std::to_string(input.peer.value)};
    return;
  }
  const std::optional<GetBlocks> request = answered_request(*peer, input.answer);
  if (!request) return unasked(input.peer, input.answer, out);
  const auto checked = check_answer(input.answer, *request, bounds_);
  if (!checked) return drop(input.peer, DropReason::lying, checked.error(), out);
  peer->timeouts = 0;
  peer->unasked = 0;
  peer->claim = input.answer.tip;
  peer->nothing_from = 0;
  if (!checked->empty()) return keep(input.peer, input.answer, *checked, out);
  const bool nothing_yet = input.answer.tip < request->from;
  if (nothing_yet) peer->nothing_from = request->from;
  // One that says it is further and gives nothing has pruned, or lies: asked later, it holds up nobody meanwhile.
  peer->ask_again_at_ms = now_ms_ + (nothing_yet ? bounds_.ask_again_ms : bounds_.slow_rest_ms);
}

void Sync::keep(PeerId peer, Blocks& answer, const std::vector<CheckedBlock>& checked, Output& out) {
  for (std::size_t i = 0; i < checked.size(); ++i) {
    const Height height = answer.from + i;
    // A late answer has no room reserved; what it brings may have come from another peer by now.
    const bool wanted = height > tip_.height && height <= tip_.height + bounds_.window && !window_.holds(height);
    if (!wanted || held_bytes() + checked[i].bytes > bounds_.held_bytes) continue;
    auto block = std::make_shared<const Block>(std::move(answer.blocks[i].block));
    out.arrived.push_back({height, checked[i].hash, block});
    window_.add(height,
                {checked[i].hash, std::move(block), std::move(answer.blocks[i].certificate), checked[i].bytes, peer});
  }
}

void Sync::unasked(PeerId id, const Blocks& answer, Output& out) {
  Peer& peer = *peers_.find(id);
  Error error{Fault::node_answer, "blocks", "an answer to what was asked", "from " + std::to_string(answer.from)};
  if (++peer.unasked >= kMaxUnasked) return drop(id, DropReason::flooding, std::move(error), out);
  out.refused = std::move(error);
}

void Sync::take(Committed& input, Output& out) {
  if (started_ && input.height != tip_.height + 1) {
    out.refused = Error{Fault::internal, "committed", std::to_string(tip_.height + 1), std::to_string(input.height)};
    return;
  }
  if (given_ && given_->hash != input.hash) {
    given_after_.clear();
    out.alarms.push_back(Error{Fault::consensus_invariant, "block " + std::to_string(input.height),
                               to_hex(given_->hash), to_hex(input.hash)});
  }
  started_ = true;
  tip_ = std::move(input);
  window_.remove_up_to(tip_.height);
  given_.reset();
  if (!given_after_.empty()) {
    given_ = std::move(given_after_.front());
    given_after_.pop_front();
  }
  execute_again_at_ms_.reset();
  execute_wait_ms_ = 0;
  trouble_.reset();
  lag_since_ms_.reset();
  // Who lacked an older block may be asked for the next one at once.
  for (auto& [id, peer] : peers_.all())
    if (peer.nothing_from > 0 && peer.nothing_from <= tip_.height) peer.ask_again_at_ms = now_ms_;
}

void Sync::take(ExecuteFailed& input, Output& out) {
  if (!given_ || consensus_writes() || input.height != given_->height) {
    out.refused = Error{Fault::internal, "execute failed", "the height that was given", std::to_string(input.height)};
    return;
  }
  execute_wait_ms_ =
      execute_wait_ms_ == 0 ? bounds_.execute_again_ms : std::min(2 * execute_wait_ms_, bounds_.execute_again_max_ms);
  execute_again_at_ms_ = now_ms_ + execute_wait_ms_;
  trouble_ = input.error;
  out.alarms.push_back(std::move(input.error));
}

void Sync::take(TimerFired&, Output&) {}

// ---- what follows

void Sync::advance(Output& out) {
  expire_requests(out);
  auto next = given_ ? std::nullopt : verified_next(out);
  choose_writer(next.has_value(), out);
  give(std::move(next), out);
  if (!someone_claims_more())
    lag_since_ms_.reset();
  else if (!lag_since_ms_)
    lag_since_ms_ = now_ms_;
  ask_for_blocks(out);
  ask_for_word(out);
  tell_tip(out);
}

bool Sync::someone_claims_more() const {
  return std::any_of(peers_.all().begin(), peers_.all().end(),
                     [&](const auto& entry) { return entry.second.connected && entry.second.claim > tip_.height; });
}

void Sync::expire_requests(Output& out) {
  std::vector<PeerId> slow;
  for (auto& [id, peer] : peers_.all()) {
    if (!peer.asked || now_ms_ < peer.asked->at_ms + bounds_.answer_timeout_ms) continue;
    peer.late = peer.asked->request;
    peer.asked.reset();
    if (++peer.timeouts >= kMaxTimeouts) slow.push_back(id);
  }
  for (const PeerId id : slow)
    drop(id, DropReason::slow,
         Error{Fault::no_answer, "blocks", "within " + std::to_string(bounds_.answer_timeout_ms) + " ms",
               "none, " + std::to_string(kMaxTimeouts) + " times"},
         out);
}

/// Block tip + 1, if it is held and its certificate holds under the set of its height, which only the tip tells.
std::optional<FinalBlock> Sync::verified_next(Output& out) {
  const HeldBlock* held = window_.find(tip_.height + 1);
  if (!held) return std::nullopt;
  auto verified = verifier_.verify(held->certificate, tip_.height + 1, held->hash, tip_.validators);
  if (!verified) {
    drop(held->peer, DropReason::lying, verified.error(), out);
    return std::nullopt;
  }
  if (const Hash256& previous = held->block->header.previous_hash; previous != tip_.hash) {
    // A quorum signed a child of another block than the one committed here: no peer's lie can do that.
    const Error fork{Fault::block_previous_hash, "header.previous_hash", to_hex(tip_.hash), to_hex(previous)};
    out.alarms.push_back(fork);
    drop(held->peer, DropReason::lying, fork, out);
    return std::nullopt;
  }
  if (Peer* peer = peers_.find(held->peer)) peer->lying_rest_ms = 0;
  return FinalBlock{tip_.height + 1, held->hash, held->block, std::move(*verified)};
}

/// The child of one that is verified, where the same set judges it: that one's header names the set, and a quorum
/// signed it.
std::optional<FinalBlock> Sync::verified_after(const FinalBlock& last, const Hash256& set, Output& out) {
  const HeldBlock* held = window_.find(last.height + 1);
  if (!held || last.block->header.next_validators_hash != set) return std::nullopt;
  // What does not fit is judged in its turn, as the child of the tip.
  if (held->block->header.previous_hash != last.hash) return std::nullopt;
  auto verified = verifier_.verify(held->certificate, last.height + 1, held->hash, tip_.validators);
  if (!verified) {
    drop(held->peer, DropReason::lying, verified.error(), out);
    return std::nullopt;
  }
  return FinalBlock{last.height + 1, held->hash, held->block, std::move(*verified)};
}

/// Once for each height: who writes block tip + 1. A verified certificate makes it sync; while it catches up it stays
/// so until q - 1 other validators have said that there is no such block yet.
void Sync::choose_writer(bool next_is_final, Output& out) {
  if (consensus_writes()) return;
  if (next_is_final || given_) {
    catching_up_ = true;
    return;
  }
  if (catching_up_ && confirmed() < needed()) return;
  if (LUCID_MUTANT(sync_trusts_claims) && someone_claims_more()) return;
  catching_up_ = false;
  agreed_ = tip_.height + 1;
  out.agree = agreed_;
}

void Sync::give(std::optional<FinalBlock> next, Output& out) {
  if (next) {
    given_ = std::move(next);
    if (consensus_writes() && !LUCID_MUTANT(sync_and_consensus_write)) {
      out.decided = given_;
      return;
    }
    const Hash256 set = bounds_.run > 1 ? crypto::validators_hash(tip_.validators) : Hash256{};
    while (given_after_.size() + 1 < bounds_.run) {
      auto after = verified_after(given_after_.empty() ? *given_ : given_after_.back(), set, out);
      if (!after) break;
      given_after_.push_back(std::move(*after));
    }
  } else if (given_ && execute_again_at_ms_ && now_ms_ >= *execute_again_at_ms_) {
    execute_again_at_ms_.reset();
  } else {
    return;
  }
  out.execute = given_;
  out.execute_after.assign(given_after_.begin(), given_after_.end());
}

// ---- asking

bool Sync::worth_asking(const Peer& peer) const {
  if (peer.claim <= tip_.height) return false;
  // One height behind is what consensus mends by itself, mostly within its patience.
  return catching_up_ || peer.claim - tip_.height > 1 || lags();
}

/// The lowest heights that are neither here nor asked for. The first of all may be asked for twice: one slow peer must
/// not hold up all that waits behind it.
std::optional<GetBlocks> Sync::next_gap() const {
  const Height last = tip_.height + bounds_.window;
  const bool under_way = window_.size() > 0 || std::any_of(peers_.all().begin(), peers_.all().end(),
                                                           [](const auto& e) { return e.second.asked.has_value(); });
  if (!under_way && bounds_.window > 0)  // as nearly always
    return GetBlocks{tip_.height + 1, static_cast<std::uint32_t>(std::min<Height>(bounds_.count, bounds_.window))};
  Height first_missing = tip_.height + 1;
  while (window_.holds(first_missing)) ++first_missing;
  const auto open = [&](Height height) {
    if (height > last || window_.holds(height)) return false;
    return std::none_of(peers_.all().begin(), peers_.all().end(), [&](const auto& entry) {
      const auto& asked = entry.second.asked;
      if (!asked || height < asked->request.from || height - asked->request.from >= asked->request.count) return false;
      return asked->request.from != first_missing || now_ms_ < asked->at_ms + bounds_.second_ask_ms;
    });
  };
  for (Height from = first_missing; from <= last; ++from) {
    if (!open(from)) continue;
    std::uint32_t count = 1;
    while (count < bounds_.count && open(from + count)) ++count;
    return GetBlocks{from, count};
  }
  return std::nullopt;
}

void Sync::ask_for_blocks(Output& out) {
  while (auto gap = next_gap()) {
    const auto chosen =
        peers_.choose(now_ms_, [&](const Peer& peer) { return worth_asking(peer) && peer.claim >= gap->from; });
    if (!chosen) return;
    const Height claimed = peers_.find(*chosen)->claim - gap->from + 1;
    gap->count = static_cast<std::uint32_t>(std::min<Height>(gap->count, claimed));
    if (!make_room(*gap)) return;
    ask(*chosen, *gap, out);
  }
}

/// While it catches up: has anybody a block above this tip? Who claims to is asked for blocks; the others for the next
/// one, and "nothing yet" is the word that counts.
void Sync::ask_for_word(Output& out) {
  if (!catching_up_ || given_) return;
  const GetBlocks next{tip_.height + 1, 1};
  while (const auto chosen = peers_.choose(
             now_ms_, [&](const Peer& peer) { return peer.claim <= tip_.height && peer.nothing_from != next.from; })) {
    if (!make_room(next)) return;
    ask(*chosen, next, out);
  }
}

void Sync::ask(PeerId peer, const GetBlocks& request, Output& out) {
  peers_.find(peer)->asked = Asked{request, now_ms_, bounds_.answer_bytes(request.count)};
  out.requests.push_back({peer, request});
}

bool Sync::make_room(const GetBlocks& request) {
  const std::uint64_t bytes = bounds_.answer_bytes(request.count);
  while (held_bytes() + bytes > bounds_.held_bytes)
    if (!window_.evict_above(request.from)) return false;
  return true;
}

void Sync::tell_tip(Output& out) {
  if (!out.agree && now_ms_ < tell_at_ms_) return;
  out.tell_tip.clear();
  out.tell_tip.reserve(peers_.all().size());
  for (const auto& [id, peer] : peers_.all())
    if (peer.connected) out.tell_tip.push_back(id);
  tell_at_ms_ = now_ms_ + bounds_.tell_again_ms;
}

std::optional<std::uint64_t> Sync::next_wake() const {
  std::optional<std::uint64_t> next;
  const auto consider = [&](std::uint64_t at_ms) {
    if (at_ms > now_ms_ && (!next || at_ms < *next)) next = at_ms;
  };
  if (peers_.connected() > 0) consider(tell_at_ms_);
  if (execute_again_at_ms_) consider(*execute_again_at_ms_);
  if (lag_since_ms_ && !catching_up_) consider(*lag_since_ms_ + bounds_.patience_ms);
  for (const auto& [id, peer] : peers_.all()) {
    if (!peer.connected) continue;
    if (peer.asked) {
      consider(peer.asked->at_ms + bounds_.answer_timeout_ms);
      consider(peer.asked->at_ms + bounds_.second_ask_ms);
    } else if (catching_up_ || peer.claim > tip_.height) {
      consider(peer.rest_until_ms);
      consider(peer.ask_again_at_ms);
    }
  }
  return next;
}

std::size_t Sync::confirmed() const {
  std::set<Address> validators;
  for (const auto& [id, peer] : peers_.all())
    if (peer.connected && peer.nothing_from == tip_.height + 1 && peer.validator && peer.validator != self_ &&
        tip_.validators.index_of(*peer.validator))
      validators.insert(*peer.validator);
  return validators.size();
}

std::size_t Sync::needed() const {
  const bool member = self_ && tip_.validators.index_of(*self_);
  return tip_.validators.quorum() - (member ? 1 : 0);
}

void Sync::drop(PeerId id, DropReason reason, Error error, Output& out) {
  if (closes_connection(reason)) {
    window_.remove_of(id);
    peers_.banish(id, now_ms_, bounds_);
  } else if (Peer* peer = peers_.find(id)) {
    peer->rest_until_ms = now_ms_ + bounds_.slow_rest_ms;
    peer->timeouts = kMaxTimeouts - 1;  // after its rest it has one more chance, and comes after all others
  }
  out.drops.push_back({id, reason, std::move(error)});
}

}  // namespace lucid::sync
