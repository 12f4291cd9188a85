// The order of leaders, a second time (protocol.md section 4): fractions are compared quotient by quotient as Euclid
// divides them, with no product of two of them, and a place in the order is the number of those who come before.
//
// Thread-safety: pure functions. Time in proportion to the square of the members.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/types/ids.hpp"
#include "core/types/params.hpp"

namespace lucid::sim {

__extension__ using Wide = unsigned __int128;

/// Of a/b and c/d, b and d above 0: below 0 where the first is less, above 0 where it is more.
int compare_fractions(Wide a, Wide b, Wide c, Wide d);

/// What is known of a member when the order of a slot is made.
struct Candidate {
  Address address;
  VrfPublicKey vrf_key;
  bool absent = false;             // of the certificates of the three newest slots with blocks
  bool banned = false;             // by evidence
  std::uint64_t credits = 0;       // over the window
  std::uint64_t slots_signed = 0;  // over the window
  std::uint64_t slots = 0;         // over the window
  std::uint64_t lost_slots = 0;    // of this epoch: primary, and another won
  std::optional<std::uint64_t> last_turn;
  std::uint64_t since = 0;  // first slot of its membership
};

struct OwnOrderInput {
  const ChainParams& params;
  const std::vector<Candidate>& candidates;
  std::optional<Address> previous_primary;  // of the newest earlier slot with blocks
  Hash256 seed;
  std::uint64_t slot = 0;
};

std::vector<Address> own_order(const OwnOrderInput& input);

}  // namespace lucid::sim
