#include "actors/ledger.hpp"

#include "core/codec/codec.hpp"

namespace lucid::actors {

namespace {
constexpr std::chrono::seconds kRetry{1};
/// The largest block takes two cores of a small machine about a second.
constexpr std::chrono::seconds kCheckTimeout{10};
/// Blocks of one height that are kept executed: more than two are of no honest proposer.
constexpr std::size_t kMaxCandidates = 8;
}  // namespace

Ledger::Ledger(interface::pointer self, Deps deps)
    : self_(self), deps_(std::move(deps)), tip_{deps_.state, ledger::plan_next(*deps_.chain, *deps_.state)} {
  // Who started before hears of the tip at once, who starts later asks for it.
  for (const auto& listener : deps_.tips) act::tell(self_, listener, tip());
  publish_state();
}

Ledger::interface::behavior_type Ledger::make_behavior() {
  return {
      [this](const BuildCandidate& job) { return build(job); },
      [this](const CheckBlock& wanted) { check(wanted); },
      [this](const CommitBlock& decided) {
        with_transactions(decided.hash, decided.block, [this, decided](const auto& known) { commit(decided, known); });
      },
      [this](const FollowBlocks& run) { return answer(follow(run)); },
      [this](const RetryCommit&) {
        if (waiting_) commit(CommitBlock(*waiting_), {});  // executed, unless another height's turn came
      },
      [this](const GetTip&) { return tip(); },
      [this](const JudgeBlock& asked) { return judge(asked); },
  };
}

caf::result<CandidateBuilt> Ledger::build(const BuildCandidate& job) {
  if (job.height != tip_.plan.height)
    return to_caf(Error{Fault::not_ready, "height", std::to_string(tip_.plan.height), std::to_string(job.height)});
  ledger::BuildInput input;
  input.round = job.round;
  input.time = job.time;
  input.last_commit = job.last_commit;
  input.candidates = job.candidates;
  input.max_bytes = job.max_bytes;
  input.prove_vrf = [this](ByteView alpha) -> Result<VrfProof> {
    if (!deps_.vrf_key) return fail(Fault::key_invalid, "vrf_key", "a validator's", "none");
    return deps_.verifier.scheme().vrf_prove(*deps_.vrf_key, alpha);
  };
  const auto snapshot = deps_.store->snapshot();
  if (!snapshot) return to_caf(snapshot.error());
  auto built = ledger::build_block(*deps_.chain, deps_.verifier, *deps_.state, tip_.plan, **snapshot, input);
  if (!built) return to_caf(built.error());
  const Hash256 hash = built->execution.hash;
  const std::uint64_t size_bytes = codec::encode(built->block).size();
  CandidateBuilt out{hash, std::make_shared<const Block>(std::move(built->block)), size_bytes,
                     std::move(built->dropped)};
  if (candidates_.size() < kMaxCandidates) candidates_.insert_or_assign(hash, std::move(built->execution));
  return out;
}

/// Goes on at once where nothing is to be checked, else when the others have: their arithmetic takes as long as all
/// that is done here, and it is theirs to know what was checked before.
void Ledger::with_transactions(const Hash256& hash, const BlockPtr& block,
                               std::function<void(const Transactions&)> go_on) {
  if (block->transactions.empty() || candidates_.contains(hash)) return go_on({});
  act::ask(self_, deps_.checker, kCheckTimeout, VerifyBlock{block})
      .then([go_on](const BlockVerified& verified) { go_on(verified.transactions); },
            [go_on](const caf::error&) { go_on({}); });
}

Ledger::Place Ledger::place_after(const ledger::Execution& execution, const ledger::HeightPlan& plan) const {
  auto state = std::make_shared<const ledger::ChainState>(execution.state);
  return {state, ledger::plan_next(*deps_.chain, *state, &plan)};
}

Result<ledger::Execution> Ledger::execute(const Place& place, const crypto::Verified<Certificate>* parent_commit,
                                          const ledger::StateReader& reader, const Hash256& hash, const Block& block,
                                          const Transactions& transactions) const {
  std::map<Hash256, crypto::TransactionPtr> verified;
  for (const auto& transaction : transactions)
    if (transaction) verified.emplace((*transaction)->id, transaction);
  const ledger::KnownTransactions find = [&](const Hash256& id) -> crypto::TransactionPtr {
    const auto found = verified.find(id);
    return found == verified.end() ? nullptr : found->second;
  };
  LUCID_TRY_ASSIGN(const auto whole, ledger::WholeBlock::of(block));
  ledger::BlockCheck check{block, hash, std::nullopt, std::nullopt, find};
  check.in_detail = false;
  check.whole = &whole;
  check.parent_commit = parent_commit;
  LUCID_TRY_ASSIGN(auto report,
                   ledger::check_next_block(*deps_.chain, deps_.verifier, *place.state, place.plan, reader, check));
  if (report.execution) return std::move(*report.execution);
  auto error = report.first_error();
  return tl::unexpected(error ? std::move(*error) : Error{Fault::internal, "block report", "a reason", "none"});
}

Result<const ledger::Execution*> Ledger::executed(const Hash256& hash, const Block& block,
                                                  const Transactions& transactions) {
  if (const auto known = candidates_.find(hash); known != candidates_.end()) return &known->second;
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.store->snapshot());
  LUCID_TRY_ASSIGN(auto execution,
                   execute(tip_, followed_ ? &*followed_ : nullptr, *snapshot, hash, block, transactions));
  if (candidates_.size() >= kMaxCandidates) candidates_.erase(candidates_.begin());
  return &candidates_.insert_or_assign(hash, std::move(execution)).first->second;
}

