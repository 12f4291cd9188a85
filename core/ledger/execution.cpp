#include "core/ledger/execution.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "core/ledger/operations.hpp"
#include "core/slots/slots.hpp"

namespace lucid::ledger {
namespace {

/// One execution in progress.
class BlockRun {
 public:
  BlockRun(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state, const HeightPlan& plan,
           const StateReader& reader, const BlockDraft& draft)
      : chain_(chain), verifier_(verifier), parent_(state), plan_(plan), reader_(reader), draft_(draft) {
    out_.state = state;
    out_.changes.height = plan.height;
  }

  Result<Execution> run() {
    carry_certificate();
    LUCID_TRY(begin_slot());
    LUCID_TRY(run_operations());
    move_tip();
    LUCID_TRY(end_epochs());
    seal();
    return std::move(out_);
  }

 private:
  const ChainParams& params() const { return chain_.params(); }
  const Address& proposer() const { return plan_.proposer(draft_.round); }

  /// What the parent's certificate proves (section 5).
  void carry_certificate() {
    if (plan_.parent_is_genesis) return;
    std::vector<std::uint32_t> signers;
    signers.reserve(draft_.last_commit.signatures.size());
    for (const CommitSignature& entry : draft_.last_commit.signatures) signers.push_back(entry.validator);
    credits::certificate_carried(out_.state.credits, params(), parent_.set_of_tip(),
                                 slots::epoch_of(params(), parent_.slot), parent_.slot, parent_.tip_sessions, signers);
  }

  /// Turns, and in a slot's first block what came of it and of the slots skipped before (sections 2 and 4).
  Status begin_slot() {
    if (plan_.first_of_slot) {
      record_missed();
      credits::SlotResult result;
      result.first = result.last = plan_.slot;
      result.first_height = plan_.height;
      result.winner = proposer();
      const auto& leaders = plan_.slot_order.leaders;
      result.reason =
          proposer() == leaders.front() ? credits::SlotReason::success : credits::SlotReason::fallback_success;
      const std::size_t shown = std::min(leaders.size(), credits::kRecordedLeaders);
      result.leaders.assign(leaders.begin(), leaders.begin() + static_cast<std::ptrdiff_t>(shown));
      result.cooling.assign(plan_.slot_order.cooling.begin(), plan_.slot_order.cooling.end());
      if (!draft_.vrf_proof) return fail(Fault::vrf_proof_invalid, "vrf_proof", "a proof", "none");
      LUCID_TRY_ASSIGN(result.vrf_output, verifier_.scheme().vrf_output(*draft_.vrf_proof));
      out_.changes.slots.push_back(std::move(result));
      credits::slot_started(out_.state.credits, plan_.validators, plan_.slot_order, plan_.slot, proposer());
    }
    credits::block_proposed(out_.state.credits, plan_.slot, proposer());
    return {};
  }

  void record_missed() {
    // Height 0 counts for no slot: if block 1 comes in a later slot, slot(0) was missed too.
    const Slot first = plan_.parent_is_genesis ? parent_.slot : parent_.slot.next();
    if (first >= plan_.slot) return;
    credits::SlotResult missed;
    missed.first = first;
    missed.last = Slot{plan_.slot.value - 1};
    out_.changes.slots.push_back(std::move(missed));
  }

  Status run_operations() {
    Operations operations(chain_, verifier_, plan_, reader_, out_.state, out_.changes);
    const std::size_t count = draft_.transactions.size();
    out_.changes.transactions.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const crypto::SignedTransaction& transaction = **draft_.transactions[i];
      if (Status status = operations.apply(transaction); !status) {
        Error error = status.error();
        error.field = "transactions[" + std::to_string(i) + "]." + error.field;
        return tl::unexpected(std::move(error));
      }
    }
    out_.header.evidence_hash = operations.finish();
    out_.header.transactions_root = root_of_transactions();
    return {};
  }

  Hash256 root_of_transactions() const {
    if (draft_.whole) return draft_.whole->block().header.transactions_root;
    std::vector<Hash256> ids;
    ids.reserve(draft_.transactions.size());
    for (const crypto::TransactionPtr& transaction : draft_.transactions) ids.push_back((*transaction)->id);
    return transactions_root(ids);
  }

  void move_tip() {
    ChainState& state = out_.state;
    state.height = plan_.height;
    state.time = draft_.time;
    state.slot = plan_.slot;
    state.proposer = proposer();
    state.tip_sessions = out_.changes.anchors.size();
    state.transactions += draft_.transactions.size();
    state.tip_validators.reset();
  }

  /// The last changes of a block that ends its epoch, skipped epochs in order (section 2).
  Status end_epochs() {
    ChainState& state = out_.state;
    const Slot next_slot = slots::next_slot(params(), state.slot, state.time);
    const Epoch next = slots::epoch_of(params(), LUCID_MUTANT(settlement_one_block_late) ? state.slot : next_slot);
    while (state.credits.epoch < next) {
      LUCID_TRY(end_epoch());
    }
    if (state.validators != plan_.validators) state.tip_validators = plan_.validators;
    return {};
  }

