#include "tests/scenario/leaders_world.hpp"

#include <stdexcept>

#include "core/params/params.hpp"
#include "core/slots/slots.hpp"
#include "tests/fixtures/consensus_room.hpp"

namespace lucid::test {
namespace {

std::string letters(const std::vector<Address>& members) {
  std::string out;
  for (const Address& member : members) out += name_of(member);
  return out;
}

Hash256 seed_of_epoch(Epoch epoch) {
  return crypto::sha256(as_bytes(std::to_string(epoch.value)));
}

}  // namespace

LeadersWorld::LeadersWorld(const Words& words) : params_(params::profile_params(Profile::dev, kGenesisTime)) {
  set_ = Room(option(words, "members").value()).set();
  for (Validator& member : set_.members) member.vrf_key.data.fill(static_cast<std::uint8_t>(name_of(member.address)));
  if (const auto epoch = option(words, "epoch")) params_.epoch_slots = std::stoull(*epoch);
  if (const auto cooldown = option(words, "cooldown")) params_.cooldown_slots = std::stoull(*cooldown);
  state_ = credits::genesis_credits(set_, Epoch{0}, Slot{0});
}

Lines LeadersWorld::input(const Words& words) {
  if (words.at(0) == "slot") return slot(words);
  if (words.at(0) == "evidence") {
    credits::evidence_accepted(state_, address_of(words.at(1).at(0)), state_.epoch, state_.epoch, slot_);
    return {};
  }
  throw std::runtime_error("no such input");
}

/// Ends the epochs that lie behind `slot`.
void LeadersWorld::enter(Slot slot) {
  while (state_.epoch < slots::epoch_of(params_, slot)) {
    const Epoch next{state_.epoch.value + 1};
    (void)credits::end_epoch(state_, set_, slots::first_slot(params_, next), credits::EpochTally{});
  }
  slot_ = slot;
}

Lines LeadersWorld::slot(const Words& words) {
  const Slot slot{std::stoull(words.at(1))};
  if (slot < slot_) throw std::runtime_error("slots do not go back");
  enter(slot);
  const auto order = credits::order_of_slot(state_, params_, set_, seed_of_epoch(state_.epoch), slot);
  const auto won = option(words, "won");
  const Address winner = won ? address_of(won->at(0)) : order.leaders.at(0);
  credits::slot_started(state_, set_, order, slot, winner);
  credits::block_proposed(state_, slot, winner);
  std::vector<std::uint32_t> signers;
  for (std::uint32_t i = 0; i < set_.size(); ++i)
    if (const auto who = option(words, "signed"); !who || who->find(name_of(set_.members[i].address)) != who->npos)
      signers.push_back(i);
  const std::uint64_t sessions = std::stoull(option(words, "sessions").value_or("0"));
  credits::certificate_carried(state_, params_, set_, state_.epoch, slot, sessions, signers);
  return {"order " + letters(order.leaders) + (order.cooling.empty() ? "" : ", cooling " + letters(order.cooling))};
}

}  // namespace lucid::test
