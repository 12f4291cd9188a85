#include "core/credits/leader_order.hpp"

#include <algorithm>
#include <limits>

#include "core/base/mutant.hpp"
#include "core/crypto/tagged_hash.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"

namespace lucid::credits {
namespace {

__extension__ using Wide = unsigned __int128;

/// n/d, d above 0. Compared as n1·d2 with n2·d1: with credits below 2^20·3·2^32 < 2^54, density parts at most 2^20,
/// penalty factor at most 10 and gap at most 2^10, every such product is below 2^112.
struct Ratio {
  Wide numerator = 0;
  std::uint64_t denominator = 1;
};
static_assert(params::kMaxWindowSlots == 1u << 20 && params::kMaxCreditCap == std::uint64_t{1} << 32 &&
              params::kMaxCooldownSlots == 1u << 10);

int compare(const Ratio& a, const Ratio& b) {
  const Wide left = a.numerator * b.denominator;
  const Wide right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

/// A validator's key in the order (section 4, fields 1 to 5).
struct Key {
  bool demoted = false;
  bool cooling = false;
  bool previous_primary = false;  // matters among the cooling
  std::uint64_t overdue = 0;      // slots waited, where more than the bound; else 0: among those not cooling
  Ratio score;                    // turn weight of the cooling, live score of the others: highest first
  Hash256 tie;
  Address address;
};

bool before(const Key& a, const Key& b) {
  if (a.demoted != b.demoted) return !a.demoted;
  if (a.cooling != b.cooling) return !a.cooling;
  if (a.cooling && a.previous_primary != b.previous_primary) return !a.previous_primary;
  if (!a.cooling && a.overdue != b.overdue) return a.overdue > b.overdue;
  if (const int order = compare(a.score, b.score); order != 0) return order > 0;
  if (a.tie != b.tie) return a.tie < b.tie;
  return a.address < b.address;
}

std::uint32_t penalty_of(std::uint32_t lost_slots) {
  return std::min(kMaxPenalty, lost_slots);
}

/// credits · density · (10 - penalty) / 10 as a fraction.
Ratio score_of(const Fraction& density, const Standing* standing, std::uint32_t lost_slots) {
  const Wide credits = standing ? standing->credits : 0;
  return {credits * density.numerator * (kMaxPenalty - penalty_of(lost_slots)), kMaxPenalty * density.denominator};
}

/// Whether nothing of the member is in any certificate of the three highest earlier slots with blocks.
bool is_absent(const std::vector<SlotSigners>& recent, const Address& address) {
  if (recent.size() < kDemotionSlots) return false;
  for (const SlotSigners& slot : recent) {
    const auto place = std::lower_bound(slot.members.begin(), slot.members.end(), address,
                                        [](const SlotMember& row, const Address& key) { return row.member < key; });
    const bool was_member = place != slot.members.end() && place->member == address;
    if (!was_member || place->has_signed) return false;
  }
  return true;
}

const LeaderRecord* leader_record_of(const std::vector<LeaderRecord>& leaders, const Address& address) {
  const auto place = std::lower_bound(leaders.begin(), leaders.end(), address,
                                      [](const LeaderRecord& row, const Address& key) { return row.validator < key; });
  return place != leaders.end() && place->validator == address ? &*place : nullptr;
}

Key key_of(const OrderInput& input, const Validator& validator) {
  static const LeaderRecord kNone;
  const LeaderRecord* found = leader_record_of(input.leaders, validator.address);
  const LeaderRecord& record = found ? *found : kNone;
  const Standing* standing = input.standing.find(validator.address);
  const Fraction share = density(input.params, standing);
  const Epoch epoch = slots::epoch_of(input.params, input.slot);
  // Before its first turn a member has waited as if it had had one just before it joined.
  const std::uint64_t waited =
      record.last_turn ? input.slot.value - record.last_turn->value : input.slot.value - record.since.value + 1;

  Key key;
  key.demoted =
      is_absent(input.recent_slots, validator.address) || (record.banned_through && epoch <= *record.banned_through) ||
      share.numerator * input.params.density_min.denominator < input.params.density_min.numerator * share.denominator;
  key.cooling = record.last_turn && waited <= input.params.cooldown_slots;
  key.score = score_of(share, standing, record.lost_slots);
  if (key.cooling) {
    key.previous_primary = input.previous_primary == validator.address;
    key.score.numerator = waited * (key.score.numerator + key.score.denominator);
  } else if (waited > 2 * (input.validators.size() + input.params.cooldown_slots)) {
    key.overdue = waited;
  }
  key.tie = crypto::tagged_hash("lucid/tie/v1", input.seed, input.slot, validator.vrf_key);
  key.address = validator.address;
  return key;
}

}  // namespace

LeaderOrder leader_order(const OrderInput& input) {
  std::vector<Key> keys;
  keys.reserve(input.validators.size());
  LeaderOrder order;
  for (const Validator& validator : input.validators.members) {
    keys.push_back(key_of(input, validator));
    if (keys.back().cooling) order.cooling.push_back(validator.address);
  }
  std::sort(keys.begin(), keys.end(), before);
  order.leaders.reserve(keys.size());
  for (const Key& key : keys) {
    const bool filtered = LUCID_MUTANT(cooldown_as_filter) && key.cooling;
    order.leaders.push_back(filtered ? Address() : key.address);
  }
  return order;
}

std::uint64_t live_score(const ChainParams& params, const Standing* standing, std::uint32_t lost_slots) {
  const Ratio score = score_of(density(params, standing), standing, lost_slots);
  return static_cast<std::uint64_t>(score.numerator / score.denominator);
}

}  // namespace lucid::credits
