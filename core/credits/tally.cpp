#include "core/credits/tally.hpp"

#include <algorithm>
#include <bit>

#include "core/base/mutant.hpp"

namespace lucid::credits {
namespace {

template <class Row>
auto position(const std::vector<Row>& rows, const Address& entity) {
  return std::lower_bound(rows.begin(), rows.end(), entity,
                          [](const Row& row, const Address& key) { return row.entity < key; });
}

/// A planted bug: what a float of 16 bits keeps of a number, its first eight binary digits.
std::uint64_t as_float(std::uint64_t number) {
  const auto width = static_cast<int>(std::bit_width(number));
  return width <= 8 ? number : number >> (width - 8) << (width - 8);
}

/// The table's row of `entity`, made if there is none.
Standing& standing_of(StandingTable& table, const Address& entity) {
  const auto place = std::lower_bound(table.rows.begin(), table.rows.end(), entity,
                                      [](const Standing& row, const Address& key) { return row.entity < key; });
  if (place != table.rows.end() && place->entity == entity) return *place;
  Standing fresh;
  fresh.entity = entity;
  return *table.rows.insert(place, fresh);
}

}  // namespace

const TallyRow* EpochTally::find(const Address& entity) const {
  const auto place = position<TallyRow>(rows, entity);
  return place != rows.end() && place->entity == entity ? &*place : nullptr;
}

TallyRow& EpochTally::row(const Address& entity) {
  const auto place = std::lower_bound(rows.begin(), rows.end(), entity,
                                      [](const TallyRow& row, const Address& key) { return row.entity < key; });
  if (place != rows.end() && place->entity == entity) return *place;
  TallyRow fresh;
  fresh.entity = entity;
  return *rows.insert(place, fresh);
}

const Standing* StandingTable::find(const Address& entity) const {
  const auto place = position<Standing>(rows, entity);
  return place != rows.end() && place->entity == entity ? &*place : nullptr;
}

Fraction density(const ChainParams& params, const Standing* standing) {
  const std::uint64_t enough = std::max<std::uint64_t>(1, params.epoch_slots / 10);
  if (!standing || standing->slots < enough) return {1, 1};
  return {standing->slots_signed, standing->slots};
}

StandingTable advance(const StandingTable& table, const EpochTally& entering, const EpochTally& leaving) {
  StandingTable next = table;
  next.epoch = table.epoch.next();
  for (const TallyRow& row : entering.rows) {
    Standing& sum = standing_of(next, row.entity);
    sum.credits += row.credits();
    if (LUCID_MUTANT(floating_point_tally)) sum.credits = as_float(sum.credits);
    sum.slots_signed += row.slots_signed;
    sum.slots += row.slots;
  }
  // What leaves was added when it entered, so no difference is negative.
  for (const TallyRow& row : leaving.rows) {
    Standing& sum = standing_of(next, row.entity);
    sum.credits -= row.credits();
    sum.slots_signed -= row.slots_signed;
    sum.slots -= row.slots;
  }
  std::erase_if(next.rows,
                [](const Standing& row) { return row.credits == 0 && row.slots_signed == 0 && row.slots == 0; });
  return next;
}

}  // namespace lucid::credits
