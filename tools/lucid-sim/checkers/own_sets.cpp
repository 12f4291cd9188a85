#include "tools/lucid-sim/checkers/own_sets.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::sim {
namespace {

// docs/protocol.md, changes of the set: what waits is bounded, and an epoch of effect is not far ahead.
constexpr std::size_t kWaitingApprovals = 8;
constexpr std::size_t kUnapproved = 16;
constexpr std::uint64_t kEpochsAhead = 1024;
constexpr std::size_t kScheduled = 128;

}  // namespace

std::size_t own_quorum(std::size_t n, QuorumRule rule) {
  std::size_t q = 1;
  while (rule == QuorumRule::strict ? 3 * q <= 2 * n : 3 * q < 2 * n) ++q;
  return q;
}

std::size_t own_faulty_max(std::size_t n) {
  std::size_t f = 0;
  while (3 * (f + 1) < n) ++f;
  return f;
}

OwnSets::OwnSets(const ClusterFacts& facts, const crypto::SignatureScheme& scheme, std::uint64_t first_epoch)
    : facts_(facts), scheme_(scheme), first_epoch_(first_epoch), sets_(2, facts.genesis.validators) {
  for (const Owner& owner : facts.genesis.owners) owners_[owner.account] = {first_epoch, true};
}

void OwnSets::put_forward(std::uint64_t epoch, const UpdateValidators& change) {
  open_change(epoch, change);
}

void OwnSets::put_forward(std::uint64_t epoch, const UpdateOwners& change) {
  open_change(epoch, change);
}

void OwnSets::open_change(std::uint64_t epoch, Change change) {
  if (!has_form(epoch, change)) return;
  const Hash256 hash = crypto::sha256(codec::encode_array(std::string_view("lucid/change/v1"), epoch, change));
  for (const Open& open : open_)
    if (open.hash == hash) return;
  for (const Hash256& counted : counted_)
    if (counted == hash) return;
  if (!can_count(epoch, change)) return;
  if (const auto* update = std::get_if<UpdateValidators>(&change))
    if (update->validator && !has_good_keys(*update->validator)) return;
  if (open_.size() >= kWaitingApprovals * of(epoch).members.size() + kUnapproved) {
    auto place = open_.begin();
    while (place != open_.end() && !place->approved_by.empty()) ++place;
    if (place == open_.end()) return;
    open_.erase(place);
  }
  open_.push_back({hash, std::move(change), {}});
}

bool OwnSets::has_form(std::uint64_t epoch, const Change& change) const {
  if (const auto* owners = std::get_if<UpdateOwners>(&change))
    return owners->change == SetChange::add || (owners->change == SetChange::remove && !owners->owner.validator);
  const auto& update = std::get<UpdateValidators>(change);
  if (update.epoch > epoch + kEpochsAhead) return false;
  if (update.change == SetChange::remove) return !update.validator;
  if (!update.validator) return false;
  return update.change == SetChange::new_keys || update.validator->address == update.subject;
}

bool OwnSets::has_good_keys(const Validator& validator) const {
  if (validator.name.empty() || validator.tls_key.is_zero()) return false;
  const auto address = scheme_.address(validator.consensus_key);
  if (!address || *address != validator.address) return false;
  const auto proof = scheme_.vrf_verify(validator.vrf_key, {}, VrfProof{});
  return proof || proof.error().fault != Fault::key_invalid;
}

void OwnSets::approve(std::uint64_t epoch, const Approve& approval) {
  auto open = open_.begin();
  while (open != open_.end() && open->hash != approval.change) ++open;
  if (open == open_.end()) return;
  const ValidatorSet& set = of(epoch);
  const Validator* member = nullptr;
  for (const Validator& one : set.members)
    if (one.address == approval.validator) member = &one;
  const auto approves = [&](const Open& row) {
    return std::count(row.approved_by.begin(), row.approved_by.end(), approval.validator) > 0;
  };
  if (member == nullptr || approves(*open)) return;
  const bool decides = open->approved_by.size() + 1 == own_quorum(set.members.size(), set.quorum_rule);
  if (!decides && static_cast<std::size_t>(std::count_if(open_.begin(), open_.end(), approves)) >= kWaitingApprovals)
    return;
  const Hash256 digest = crypto::sha256(codec::encode_array(
      std::string_view("lucid/approve/v1"), facts_.genesis.params.chain_id, facts_.genesis_hash, approval.change));
  if (!scheme_.verify(member->consensus_key, digest, approval.signature)) return;
  if (!decides)
    open->approved_by.push_back(approval.validator);
  else if (count(epoch, *open))
    open_.erase(open);
}

