#include "core/sync/peer_book.hpp"

#include <algorithm>
#include <tuple>

namespace lucid::sync {
namespace {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads neighbouring numbers over all of 64 bits.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Peer* PeerBook::connect(PeerId id, std::optional<Address> validator, std::uint64_t now_ms) {
  const auto known = peers_.find(id);
  Peer fresh;
  if (known != peers_.end()) {
    fresh.lying_rest_ms = known->second.lying_rest_ms;
    if (fresh.lying_rest_ms > 0) fresh.rest_until_ms = known->second.rest_until_ms;
  } else if (!make_room()) {
    return nullptr;
  }
  fresh.connected = true;
  fresh.validator = validator;
  fresh.ask_again_at_ms = now_ms;
  return &(peers_[id] = std::move(fresh));
}

void PeerBook::disconnect(PeerId id, std::uint64_t now_ms) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  const Peer& peer = found->second;
  if (peer.lying_rest_ms == 0 || !peer.resting(now_ms)) {
    peers_.erase(found);
    return;
  }
  Peer away;
  away.rest_until_ms = peer.rest_until_ms;
  away.lying_rest_ms = peer.lying_rest_ms;
  found->second = std::move(away);
}

void PeerBook::banish(PeerId id, std::uint64_t now_ms, const Bounds& bounds) {
  const auto known = peers_.find(id);
  if (known == peers_.end() && !make_room()) return;
  const std::uint64_t last = known == peers_.end() ? 0 : known->second.lying_rest_ms;
  Peer away;
  away.lying_rest_ms = last == 0 ? bounds.lying_rest_ms : std::min(2 * last, bounds.lying_rest_max_ms);
  away.rest_until_ms = now_ms + away.lying_rest_ms;
  peers_[id] = std::move(away);
}

bool PeerBook::make_room() {
  if (peers_.size() < kMaxPeers) return true;
  auto out = peers_.end();
  for (auto it = peers_.begin(); it != peers_.end(); ++it)
    if (!it->second.connected && (out == peers_.end() || it->second.rest_until_ms < out->second.rest_until_ms))
      out = it;
  if (out == peers_.end()) return false;
  peers_.erase(out);
  return true;
}

Peer* PeerBook::find(PeerId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() || !found->second.connected ? nullptr : &found->second;
}

std::optional<PeerId> PeerBook::choose(std::uint64_t now_ms, const std::function<bool(const Peer&)>& fits) {
  ++turn_;
  std::optional<std::tuple<std::uint32_t, std::uint64_t, PeerId>> best;
  for (const auto& [id, peer] : peers_) {
    if (!peer.free(now_ms) || !fits(peer)) continue;
    const auto key = std::tuple(peer.timeouts, mix(mix(seed_ + turn_) ^ id.value), id);
    if (!best || key < *best) best = key;
  }
  if (!best) return std::nullopt;
  return std::get<PeerId>(*best);
}

std::uint64_t PeerBook::reserved_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [id, peer] : peers_)
    if (peer.asked) sum += peer.asked->reserved_bytes;
  return sum;
}

std::size_t PeerBook::connected() const {
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const auto& entry) { return entry.second.connected; }));
}

}  // namespace lucid::sync
