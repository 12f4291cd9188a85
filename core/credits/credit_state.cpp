#include "core/credits/credit_state.hpp"

#include <algorithm>

namespace lucid::credits {
namespace {

/// The validator's record, made if there is none.
LeaderRecord& record_of(CreditState& state, const Address& validator, Slot since) {
  auto place = std::lower_bound(state.leaders.begin(), state.leaders.end(), validator,
                                [](const LeaderRecord& row, const Address& key) { return row.validator < key; });
  if (place != state.leaders.end() && place->validator == validator) return *place;
  LeaderRecord fresh;
  fresh.validator = validator;
  fresh.since = since;
  return *state.leaders.insert(place, fresh);
}

void had_turn(CreditState& state, const Address& validator, Slot slot) {
  record_of(state, validator, slot).last_turn = slot;
}

EpochTally* open_tally(CreditState& state, Epoch epoch) {
  if (state.current.epoch == epoch) return &state.current;
  if (state.previous && state.previous->epoch == epoch) return &*state.previous;
  return nullptr;
}

void sort_by_address(BoundedList<LeaderRecord, kMaxEntities>& leaders) {
  std::sort(leaders.begin(), leaders.end(),
            [](const LeaderRecord& a, const LeaderRecord& b) { return a.validator < b.validator; });
}

/// Of members that have another address from `next` on: the record goes over, so that a new key ends no ban.
void follow_addresses(CreditState& state, Epoch next) {
  for (const AddressChange& change : state.address_changes) {
    if (change.epoch != next) continue;
    const auto at = [&](const Address& address) {
      return std::find_if(state.leaders.begin(), state.leaders.end(),
                          [&](const LeaderRecord& row) { return row.validator == address; });
    };
    if (at(change.from) == state.leaders.end()) continue;
    // Whoever had the new address before left, and is still here for a ban: it ends no earlier.
    std::optional<Epoch> banned_through;
    if (const auto former = at(change.to); former != state.leaders.end()) {
      banned_through = former->banned_through;
      state.leaders.erase(former);
    }
    LeaderRecord& moved = *at(change.from);
    moved.validator = change.to;
    moved.banned_through = std::max(moved.banned_through, banned_through);
    sort_by_address(state.leaders);
  }
  std::erase_if(state.address_changes,
                [&](const AddressChange& change) { return change.epoch.value + kAddressChangeEpochs < next.value; });
}

/// Members of the next set get their record; others keep theirs only as long as a ban lasts.
void follow_members(CreditState& state, const ValidatorSet& next, Slot next_slot) {
  std::erase_if(state.leaders, [&](const LeaderRecord& row) {
    return !next.find(row.validator) && !(row.banned_through && state.epoch <= *row.banned_through);
  });
  for (const Validator& member : next.members) record_of(state, member.address, next_slot);
  for (LeaderRecord& row : state.leaders) {
    row.lost_slots = 0;
    if (row.banned_through && *row.banned_through < state.epoch) row.banned_through.reset();
  }
}

}  // namespace

CreditState genesis_credits(const ValidatorSet& validators, Epoch epoch, Slot slot) {
  CreditState state;
  state.epoch = epoch;
  state.current.epoch = epoch;
  state.standing.epoch = epoch;
  state.next_standing.epoch = epoch.next();
  for (const Validator& member : validators.members) record_of(state, member.address, slot);
  return state;
}

LeaderOrder order_of_slot(const CreditState& state, const ChainParams& params, const ValidatorSet& validators,
                          const Hash256& seed, Slot slot) {
  // The order kept is that of the newest earlier slot with blocks; a skipped slot had no primary.
  std::optional<Address> previous_primary;
  if (!state.order.empty()) previous_primary = state.order.front();
  return leader_order(
      {params, validators, state.standing, state.leaders, state.recent_slots, previous_primary, seed, slot});
}

void slot_started(CreditState& state, const ValidatorSet& validators, const LeaderOrder& order, Slot slot,
                  const Address& winner) {
  const Address& primary = order.leaders.front();
  had_turn(state, primary, slot);
  if (winner != primary) ++record_of(state, primary, slot).lost_slots;
  state.order.assign(order.leaders.begin(), order.leaders.end());
  SlotSigners signers;
  signers.slot = slot;
  for (const Validator& member : validators.members) signers.members.push_back({member.address, false});
  if (state.recent_slots.size() == kDemotionSlots) state.recent_slots.erase(state.recent_slots.begin());
  state.recent_slots.push_back(std::move(signers));
}

void block_proposed(CreditState& state, Slot slot, const Address& proposer) {
  had_turn(state, proposer, slot);
}

void certificate_carried(CreditState& state, const ChainParams& params, const ValidatorSet& validators, Epoch epoch,
                         Slot slot, std::uint64_t sessions, std::span<const std::uint32_t> signers) {
  // The parent's slot is always the newest with blocks: slots never decrease.
  if (state.recent_slots.empty() || state.recent_slots.back().slot != slot) return;
  SlotSigners& recent = state.recent_slots.back();
  EpochTally* tally = open_tally(state, epoch);
  // A slot counts with the first certificate that tells of it, so that nobody is held absent from the one still open.
  const bool counted = std::any_of(recent.members.begin(), recent.members.end(),
                                   [](const SlotMember& member) { return member.has_signed; });
  if (tally && !counted)
    for (const SlotMember& member : recent.members) ++tally->row(member.member).slots;
  for (const std::uint32_t index : signers) {
    const Address& address = validators.members[index].address;
    SlotMember& member = recent.members[index];
    if (tally) {
      TallyRow& row = tally->row(address);
      if (!member.has_signed) ++row.slots_signed;
      const std::uint64_t room = params.validation_cap - row.validation;
      // sessions is bounded by a block's transactions: the product fits.
      row.validation += std::min(room, kCreditsPerSession * sessions);
    }
    member.has_signed = true;
  }
}

void evidence_accepted(CreditState& state, const Address& validator, Epoch signed_in, Epoch epoch, Slot slot) {
  Address banned = validator;
  for (const AddressChange& change : state.address_changes)
    if (change.from == banned && signed_in < change.epoch && change.epoch <= epoch) banned = change.to;
  record_of(state, banned, slot).banned_through = epoch.next();
}

void address_changed(CreditState& state, const AddressChange& change) {
  if (state.address_changes.size() < kMaxAddressChanges) state.address_changes.push_back(change);
}

std::optional<EpochTally> end_epoch(CreditState& state, const ValidatorSet& next, Slot next_slot,
                                    const EpochTally& leaving) {
  const Epoch ended = state.epoch;
  std::optional<EpochTally> settled = std::move(state.previous);
  EpochTally nothing;
  StandingTable after_next = advance(state.next_standing, settled ? *settled : nothing, leaving);
  state.standing = std::move(state.next_standing);
  state.next_standing = std::move(after_next);
  state.previous = std::move(state.current);
  state.epoch = ended.next();
  state.current = {};
  state.current.epoch = state.epoch;
  follow_addresses(state, state.epoch);
  follow_members(state, next, next_slot);
  return settled;
}

}  // namespace lucid::credits
