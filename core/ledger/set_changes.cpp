#include "core/ledger/set_changes.hpp"

#include <algorithm>
#include <limits>

#include "core/crypto/tagged_hash.hpp"
#include "core/ledger/evidence.hpp"
#include "core/params/params.hpp"

namespace lucid::ledger {
namespace {

static_assert(credits::kAddressChangeEpochs >= kEvidenceMaxAgeEpochs,
              "evidence against an old address must find who has it now");
static_assert(credits::kMaxAddressChanges >= kMaxScheduledChanges * (credits::kAddressChangeEpochs + 2),
              "everything that can take effect while a change of address is remembered");

constexpr Epoch kEver{std::numeric_limits<std::uint64_t>::max()};

bool shares_a_key(const Validator& a, const Validator& b) {
  return a.name == b.name || a.consensus_key == b.consensus_key || a.vrf_key == b.vrf_key || a.tls_key == b.tls_key;
}

bool has_same_keys(const Validator& a, const Validator& b) {
  return a.consensus_key == b.consensus_key && a.vrf_key == b.vrf_key && a.tls_key == b.tls_key;
}

/// Whether the newcomer may stand beside all members but `besides`.
Outcome fits_beside(const ValidatorSet& set, const Validator& newcomer, const Address* besides) {
  for (const Validator& member : set.members) {
    if (besides && member.address == *besides) continue;
    if (member.address == newcomer.address) return Outcome::validator_known;
    if (shares_a_key(member, newcomer)) return Outcome::validator_key_taken;
  }
  return Outcome::done;
}

void insert_member(ValidatorSet& set, const Validator& member) {
  const auto place = std::lower_bound(set.members.begin(), set.members.end(), member.address,
                                      [](const Validator& row, const Address& key) { return row.address < key; });
  set.members.insert(place, member);
}

void erase_member(ValidatorSet& set, const Address& address) {
  std::erase_if(set.members, [&](const Validator& member) { return member.address == address; });
}

/// The set with everything applied that is due by `epoch`; refused where one of it cannot be applied.
Outcome apply_due(ValidatorSet& set, const SetChangeState& state, Epoch epoch, std::uint64_t min_validators) {
  for (const ScheduledChange& scheduled : state.scheduled) {
    if (scheduled.effect > epoch) break;
    if (const Outcome outcome = apply_change(set, scheduled.change, min_validators); outcome != Outcome::done)
      return outcome;
  }
  return Outcome::done;
}

}  // namespace

Hash256 change_hash(Epoch epoch, const Change& change) {
  return crypto::tagged_hash("lucid/change/v1", epoch, change);
}

Outcome apply_change(ValidatorSet& set, const UpdateValidators& change, std::uint64_t min_validators) {
  const Validator* subject = set.find(change.subject);
  switch (change.change) {
    case SetChange::add:
      if (set.size() >= kMaxValidators) return Outcome::validators_too_many;
      if (const Outcome outcome = fits_beside(set, *change.validator, nullptr); outcome != Outcome::done)
        return outcome;
      insert_member(set, *change.validator);
      return Outcome::done;
    case SetChange::remove:
      if (!subject) return Outcome::validator_unknown;
      if (set.size() <= std::max<std::uint64_t>(1, min_validators)) return Outcome::validators_too_few;
      erase_member(set, change.subject);
      return Outcome::done;
    case SetChange::new_keys:
      break;
  }
  if (!subject) return Outcome::validator_unknown;
  // A name stands outside the set's hash: it cannot change where nothing else would tell.
  if (subject->name != change.validator->name || has_same_keys(*subject, *change.validator))
    return Outcome::operation_form;
  if (const Outcome outcome = fits_beside(set, *change.validator, &change.subject); outcome != Outcome::done)
    return outcome;
  erase_member(set, change.subject);
  insert_member(set, *change.validator);
  return Outcome::done;
}

std::size_t changes_per_epoch(const ValidatorSet& set) {
  return std::max<std::size_t>(1, set.faulty_max());
}

void freeze_set(ChainState& state, ChangeSet& changes, Epoch epoch, std::uint64_t min_validators) {
  SetChangeState& pending = state.set_changes;
  pending.open.clear();
  pending.counted.clear();
  if (pending.scheduled.empty() || pending.scheduled.front().effect > epoch) return;
  ValidatorSet set = state.validators;
  // Tried when each of them counted, on this very schedule: none is refused.
  (void)apply_due(set, pending, epoch, min_validators);
  const auto later = std::find_if(pending.scheduled.begin(), pending.scheduled.end(),
                                  [&](const ScheduledChange& scheduled) { return scheduled.effect > epoch; });
  for (auto due = pending.scheduled.begin(); due != later; ++due)
    if (due->change.validator && due->change.validator->address != due->change.subject)
      credits::address_changed(state.credits, {due->change.subject, due->change.validator->address, epoch});
  pending.scheduled.erase(pending.scheduled.begin(), later);
  if (set == state.validators) return;
  changes.sets.push_back({epoch, set});
  state.next_validators = std::move(set);
}

SetChanges::SetChanges(const Chain& chain, const crypto::Verifier& verifier, const HeightPlan& plan,
                       const StateReader& reader, ChainState& state, ChangeSet& changes)
    : chain_(chain), verifier_(verifier), plan_(plan), reader_(reader), state_(state), changes_(changes) {}

// ---- putting forward

Result<Outcome> SetChanges::put_forward(const Change& change) {
  if (const Outcome form = check_form(change); form != Outcome::done) return form;
  const Hash256 hash = change_hash(plan_.epoch, change);
  const SetChangeState& pending = state_.set_changes;
  if (std::any_of(pending.open.begin(), pending.open.end(), [&](const OpenChange& open) { return open.hash == hash; }))
    return Outcome::change_known;
  if (std::find(pending.counted.begin(), pending.counted.end(), hash) != pending.counted.end())
    return Outcome::change_known;
  LUCID_TRY_ASSIGN(const Outcome possible, try_change(change));
  if (possible != Outcome::done) return possible;
  if (const auto* update = std::get_if<UpdateValidators>(&change); update && update->validator)
    if (!params::check_validator(*update->validator, verifier_.scheme(), "validator"))
      return Outcome::validator_key_invalid;
  make_room();
  state_.set_changes.open.push_back({hash, change, {}});
  changes_.set_steps.push_back({hash, SetStep::put_forward, std::nullopt, std::nullopt});
  return Outcome::done;
}

/// What the change says by itself.
Outcome SetChanges::check_form(const Change& change) const {
  if (const auto* owners = std::get_if<UpdateOwners>(&change)) {
    if (owners->change == SetChange::new_keys) return Outcome::operation_form;
    const bool says_whose = owners->owner.validator.has_value();
    return owners->change == SetChange::remove && says_whose ? Outcome::operation_form : Outcome::done;
  }
  const auto& update = std::get<UpdateValidators>(change);
  if (update.validator.has_value() == (update.change == SetChange::remove)) return Outcome::operation_form;
  if (update.change == SetChange::add && update.subject != update.validator->address) return Outcome::operation_form;
  if (update.epoch > plan_.epoch.value + kMaxEpochsAhead) return Outcome::change_epoch_range;
  return Outcome::done;
}

Result<Outcome> SetChanges::try_change(const Change& change) const {
  if (const auto* owners = std::get_if<UpdateOwners>(&change)) return try_owners(*owners);
  SetChangeState scheduled;
  return try_validators(std::get<UpdateValidators>(change), scheduled);
}

/// A full list lets go of the oldest change that no member approves. There is one: members approve at most
/// kMaxApprovalsPerMember each.
void SetChanges::make_room() {
  auto& open = state_.set_changes.open;
  if (open.size() < open_changes_max(plan_.validators.size())) return;
  const auto oldest =
      std::find_if(open.begin(), open.end(), [](const OpenChange& row) { return row.approvals.empty(); });
  if (oldest == open.end()) return;
  changes_.set_steps.push_back({oldest->hash, SetStep::displaced, std::nullopt, std::nullopt});
  open.erase(oldest);
}

// ---- approving

Result<Outcome> SetChanges::approve(const Approve& approval) {
  auto& open = state_.set_changes.open;
  const auto place =
      std::find_if(open.begin(), open.end(), [&](const OpenChange& row) { return row.hash == approval.change; });
  if (place == open.end()) return Outcome::change_not_open;
  const auto member = plan_.validators.index_of(approval.validator);
  if (!member) return Outcome::approval_not_member;
  const auto index = static_cast<std::uint32_t>(*member);
  auto& approvals = place->approvals;
  const auto position = std::lower_bound(approvals.begin(), approvals.end(), index);
  if (position != approvals.end() && *position == index) return Outcome::approval_known;
  const bool decides = approvals.size() + 1 >= plan_.validators.quorum();
  if (!decides && waiting_approvals_of(index) >= kMaxApprovalsPerMember) return Outcome::approval_limit_reached;
  if (!verifier_.verify(approval, plan_.validators)) return Outcome::approval_invalid;
  const auto approved = [&] {
    changes_.set_steps.push_back({approval.change, SetStep::approved, approval.validator, std::nullopt});
  };
  if (!decides) {
    approvals.insert(position, index);
    approved();
    return Outcome::done;
  }
  LUCID_TRY_ASSIGN(const Outcome counted, count(*place));
  if (counted != Outcome::done) return counted;
  approved();
  changes_.set_steps.push_back({approval.change, SetStep::counted, std::nullopt, effect_of(place->change)});
  open.erase(place);
  return Outcome::done;
}

std::size_t SetChanges::waiting_approvals_of(std::uint32_t member) const {
  const auto& open = state_.set_changes.open;
  return static_cast<std::size_t>(std::count_if(open.begin(), open.end(), [&](const OpenChange& row) {
    return std::binary_search(row.approvals.begin(), row.approvals.end(), member);
  }));
}

/// The q-th approval is there: the change goes on the schedule, or is refused and goes on waiting.
Result<Outcome> SetChanges::count(const OpenChange& open) {
  SetChangeState& pending = state_.set_changes;
  if (const auto* owners = std::get_if<UpdateOwners>(&open.change)) {
    LUCID_TRY_ASSIGN(const Outcome outcome, try_owners(*owners));
    if (outcome != Outcome::done) return outcome;
    const bool registered = owners->change == SetChange::add;
    changes_.owners.push_back({earliest_effect(), owners->owner, registered});
    pending.owners = registered ? pending.owners + 1 : pending.owners - 1;
    return Outcome::done;
  }
  if (pending.counted.size() >= changes_per_epoch(plan_.validators)) return Outcome::change_limit_reached;
  SetChangeState tried;
  const Outcome outcome = try_validators(std::get<UpdateValidators>(open.change), tried);
  if (outcome != Outcome::done) return outcome;
  pending.scheduled = std::move(tried.scheduled);
  pending.counted.push_back(open.hash);
  return Outcome::done;
}

Epoch SetChanges::effect_of(const Change& change) const {
  const auto* update = std::get_if<UpdateValidators>(&change);
  return update ? std::max(earliest_effect(), Epoch{update->epoch}) : earliest_effect();
}

// ---- trying

/// The schedule with this change in its place, gone through from the newest frozen set on.
Outcome SetChanges::try_validators(const UpdateValidators& change, SetChangeState& scheduled) const {
  scheduled.scheduled = state_.set_changes.scheduled;
  if (scheduled.scheduled.size() >= kMaxScheduledChanges) return Outcome::changes_too_many;
  const ScheduledChange entry{effect_of(change), change};
  const auto place = std::upper_bound(scheduled.scheduled.begin(), scheduled.scheduled.end(), entry.effect,
                                      [](Epoch effect, const ScheduledChange& row) { return effect < row.effect; });
  const auto own = place - scheduled.scheduled.begin();
  scheduled.scheduled.insert(place, entry);
  ValidatorSet set = state_.set_of_next_epoch();
  for (std::ptrdiff_t i = 0; i < std::ssize(scheduled.scheduled); ++i) {
    const auto& next = scheduled.scheduled[static_cast<std::size_t>(i)].change;
    const Outcome outcome = apply_change(set, next, chain_.params().min_validators);
    if (outcome != Outcome::done) return i == own ? outcome : Outcome::change_conflict;
  }
  return Outcome::done;
}

Result<Outcome> SetChanges::try_owners(const UpdateOwners& change) const {
  LUCID_TRY_ASSIGN(const auto newest, newest_owner(change.owner.account));
  // One change of an account in an epoch: so approvals of one cannot be used for it a second time.
  if (newest && newest->epoch >= earliest_effect()) return Outcome::change_conflict;
  const bool registered = newest && newest->registered;
  if (change.change == SetChange::remove) return registered ? Outcome::done : Outcome::owner_unknown;
  if (registered) return Outcome::owner_known;
  if (state_.set_changes.owners >= kMaxOwners) return Outcome::owners_too_many;
  if (change.owner.validator && !is_validator_by(*change.owner.validator, earliest_effect()))
    return Outcome::validator_unknown;
  return Outcome::done;
}

Result<std::optional<OwnerRecord>> SetChanges::newest_owner(const Address& account) const {
  for (auto row = changes_.owners.rbegin(); row != changes_.owners.rend(); ++row)
    if (row->owner.account == account) return std::optional(*row);
  return reader_.owner_of(account, kEver);
}

bool SetChanges::is_validator_by(const Address& address, Epoch epoch) const {
  ValidatorSet set = state_.set_of_next_epoch();
  (void)apply_due(set, state_.set_changes, epoch, chain_.params().min_validators);
  return set.find(address) != nullptr;
}

}  // namespace lucid::ledger
