#include "actors/handshake_allowance.hpp"

#include <tuple>

namespace lucid::actors {

std::optional<std::string_view> HandshakeAllowance::refusal(const std::string& host, std::uint64_t now_ms) {
  Host& asking = host_at(host, now_ms);
  if (!asking.budget.affords(1, now_ms)) return "too many handshakes of its address";
  if (!asking.proven && !strangers_.affords(1, now_ms)) return "too many handshakes of strangers";
  asking.budget.spend(1, now_ms);
  if (!asking.proven) strangers_.spend(1, now_ms);
  return std::nullopt;
}

void HandshakeAllowance::proven(const std::string& host, std::uint64_t now_ms) {
  host_at(host, now_ms).proven = true;
}

HandshakeAllowance::Host& HandshakeAllowance::host_at(const std::string& host, std::uint64_t now_ms) {
  if (hosts_.size() >= kRememberedHosts && !hosts_.contains(host)) forget_one();
  Host& found = hosts_[host];
  found.used_ms = now_ms;
  return found;
}

/// A stranger before one that proved himself, and of those the one that was not heard of for longest.
void HandshakeAllowance::forget_one() {
  auto least = hosts_.begin();
  for (auto at = hosts_.begin(); at != hosts_.end(); ++at)
    if (std::tie(at->second.proven, at->second.used_ms) < std::tie(least->second.proven, least->second.used_ms))
      least = at;
  hosts_.erase(least);
}

}  // namespace lucid::actors