void Ledger::check(const CheckBlock& wanted) {
  with_transactions(wanted.hash, wanted.block, [this, wanted](const Transactions& transactions) {
    if (wanted.height != tip_.plan.height) return;
    const auto execution = executed(wanted.hash, *wanted.block, transactions);
    act::tell(
        self_, deps_.validator,
        BlockChecked{wanted.height, wanted.hash, execution ? std::nullopt : std::optional<Error>(execution.error())});
  });
}

void Ledger::commit(const CommitBlock& decided, const Transactions& transactions) {
  if (decided.block->header.height != tip_.plan.height) return;  // here already
  const auto execution = executed(decided.hash, *decided.block, transactions);
  if (!execution) {
    // A quorum signed what this node's rules refuse: it cannot follow this chain.
    act::quit(self_, execution.error());
    return;
  }
  const auto stored = store(decided, **execution);
  if (!stored && stored.error().fault == Fault::storage_full) {
    if (!waiting_) deps_.log("block " + std::to_string(tip_.plan.height) + " waits: " + to_text(stored.error()));
    waiting_ = decided;
    publish_state("; waits for room on the disk");
    act::tell_after(self_, act::me<interface>(self_), kRetry, RetryCommit{});
    return;
  }
  if (!stored) {
    act::quit(self_, stored.error());
    return;
  }
  followed_.reset();
  Place place = place_after(**execution, tip_.plan);
  committed(decided.block, decided.certificate, std::move(candidates_.at(decided.hash).changes), std::move(place));
}

/// Unlike a block that this node decided, those that sync brings may wait: sync asks again. They share one transaction:
/// the disk's answer takes as long for many as for one.
Result<CommittedHeight> Ledger::follow(const FollowBlocks& run) {
  std::vector<Followed> done;
  std::optional<Error> failed;
  const Height first = tip_.plan.height;
  Status stored;
  {
    LUCID_TRY_ASSIGN(auto append, deps_.store->append());
    const Place* place = &tip_;
    const auto* parent_commit = followed_ ? &*followed_ : nullptr;
    done.reserve(run.blocks.size());  // `place` points into it
    for (const auto& final : run.blocks) {
      const Height height = final.block->header.height;
      if (height < first) continue;  // here already
      if (height > place->plan.height)
        return fail(Fault::not_ready, "height", std::to_string(place->plan.height), std::to_string(height));
      auto execution = execute(*place, parent_commit, append.chain(), final.hash, *final.block, final.transactions);
      if (!execution) {
        failed = execution.error();
        break;
      }
      stored = append.add(*final.block, *execution, *final.certificate);
      if (!stored) break;
      Place after = place_after(*execution, place->plan);
      done.push_back({final, std::move(execution->changes), std::move(after)});
      place = &done.back().place;
      parent_commit = &final.certificate;
    }
    if (stored && !done.empty()) stored = append.commit();
  }
  if (!stored || !done.empty()) deps_.disk->wrote(DiskWatch::Writer::chain, stored);
  if (!stored) {
    if (stored.error().fault != Fault::storage_full) act::quit(self_, stored.error());
    return tl::unexpected(stored.error());
  }
  for (auto& one : done) {
    followed_ = one.block.certificate;
    committed(one.block.block, *one.block.certificate, std::move(one.changes), std::move(one.place));
  }
  if (failed) return tl::unexpected(*failed);
  return CommittedHeight{deps_.state->height};
}

