// How many TLS handshakes strangers may cause (docs/protocol.md P-12.6). A handshake costs the one who answers a
// signature and a key exchange, the one who asks a few bytes; so each address has an allowance, and all addresses from
// which nobody has proven himself share another. An address from which a known node came keeps its own: a crowd of
// strangers cannot use that up, and a peer that starts again while they press is let in.
//
// Thread-safety: one owner. Units: monotonic milliseconds. Memory: kRememberedHosts addresses.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/work_budget.hpp"

namespace lucid::actors {

class HandshakeAllowance {
 public:
  /// Handshakes a second, and how many more at once: of one address, and of all strangers. On a Pi one takes less than
  /// a millisecond.
  static constexpr std::int64_t kOfHost = 16, kOfHostAtOnce = 64;
  static constexpr std::int64_t kOfStrangers = 32, kOfStrangersAtOnce = 96;
  static constexpr std::size_t kRememberedHosts = 256;

  /// Takes one handshake from the allowance; where there is none left, says whose.
  std::optional<std::string_view> refusal(const std::string& host, std::uint64_t now_ms);
  /// A node that may connect has connected from there.
  void proven(const std::string& host, std::uint64_t now_ms);

 private:
  struct Host {
    WorkBudget budget{kOfHost, kOfHostAtOnce};
    bool proven = false;
    std::uint64_t used_ms = 0;
  };
  Host& host_at(const std::string& host, std::uint64_t now_ms);
  void forget_one();

  std::map<std::string, Host> hosts_;
  WorkBudget strangers_{kOfStrangers, kOfStrangersAtOnce};
};

}  // namespace lucid::actors
