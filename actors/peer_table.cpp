#include "actors/peer_table.hpp"

#include <algorithm>
#include <charconv>

namespace lucid::actors {

Result<PeerAddress> parse_peer_address(const std::string& text) {
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc() || stopped != end) port = 0;
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (port == 0 || host.empty()) return fail(Fault::genesis_field, "peer", "host:port", text);
  return PeerAddress{std::move(host), port};
}

std::vector<ConnectionId> PeerTable::know(KnownPeers known) {
  std::vector<ConnectionId> lost;
  std::erase_if(links_, [&](const auto& entry) {
    if (known.contains(entry.first)) return false;
    if (entry.second.connection) lost.push_back(*entry.second.connection);
    return true;
  });
  known_ = std::move(known);
  for (const auto& [key, peer] : known_) links_.try_emplace(key);
  return lost;
}

std::vector<TlsPublicKey> PeerTable::calls(std::uint64_t now_ms) {
  std::vector<TlsPublicKey> out;
  for (const auto& [key, peer] : known_) {
    Link& link = links_[key];
    if (!peer.at || key == self_ || link.connection || link.calling || now_ms < link.call_at_ms) continue;
    link.calling = true;
    out.push_back(key);
  }
  return out;
}

void PeerTable::unreached(const TlsPublicKey& whom, std::uint64_t now_ms, std::string why) {
  const auto found = links_.find(whom);
  if (found == links_.end()) return;
  found->second.calling = false;
  call_later(found->second, now_ms, std::move(why));
}

void PeerTable::call_later(Link& link, std::uint64_t now_ms, std::string why) {
  const std::uint64_t wait_ms = std::min(kCallAgainMs << std::min<std::uint32_t>(link.failures, 16), kCallAgainMaxMs);
  ++link.failures;
  link.call_at_ms = now_ms + wait_ms - chance_() % (wait_ms / 4);
  link.why = std::move(why);
}

PeerTable::Opened PeerTable::opened(const TlsPublicKey& whom, ConnectionId connection, bool dialled) {
  const auto found = links_.find(whom);
  if (found == links_.end()) return {};
  Link& link = found->second;
  if (dialled) link.calling = false;
  const bool this_node_calls = self_ < whom;
  // The other end keeps the other one.
  if (link.connection && link.dialled != dialled && dialled != this_node_calls) return {};
  const Opened out{true, link.connection};
  link.connection = connection;
  link.dialled = dialled;
  link.why.clear();
  return out;
}

void PeerTable::proved(const TlsPublicKey& whom) {
  const auto found = links_.find(whom);
  if (found == links_.end()) return;
  found->second.failures = 0;
  found->second.taken = 0;
}

bool PeerTable::is_taken(const TlsPublicKey& whom) {
  const auto found = links_.find(whom);
  return found != links_.end() && ++found->second.taken == kCallsOfACopy;
}

std::optional<TlsPublicKey> PeerTable::closed(ConnectionId connection, std::uint64_t now_ms, std::string why) {
  for (auto& [key, link] : links_) {
    if (link.connection != connection) continue;
    link.connection.reset();
    call_later(link, now_ms, std::move(why));
    return key;
  }
  return {};
}

std::optional<ConnectionId> PeerTable::connection_of(const TlsPublicKey& whom) const {
  const auto found = links_.find(whom);
  return found == links_.end() ? std::nullopt : found->second.connection;
}

std::string PeerTable::last_failure(const TlsPublicKey& whom) const {
  const auto found = links_.find(whom);
  return found == links_.end() ? std::string() : found->second.why;
}

}  // namespace lucid::actors
