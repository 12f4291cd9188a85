// What sync is doing, in words.
#include <algorithm>

#include "core/sync/sync.hpp"

namespace lucid::sync {
namespace {

std::string count_text(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

}  // namespace

std::string Sync::doing() const {
  const std::string next = "block " + std::to_string(tip_.height + 1);
  if (!started_) return "waits for the ledger to name its tip";
  if (trouble_) return "waits to execute " + next + " again, which failed: " + lucid::to_text(*trouble_);
  if (given_ && consensus_writes()) return "gave consensus " + next + ", which others decided";
  if (given_) return "waits for the ledger to execute " + next;
  if (!catching_up_)
    return lags() ? "fetches " + next + ", which peers claim to hold" : "has nothing to do: consensus decides " + next;
  if (confirmed() < needed() && peers_.connected() < needed())
    return "looks for peers: " + std::to_string(needed()) + " validators must say that there is no " + next + " yet, " +
           std::to_string(peers_.connected()) + " of all peers are connected";
  const bool asked = std::any_of(peers_.all().begin(), peers_.all().end(),
                                 [](const auto& entry) { return entry.second.asked.has_value(); });
  return (asked ? "asked for " : "waits to ask for ") + next;
}

SyncStatus Sync::status(std::uint64_t now_ms) const {
  SyncStatus out;
  out.started = started_;
  out.catching_up = catching_up_;
  out.tip = tip_.height;
  out.held = window_.size();
  out.held_bytes = window_.bytes();
  out.confirmed = confirmed();
  out.needed = started_ ? needed() : 0;
  out.doing = doing();
  for (const auto& [id, peer] : peers_.all()) {
    out.resting += peer.resting(now_ms) ? 1 : 0;
    if (!peer.connected) continue;
    ++out.peers;
    out.asked += peer.asked ? 1 : 0;
    out.highest_claim = std::max(out.highest_claim, peer.claim);
  }
  return out;
}

std::string to_text(const SyncStatus& status) {
  std::string out = status.catching_up ? "catching up: " : "caught up: ";
  out += "tip " + std::to_string(status.tip) + "; sync " + status.doing + "\n";
  if (status.highest_claim > status.tip)
    out += "peers claim up to height " + std::to_string(status.highest_claim) + ", which only certificates prove\n";
  out += count_text(status.peers, "peer") + " connected, " + std::to_string(status.resting) + " resting; " +
         count_text(status.asked, "request") + " open; " + count_text(status.held, "block") + " of " +
         std::to_string(status.held_bytes) + " bytes held\n";
  if (status.catching_up && status.needed > 0)
    out += std::to_string(status.confirmed) + " of " + std::to_string(status.needed) +
           " validators say that nothing follows the tip yet\n";
  return out;
}

}  // namespace lucid::sync