/// Puts it on the schedule, unless it cannot count.
bool OwnSets::count(std::uint64_t epoch, const Open& open) {
  if (const auto* owners = std::get_if<UpdateOwners>(&open.change)) {
    if (!is_feasible(epoch, *owners)) return false;
    owners_[owners->owner.account] = {epoch + 2, owners->change == SetChange::add};
    return true;
  }
  const auto& update = std::get<UpdateValidators>(open.change);
  const std::size_t most = std::max<std::size_t>(1, own_faulty_max(of(epoch).members.size()));
  if (counted_.size() >= most || !is_feasible(epoch, update)) return false;
  counted_.push_back(open.hash);
  scheduled_.push_back({std::max(epoch + 2, update.epoch), update});
  return true;
}

bool OwnSets::can_count(std::uint64_t epoch, const Change& change) const {
  return std::visit([&](const auto& one) { return is_feasible(epoch, one); }, change);
}

bool OwnSets::is_feasible(std::uint64_t epoch, const UpdateValidators& change) const {
  if (scheduled_.size() >= kScheduled) return false;
  std::vector<Scheduled> all = scheduled_;
  all.push_back({std::max(epoch + 2, change.epoch), change});
  std::stable_sort(all.begin(), all.end(), [](const Scheduled& a, const Scheduled& b) { return a.epoch < b.epoch; });
  Members members = members_of(epoch + 1);
  return std::all_of(all.begin(), all.end(),
                     [&](const Scheduled& next) { return change_members(members, next.change); });
}

bool OwnSets::is_feasible(std::uint64_t epoch, const UpdateOwners& change) const {
  const auto row = owners_.find(change.owner.account);
  const bool known = row != owners_.end();
  if (known && row->second.epoch >= epoch + 2) return false;
  const bool registered = known && row->second.registered;
  if (change.change == SetChange::remove) return registered;
  if (registered || owners() >= kMaxOwners) return false;
  if (!change.owner.validator) return true;
  Members members = members_of(epoch + 1);
  // Everything due earlier stands in the set of the next epoch already.
  for (const Scheduled& next : scheduled_)
    if (next.epoch == epoch + 2) change_members(members, next.change);
  return members.contains(*change.owner.validator);
}

std::size_t OwnSets::owners() const {
  return static_cast<std::size_t>(
      std::count_if(owners_.begin(), owners_.end(), [](const auto& one) { return one.second.registered; }));
}

OwnSets::Members OwnSets::members_of(std::uint64_t epoch) const {
  Members members;
  for (const Validator& member : of(epoch).members) members.emplace(member.address, member);
  return members;
}

/// False, and nothing changed, where it cannot be done.
bool OwnSets::change_members(Members& members, const UpdateValidators& change) const {
  const auto subject = members.find(change.subject);
  if (change.change == SetChange::remove) {
    const std::uint64_t least = std::max<std::uint64_t>(1, facts_.genesis.params.min_validators);
    if (subject == members.end() || members.size() - 1 < least) return false;
    members.erase(subject);
    return true;
  }
  const Validator& wanted = *change.validator;
  if (change.change == SetChange::add && members.size() + 1 > kMaxValidators) return false;
  if (change.change == SetChange::new_keys) {
    if (subject == members.end() || subject->second.name != wanted.name) return false;
    Validator same = wanted;
    same.address = subject->second.address;
    if (same == subject->second) return false;
  }
  for (const auto& [address, member] : members) {
    if (change.change == SetChange::new_keys && address == change.subject) continue;
    if (address == wanted.address || member.name == wanted.name || member.consensus_key == wanted.consensus_key ||
        member.vrf_key == wanted.vrf_key || member.tls_key == wanted.tls_key)
      return false;
  }
  if (change.change == SetChange::new_keys) members.erase(subject);
  members[wanted.address] = wanted;
  return true;
}

void OwnSets::end(std::uint64_t epoch) {
  open_.clear();
  counted_.clear();
  const std::uint64_t fixed = epoch + 2;
  Members members = members_of(epoch + 1);
  std::vector<Scheduled> later;
  for (const Scheduled& next : scheduled_) {
    if (next.epoch != fixed) {
      later.push_back(next);
      continue;
    }
    change_members(members, next.change);
    if (next.change.validator && next.change.validator->address != next.change.subject)
      renamed_.push_back({fixed, next.change.subject, next.change.validator->address});
  }
  scheduled_ = std::move(later);
  ValidatorSet set;
  set.quorum_rule = of(epoch).quorum_rule;
  for (const auto& [address, member] : members) set.members.push_back(member);
  sets_.push_back(std::move(set));
}

}  // namespace lucid::sim
