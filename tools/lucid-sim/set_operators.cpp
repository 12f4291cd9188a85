#include "tools/lucid-sim/set_operators.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/ledger/set_changes.hpp"
#include "tools/lucid-sim/client_operation.hpp"

namespace lucid::sim {
namespace {

/// Epochs in which a change is put forward before its owners give up.
constexpr std::uint64_t kTries = 4;
/// The account that carries all of it: anybody's will do.
constexpr std::size_t kAccount = kClientKeys - 2;

}  // namespace

SetOperators::SetOperators(World& world, const std::vector<std::unique_ptr<SimNode>>& nodes, FaultCounts& counts,
                           Chance chance)
    : world_(world), nodes_(nodes), counts_(counts), chance_(chance) {
  for (const SetChangePlan& plan : world.plan.set_changes)
    attempts_.push_back({plan.at, FaultKind::set_change, change_of(plan), 0, {}});
  for (const OwnerChangePlan& plan : world.plan.owner_changes)
    attempts_.push_back({plan.at, FaultKind::owner_change, change_of(plan), 0, {}});
}

void SetOperators::begin() {
  for (std::size_t i = 0; i < attempts_.size(); ++i) world_.events.at(attempts_[i].at, [this, i] { look(i); });
}

const SimNode* SetOperators::highest() const {
  const SimNode* found = nullptr;
  for (const auto& node : nodes_) {
    if (world_.plan.machines[node->self()].lies || !node->running()) continue;
    if (!found || node->chain().height() > found->chain().height()) found = node.get();
  }
  return found;
}

/// Looks from time to time whether the change is on its way, and tries again in a new epoch.
void SetOperators::look(std::size_t number) {
  Attempt& attempt = attempts_[number];
  if (const SimNode* seen = highest()) {
    if (std::visit([&](const auto& change) { return has_counted(change, *seen); }, attempt.change)) return;
    const Epoch epoch = seen->plan().epoch;
    if (attempt.tries == 0 || epoch > attempt.epoch) {
      if (attempt.tries == kTries) return;
      ++attempt.tries;
      attempt.epoch = epoch;
      put_forward(attempt, *seen);
    } else {
      for (const auto& transaction : sent_)  // it may have been lost on its way
        nodes_[chance_.below(nodes_.size())]->submit(transaction);
    }
  }
  world_.events.after(world_.plan.params.block_interval_ms, [this, number] { look(number); });
}

UpdateValidators SetOperators::change_of(const SetChangePlan& plan) const {
  UpdateValidators out;
  out.change = plan.change;
  const Validator now = validator_of(world_.plan, plan.machine);
  out.subject = now.address;
  if (plan.change == SetChange::add) out.validator = now;
  if (plan.change == SetChange::new_keys) out.validator = with_new_keys(world_.plan, plan.machine);
  return out;
}

UpdateOwners SetOperators::change_of(const OwnerChangePlan& plan) const {
  UpdateOwners out{plan.change, {KeyTable::instance().client(plan.client).address, std::nullopt}};
  if (plan.machine) out.owner.validator = validator_of(world_.plan, *plan.machine).address;
  return out;
}

bool SetOperators::has_counted(const UpdateOwners& change, const SimNode& seen) {
  const auto newest = *seen.chain().owner_of(change.owner.account, Epoch{~std::uint64_t{0}});
  return newest && newest->registered == (change.change == SetChange::add);
}

bool SetOperators::has_counted(const UpdateValidators& change, const SimNode& seen) {
  const ledger::ChainState& state = seen.chain().state();
  const auto& scheduled = state.set_changes.scheduled;
  if (std::any_of(scheduled.begin(), scheduled.end(), [&](const auto& row) { return row.change == change; }))
    return true;
  const Validator* member = state.set_of_next_epoch().find(change.subject);
  return change.validator ? member && *member == *change.validator : member == nullptr;
}

void SetOperators::put_forward(const Attempt& attempt, const SimNode& seen) {
  ++counts_[static_cast<std::size_t>(attempt.kind)];
  std::erase_if(sent_, [&](const auto& transaction) { return seen.chain().has_transaction((*transaction)->id); });
  std::visit([&](const auto& change) { send(change); }, attempt.change);
  const Hash256 hash = ledger::change_hash(seen.plan().epoch, attempt.change);
  const auto digest = crypto::approve_digest(world_.verifier.chain(), hash);
  for (NodeIndex i = 0; i < nodes_.size(); ++i) {
    const MachineKeys& keys = nodes_[i]->keys();
    if (!seen.plan().validators.find(keys.address)) continue;
    send(Approve{hash, keys.address, world_.verifier.scheme().sign(keys.consensus, digest)});
  }
}

void SetOperators::send(Operation operation) {
  const AccountKeys& account = KeyTable::instance().client(kAccount);
  const auto& chain = world_.verifier.chain();
  Transaction transaction{chain.chain_id, nonce_++, kNeverExpires, std::move(operation), {}};
  transaction.signature =
      world_.verifier.scheme().sign_recoverable(account.secret, crypto::transaction_digest(chain, transaction));
  auto verified = world_.verifier.verify(codec::encode(transaction));
  if (!verified) return;
  sent_.push_back(std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified)));
  nodes_[chance_.below(nodes_.size())]->submit(sent_.back());
}

}  // namespace lucid::sim
