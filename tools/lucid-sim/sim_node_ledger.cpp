// The ledger of a machine: makes, checks and commits blocks, one job after the other.
#include "core/ledger/block_builder.hpp"
#include "core/ledger/block_rules.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {

void SimNode::plan_next() {
  plan_ = ledger::plan_next(world_.chain, chain_->state(), plan_.height > 0 ? &plan_ : nullptr);
  see(Planned{self_, plan_.height, plan_.slot, plan_.order, plan_.slot_order.leaders, plan_.seed});
}

consensus::HeightPlan SimNode::consensus_plan() const {
  consensus::HeightPlan out;
  out.height = plan_.height;
  out.slot = plan_.slot;
  out.validators = plan_.validators;
  out.order = plan_.order;
  out.previous_hash = plan_.parent_hash;
  out.previous_time = plan_.parent_time;
  out.closing_from = plan_.closing_time;
  out.last_commit = chain_->certificate();
  out.last_validators = plan_.parent_validators;
  out.params = world_.chain.params();
  return out;
}

void SimNode::build(const consensus::BuildBlock& wanted) {
  if (wanted.height != plan_.height) return;  // decided meanwhile
  auto candidates = pool_->candidates(world_.chain.params().max_transactions_per_block, wanted.max_bytes);
  when_ledger_is_free(chance_.between(1, work_ms()), [this, wanted, candidates = std::move(candidates)] {
    if (wanted.height != plan_.height) return;
    ledger::BuildInput input;
    input.round = wanted.round;
    input.time = wanted.time;
    input.last_commit = wanted.last_commit;
    input.candidates = candidates;
    input.max_bytes = wanted.max_bytes;
    input.prove_vrf = [this](ByteView alpha) -> Result<VrfProof> {
      const Validator* self = plan_.validators.find(keys_.address);
      if (!self) return fail(Fault::key_invalid, "vrf_key", "a validator's", "none");
      return world_.verifier.scheme().vrf_prove(vrf_key_of(world_.plan, self_, self->vrf_key), alpha);
    };
    auto built = ledger::build_block(world_.chain, world_.verifier, chain_->state(), plan_, *chain_, input);
    if (!built)
      return world_.broken({ViolationKind::crash, world_.events.now(), "build_block", to_text(built.error())});
    for (const auto& dropped : built->dropped) pool_->drop(dropped.id);
    if (!built->dropped.empty()) tell_work();
    const SizedBlockPtr block = sized(std::make_shared<const Block>(std::move(built->block)));
    candidates_.insert_or_assign(block->hash, std::make_shared<const ledger::Execution>(std::move(built->execution)));
    blocks_.emplace(block->hash, block);
    take(consensus::BlockBuilt{wanted.height, wanted.round, block->hash, block->block->header, block->bytes});
  });
}

Result<std::shared_ptr<const ledger::Execution>> SimNode::executed(const SizedBlockPtr& block) {
  if (const auto known = candidates_.find(block->hash); known != candidates_.end()) return known->second;
  const auto known = [this](const Hash256& id) { return pool_->find(id); };
  ledger::BlockCheck check{*block->block, block->hash, std::nullopt, std::nullopt, known};
  check.in_detail = false;
  check.whole = block->whole ? &*block->whole : nullptr;
  LUCID_TRY_ASSIGN(auto report,
                   ledger::check_next_block(world_.chain, world_.verifier, chain_->state(), plan_, *chain_, check));
  if (!report.execution) {
    auto error = report.first_error();
    return tl::unexpected(error ? std::move(*error) : Error{Fault::internal, "block report", "a reason", "none"});
  }
  auto execution = std::make_shared<const ledger::Execution>(std::move(*report.execution));
  candidates_.insert_or_assign(block->hash, execution);
  return execution;
}

void SimNode::check(const consensus::CheckBlock& wanted) {
  const auto found = blocks_.find(wanted.block);
  if (found == blocks_.end())
    return world_.broken({ViolationKind::crash, world_.events.now(), "a block that core asks about is here",
                          "pi-" + std::to_string(self_) + " has forgotten " + to_hex(wanted.block)});
  when_ledger_is_free(chance_.between(1, work_ms()), [this, height = wanted.height, block = found->second] {
    if (height != plan_.height) return;
    const auto execution = executed(block);
    take(consensus::BlockChecked{height, block->hash,
                                 execution ? std::nullopt : std::optional<Error>(execution.error()),
                                 block->block->last_commit});
  });
}

void SimNode::commit(const SizedBlockPtr& block, const Certificate& certificate) {
  when_ledger_is_free(0, [this, block, kept = std::make_shared<const Certificate>(certificate)] {
    if (block->block->header.height != plan_.height) return;  // here already
    const auto execution = executed(block);
    if (!execution)
      return world_.broken({ViolationKind::safety, world_.events.now(), "a decided block is valid",
                            "pi-" + std::to_string(self_) + " cannot execute the decided block of height " +
                                std::to_string(plan_.height) + ": " + to_text(execution.error())});
    CommittedRow row{block, kept, std::shared_ptr<const ledger::ChainState>(*execution, &(*execution)->state),
                     std::shared_ptr<const ledger::ChangeSet>(*execution, &(*execution)->changes)};
    disk_.begin(row);
    when_ledger_is_free(sync_ms_, [this, row = std::move(row)] {
      const Height height = row.block->block->header.height;
      if (height != plan_.height)
        return world_.broken({ViolationKind::safety, world_.events.now(), "one writer for each height",
                              "pi-" + std::to_string(self_) + " wrote height " + std::to_string(height) + " twice"});
      disk_.sync_chain();
      committed(row);
    });
  });
}

void SimNode::committed(CommittedRow row) {
  candidates_.clear();
  chain_->append(row);
  see(Committed{self_, row.block->block, row.block->hash, row.state, row.changes});
  plan_next();
  drop_committed(row);
  if (!survives()) return;
  tell_work();
  sync(sync::Committed{chain_->height(), chain_->state().hash, chain_->state().validators});
}

}  // namespace lucid::sim