  Status end_epoch() {
    ChainState& state = out_.state;
    const Epoch ended = state.credits.epoch;
    LUCID_TRY_ASSIGN(const auto leaving, leaving_tally(ended));
    LUCID_TRY_ASSIGN(const auto outputs, vrf_outputs(ended));
    ValidatorSet next_set = state.set_of_next_epoch();
    auto settled = credits::end_epoch(state.credits, next_set, slots::first_slot(params(), ended.next()), leaving);
    if (settled && !settled->rows.empty()) out_.changes.tallies.push_back(std::move(*settled));
    if (state.next_validators) {
      state.validators = std::move(next_set);
      state.next_validators.reset();
    }
    freeze_set(state, out_.changes, Epoch{ended.value + 2}, params().min_validators);
    state.seed = next_seed(state.seed, outputs);
    return {};
  }

  /// The tally that leaves the window of epoch ended + 2, which reaches up to ended - 1.
  Result<credits::EpochTally> leaving_tally(Epoch ended) const {
    const std::uint64_t back = 1 + params().leader_window_epochs;
    credits::EpochTally none;
    if (ended.value < back) return none;
    const Epoch epoch{ended.value - back};
    for (const credits::EpochTally& tally : out_.changes.tallies)
      if (tally.epoch == epoch) return tally;
    return reader_.tally(epoch);
  }

  /// β of each slot with blocks in the epoch that ends; a skipped epoch has none.
  Result<std::vector<VrfOutput>> vrf_outputs(Epoch ended) const {
    std::vector<VrfOutput> outputs;
    if (ended != plan_.epoch) return outputs;
    LUCID_TRY_ASSIGN(outputs,
                     reader_.vrf_outputs(slots::first_slot(params(), ended), slots::last_slot(params(), ended)));
    if (plan_.first_of_slot) outputs.push_back(*out_.changes.slots.back().vrf_output);
    return outputs;
  }

  void seal() {
    ChainState& state = out_.state;
    Header& header = out_.header;
    state.digest = crypto::sha256(codec::encode_array(parent_.digest, changes_hash(out_.changes)));
    header.chain_id = params().chain_id;
    header.height = plan_.height;
    header.slot = plan_.slot;
    header.round = draft_.round;
    header.time = draft_.time;
    header.previous_hash = plan_.parent_hash;
    header.state_digest = state.digest;
    header.anchor_log_root = state.log.root();
    header.anchor_log_size = state.log.size();
    header.validators_hash = plan_.validators_hash;
    header.next_validators_hash =
        state.tip_validators ? crypto::validators_hash(state.validators) : plan_.validators_hash;
    header.seed = plan_.seed;
    header.vrf_proof = draft_.vrf_proof;
    header.last_commit_hash =
        draft_.whole ? draft_.whole->block().header.last_commit_hash : crypto::certificate_hash(draft_.last_commit);
    header.proposer = proposer();
    const bool is_known = draft_.whole && draft_.whole->block().header == header;
    out_.hash = is_known ? draft_.whole->hash() : crypto::header_hash(header);
    state.hash = out_.hash;
  }

  const Chain& chain_;
  const crypto::Verifier& verifier_;
  const ChainState& parent_;
  const HeightPlan& plan_;
  const StateReader& reader_;
  const BlockDraft& draft_;
  Execution out_;
};

}  // namespace

Result<Execution> execute(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                          const HeightPlan& plan, const StateReader& reader, const BlockDraft& draft) {
  return BlockRun(chain, verifier, state, plan, reader, draft).run();
}

Hash256 next_seed(const Hash256& seed, std::span<const VrfOutput> outputs) {
  Bytes bytes;
  codec::Encoder encoder(bytes);
  encoder.array(2 + outputs.size());
  encoder.text("lucid/seed/v1");
  encoder.binary(seed);
  for (const VrfOutput& output : outputs) encoder.binary(output);
  return crypto::sha256(bytes);
}

Result<std::optional<VrfOutput>> verify_vrf(const crypto::Verifier& verifier, const HeightPlan& plan,
                                            const Address& proposer, const std::optional<VrfProof>& proof) {
  if (!plan.first_of_slot) {
    if (proof) return fail(Fault::vrf_proof_invalid, "header.vrf_proof", "none after a slot's first block", "a proof");
    return std::optional<VrfOutput>();
  }
  if (!proof) return fail(Fault::vrf_proof_invalid, "header.vrf_proof", "a proof in a slot's first block", "none");
  const Validator* member = plan.validators.find(proposer);
  if (!member) return fail(Fault::block_proposer, "header.proposer", "a member of the set", to_text(proposer));
  LUCID_TRY_ASSIGN(const VrfOutput output,
                   verifier.scheme().vrf_verify(member->vrf_key, vrf_alpha(plan.seed, plan.slot), *proof));
  return std::optional(output);
}

Status verify_last_commit(const crypto::Verifier& verifier, const HeightPlan& plan, const Certificate& certificate) {
  if (plan.parent_is_genesis) {
    if (certificate != Certificate{})
      return fail(Fault::block_certificate, "certificate", "the empty one in block 1",
                  std::to_string(certificate.signatures.size()) + " signatures");
    return {};
  }
  const auto verified = verifier.verify(certificate, plan.height - 1, plan.parent_hash, plan.parent_validators);
  if (!verified) return tl::unexpected(verified.error());
  return {};
}

}  // namespace lucid::ledger
