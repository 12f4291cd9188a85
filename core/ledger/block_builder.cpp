#include "core/ledger/block_builder.hpp"

#include <algorithm>
#include <map>

#include "core/codec/codec.hpp"
#include "core/ledger/block_size.hpp"
#include "core/params/params.hpp"

namespace lucid::ledger {
namespace {

/// Picks what goes into the block: valid, in order, within the limits.
class Selection {
 public:
  Selection(const ChainParams& params, const HeightPlan& plan, const StateReader& reader, std::uint64_t max_bytes,
            std::uint64_t fixed_bytes)
      : params_(params), plan_(plan), reader_(reader) {
    room_ = max_bytes > fixed_bytes ? max_bytes - fixed_bytes : 0;
    const std::uint64_t reserve = max_bytes / kReservedParts;
    common_room_ = room_ > reserve ? room_ - reserve : 0;
  }

  Status offer(const crypto::TransactionPtr& candidate) {
    const crypto::SignedTransaction& transaction = **candidate;
    if (auto reason = never_valid(transaction)) {
      dropped_.push_back({transaction.id, std::move(*reason)});
      return {};
    }
    LUCID_TRY_ASSIGN(std::uint64_t * next, next_nonce(transaction.sender));
    const std::uint64_t nonce = transaction.transaction.nonce;
    if (nonce < *next)
      dropped_.push_back(
          {transaction.id,
           {Fault::transaction_nonce, "nonce", "at least " + std::to_string(*next), std::to_string(nonce)}});
    else if (nonce == *next && fits(transaction))
      take(candidate, *next);
    return {};
  }

  const std::vector<crypto::TransactionPtr>& chosen() const { return chosen_; }
  std::vector<DroppedTransaction>& dropped() { return dropped_; }

 private:
  std::optional<Error> never_valid(const crypto::SignedTransaction& transaction) const {
    if (transaction.encoded.size() > params_.max_transaction_bytes)
      return Error{Fault::transaction_size, "size", "at most " + std::to_string(params_.max_transaction_bytes),
                   std::to_string(transaction.encoded.size())};
    if (transaction.transaction.valid_until_height < plan_.height)
      return Error{Fault::transaction_expired, "valid_until_height", "at least " + std::to_string(plan_.height),
                   std::to_string(transaction.transaction.valid_until_height)};
    return std::nullopt;
  }

  Result<std::uint64_t*> next_nonce(const Address& sender) {
    auto place = nonces_.find(sender);
    if (place == nonces_.end()) {
      LUCID_TRY_ASSIGN(const std::uint64_t next, reader_.next_nonce(sender));
      place = nonces_.emplace(sender, next).first;
    }
    return &place->second;
  }

  bool fits(const crypto::SignedTransaction& transaction) const {
    const std::uint64_t size = transaction_bytes_in_block(transaction.encoded);
    if (chosen_.size() >= params_.max_transactions_per_block || used_ + size > room_) return false;
    return has_reserved_room(transaction.transaction.operation) || common_used_ + size <= common_room_;
  }

  void take(const crypto::TransactionPtr& candidate, std::uint64_t& next) {
    const crypto::SignedTransaction& transaction = **candidate;
    const std::uint64_t size = transaction_bytes_in_block(transaction.encoded);
    used_ += size;
    if (!has_reserved_room(transaction.transaction.operation)) common_used_ += size;
    ++next;
    chosen_.push_back(candidate);
  }

  const ChainParams& params_;
  const HeightPlan& plan_;
  const StateReader& reader_;
  std::uint64_t room_ = 0;         // for all transactions
  std::uint64_t common_room_ = 0;  // for those without reserved room
  std::uint64_t used_ = 0;
  std::uint64_t common_used_ = 0;
  std::map<Address, std::uint64_t> nonces_;
  std::vector<crypto::TransactionPtr> chosen_;
  std::vector<DroppedTransaction> dropped_;
};

Status check_input(const crypto::Verifier& verifier, const HeightPlan& plan, const BuildInput& input) {
  if (input.time < plan.earliest_time || input.time > params::kMaxTime)
    return fail(Fault::block_timestamp, "time", "from " + std::to_string(plan.earliest_time) + " on",
                std::to_string(input.time));
  return verify_last_commit(verifier, plan, input.last_commit);
}

}  // namespace

Result<BuiltBlock> build_block(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                               const HeightPlan& plan, const StateReader& reader, const BuildInput& input) {
  LUCID_TRY(check_input(verifier, plan, input));
  BlockDraft draft{input.round, input.time, std::nullopt, input.last_commit, {}};
  if (plan.first_of_slot) {
    if (!input.prove_vrf) return fail(Fault::vrf_proof_invalid, "prove_vrf", "a way to make the slot's proof", "none");
    LUCID_TRY_ASSIGN(draft.vrf_proof, input.prove_vrf(vrf_alpha(plan.seed, plan.slot)));
  }
  const std::uint64_t fixed = kBlockFrameBytes + kMaxHeaderBytes + codec::encode(input.last_commit).size();
  const std::uint64_t limit = std::min(input.max_bytes, block_bytes_max(chain.params(), input.round));
  Selection selection(chain.params(), plan, reader, limit, fixed);
  for (const crypto::TransactionPtr& candidate : input.candidates) LUCID_TRY(selection.offer(candidate));

  draft.transactions = selection.chosen();
  LUCID_TRY_ASSIGN(Execution execution, execute(chain, verifier, state, plan, reader, draft));
  BuiltBlock built;
  built.block.header = execution.header;
  built.block.last_commit = input.last_commit;
  built.block.transactions.reserve(selection.chosen().size());
  for (const crypto::TransactionPtr& chosen : selection.chosen())
    built.block.transactions.push_back((*chosen)->encoded);
  built.execution = std::move(execution);
  built.dropped = std::move(selection.dropped());
  return built;
}

}  // namespace lucid::ledger