Status Ledger::store(const CommitBlock& final, const ledger::Execution& execution) {
  Status stored = deps_.store->commit(*final.block, execution, final.certificate);
  deps_.disk->wrote(DiskWatch::Writer::chain, stored);
  return stored;
}

void Ledger::committed(const BlockPtr& block, const Certificate& certificate, ledger::ChangeSet changes, Place place) {
  waiting_.reset();
  candidates_.clear();
  tip_ = std::move(place);
  deps_.state = tip_.state;
  deps_.certificate = std::make_shared<const Certificate>(certificate);
  BlockFinal final{deps_.state->height, deps_.state->hash, deps_.state->time, {}};
  final.transactions.reserve(changes.transactions.size());
  for (const auto& record : changes.transactions) final.transactions.push_back({record.id, fault_of(record.outcome)});
  auto told = std::make_shared<CommittedBlock>();
  told->height = deps_.state->height;
  told->hash = deps_.state->hash;
  told->block = block;
  told->changes = std::make_shared<const ledger::ChangeSet>(std::move(changes));
  const TipChanged changed{deps_.state, deps_.certificate, std::move(told)};
  for (const auto& listener : deps_.tips) act::tell(self_, listener, changed);
  for (const auto& listener : deps_.finals) act::tell(self_, listener, final);
  publish_state();
}

caf::result<Judgement> Ledger::judge(const JudgeBlock& asked) {
  const TimeMs now = deps_.clock.wall_ms();
  const ledger::BlockCheck check{*asked.block, asked.claimed_hash, now, now + deps_.chain->params().time_delay_ms, {}};
  const Height height = asked.block->header.height;
  const auto snapshot = deps_.store->snapshot();
  if (!snapshot) return to_caf(snapshot.error());
  if (height > deps_.state->height) {
    auto report = ledger::check_next_block(*deps_.chain, deps_.verifier, *deps_.state, tip_.plan, **snapshot, check);
    if (!report) return to_caf(report.error());
    return Judgement{to_validation(*report, now, 0)};
  }
  const auto committed = (*snapshot)->block_row(height);
  if (!committed) return to_caf(committed.error());
  std::optional<Header> parent;
  if (height > 0) {
    auto found = (*snapshot)->block_row(height - 1);
    if (!found) return to_caf(found.error());
    parent = std::move(found->header);
  }
  return Judgement{
      to_validation(ledger::check_past_block(*deps_.chain, deps_.verifier, committed->header, parent, check), now, 0)};
}

void Ledger::publish_state(const std::string& more) {
  const auto& state = *deps_.state;
  act::probe(self_).set_state("height " + std::to_string(state.height) + ", " + std::to_string(state.transactions) +
                              " transactions, " + std::to_string(state.log.size()) + " anchors" + more);
}

BlockValidation to_validation(const ledger::BlockReport& report, TimeMs now, std::uint64_t took_us) {
  BlockValidation out;
  out.valid = report.valid();
  out.signatures_valid = report.certificate_valid && report.result(ledger::BlockRule::transactions).passed;
  out.validated_at = now;
  out.validation_time_us = took_us;
  for (const auto& result : report.results) {
    RuleResult rule{std::string(ledger::rule_name(result.rule)), result.passed, result.error, {}};
    for (const auto& [name, value] : result.details) rule.details.emplace(name, value);
    out.results.push_back(std::move(rule));
  }
  return out;
}

}  // namespace lucid::actors
