#include "tools/lucid-sim/checkers/own_order.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::sim {
namespace {

/// One candidate as the five fields of section 4 see it.
class Place {
 public:
  Place(const OwnOrderInput& input, const Candidate& candidate) : input_(input), candidate_(candidate) {
    const ChainParams& params = input.params;
    const std::uint64_t needed = params.epoch_slots < 20 ? 1 : params.epoch_slots / 10;
    if (candidate.slots >= needed) {
      density_over_ = candidate.slots_signed;
      density_under_ = candidate.slots;
    }
    demoted_ = candidate.absent || candidate.banned ||
               compare_fractions(density_over_, density_under_, params.density_min.numerator,
                                 params.density_min.denominator) < 0;
    // Before a first turn one has waited as if there had been one just before the membership.
    gap_ = candidate.last_turn ? input.slot - *candidate.last_turn : input.slot + 1 - candidate.since;
    cooling_ = candidate.last_turn && gap_ <= params.cooldown_slots;
    overdue_ = !cooling_ && gap_ > 2 * (input.candidates.size() + params.cooldown_slots);
    const std::uint64_t left = candidate.lost_slots >= 10 ? 0 : 10 - candidate.lost_slots;
    worth_under_ = Wide{10} * density_under_;
    worth_over_ = Wide{candidate.credits} * density_over_ * left;
    if (cooling_) worth_over_ = gap_ * (worth_over_ + worth_under_);
  }

  const Address& address() const { return candidate_.address; }

  bool comes_before(const Place& other) const {
    if (demoted_ != other.demoted_) return other.demoted_;
    if (cooling_ != other.cooling_) return other.cooling_;
    if (cooling_) {
      const bool led = input_.previous_primary == candidate_.address;
      if (led != (input_.previous_primary == other.candidate_.address)) return !led;
    } else {
      const std::uint64_t waits = overdue_ ? gap_ : 0;
      const std::uint64_t other_waits = other.overdue_ ? other.gap_ : 0;
      if (waits != other_waits) return waits > other_waits;
    }
    const int worth = compare_fractions(worth_over_, worth_under_, other.worth_over_, other.worth_under_);
    if (worth != 0) return worth > 0;
    if (lot() != other.lot()) return lot() < other.lot();
    return candidate_.address < other.candidate_.address;
  }

 private:
  const Hash256& lot() const {
    if (!lot_)
      lot_ = crypto::sha256(
          codec::encode_array(std::string_view("lucid/tie/v1"), input_.seed, input_.slot, candidate_.vrf_key));
    return *lot_;
  }

  const OwnOrderInput& input_;
  const Candidate& candidate_;
  std::uint64_t density_over_ = 1;
  std::uint64_t density_under_ = 1;
  bool demoted_ = false;
  bool cooling_ = false;
  bool overdue_ = false;
  std::uint64_t gap_ = 0;
  Wide worth_over_ = 0;
  Wide worth_under_ = 1;
  mutable std::optional<Hash256> lot_;
};

}  // namespace

int compare_fractions(Wide a, Wide b, Wide c, Wide d) {
  int sign = 1;
  for (;;) {
    const Wide whole = a / b;
    const Wide other_whole = c / d;
    if (whole != other_whole) return whole < other_whole ? -sign : sign;
    a %= b;
    c %= d;
    if (a == 0 || c == 0) {
      if (a == c) return 0;
      return a == 0 ? -sign : sign;
    }
    // Of two proper fractions the greater one has the smaller reciprocal.
    std::swap(a, b);
    std::swap(c, d);
    sign = -sign;
  }
}

std::vector<Address> own_order(const OwnOrderInput& input) {
  std::vector<Place> places;
  places.reserve(input.candidates.size());
  for (const Candidate& candidate : input.candidates) places.emplace_back(input, candidate);
  std::vector<Address> order(places.size());
  for (const Place& place : places) {
    std::size_t ahead = 0;
    for (const Place& other : places) ahead += &other != &place && other.comes_before(place);
    order[ahead] = place.address();
  }
  return order;
}

}  // namespace lucid::sim
