#include "core/ledger/operations.hpp"

#include "core/codec/codec.hpp"
#include "core/ledger/evidence.hpp"
#include "core/merkle/tree.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"
#include "core/types/session.hpp"

namespace lucid::ledger {

Operations::Operations(const Chain& chain, const crypto::Verifier& verifier, const HeightPlan& plan,
                       const StateReader& reader, ChainState& state, ChangeSet& changes)
    : chain_(chain),
      verifier_(verifier),
      plan_(plan),
      reader_(reader),
      state_(state),
      changes_(changes),
      set_changes_(chain, verifier, plan, reader, state, changes) {}

Status Operations::apply(const crypto::SignedTransaction& transaction) {
  if (transaction.encoded.size() > chain_.params().max_transaction_bytes)
    return fail(Fault::transaction_size, "size", "at most " + std::to_string(chain_.params().max_transaction_bytes),
                std::to_string(transaction.encoded.size()));
  if (transaction.transaction.valid_until_height < plan_.height)
    return fail(Fault::transaction_expired, "valid_until_height", "at least " + std::to_string(plan_.height),
                std::to_string(transaction.transaction.valid_until_height));
  LUCID_TRY(take_nonce(transaction));
  LUCID_TRY_ASSIGN(const Outcome outcome, run(transaction));
  changes_.transactions.push_back({transaction.id, transaction.sender,
                                   static_cast<std::uint8_t>(transaction.transaction.operation.index() + 1), outcome});
  return {};
}

Hash256 Operations::finish() {
  changes_.accounts.reserve(nonces_.size());
  for (const auto& [account, next_nonce] : nonces_) changes_.accounts.push_back({account, next_nonce});
  return merkle::root(evidence_leaves_);
}

Status Operations::take_nonce(const crypto::SignedTransaction& transaction) {
  auto place = nonces_.find(transaction.sender);
  if (place == nonces_.end()) {
    LUCID_TRY_ASSIGN(const std::uint64_t next, reader_.next_nonce(transaction.sender));
    place = nonces_.emplace(transaction.sender, next).first;
  }
  if (transaction.transaction.nonce != place->second)
    return fail(Fault::transaction_nonce, "nonce", std::to_string(place->second),
                std::to_string(transaction.transaction.nonce));
  ++place->second;
  return {};
}

Result<Outcome> Operations::run(const crypto::SignedTransaction& transaction) {
  const auto one = [&](const auto& operation) -> Result<Outcome> {
    if constexpr (requires { run(operation, transaction); })
      return run(operation, transaction);
    else
      return Outcome::not_active_yet;
  };
  return std::visit(one, transaction.transaction.operation);
}

Result<Outcome> Operations::run(const AnchorSession& operation, const crypto::SignedTransaction& transaction) {
  if (operation.chunk_count == 0 || operation.chunk_count > kMaxChunksPerSession) return Outcome::operation_form;
  if (operation.started_at > params::kMaxTime) return Outcome::operation_form;
  LUCID_TRY_ASSIGN(const auto known, anchor_of(operation.session));
  if (known) return Outcome::session_already_anchored;
  const bool must_sign = chain_.params().user_signature_required;
  if ((must_sign || operation.user_signature) && !verifier_.verify_user_signature(operation))
    return Outcome::user_signature_invalid;
  append_anchor(operation, transaction);
  return Outcome::done;
}

void Operations::append_anchor(const AnchorSession& operation, const crypto::SignedTransaction& transaction) {
  AnchorChange change;
  change.session = operation.session;
  change.owner = operation.owner;
  change.record = {transaction.sender, operation.chunk_count, state_.log.size()};
  change.transaction = transaction.id;
  change.leaf_bytes.reserve(512);
  codec::encode_to(change.leaf_bytes, AnchorLeaf{operation, transaction.sender, plan_.height, transaction.id});
  change.leaf_hash = merkle::leaf_hash(change.leaf_bytes);
  state_.log.append(change.leaf_hash, changes_.log_nodes);
  new_anchors_.emplace(operation.session, changes_.anchors.size());
  changes_.anchors.push_back(std::move(change));
}

Result<std::optional<AnchorRecord>> Operations::anchor_of(const SessionId& session) {
  if (const auto place = new_anchors_.find(session); place != new_anchors_.end())
    return std::optional(changes_.anchors[place->second].record);
  return reader_.anchor(session);
}

Result<Outcome> Operations::run(const AnchorChunk& operation, const crypto::SignedTransaction& transaction) {
  return add_chunk(
      {ChunkRecordKind::anchored, operation.session, operation.index, operation.chunk_hash, 0, transaction.id},
      transaction.sender);
}

Result<Outcome> Operations::run(const StoreChunkMetadata& operation, const crypto::SignedTransaction& transaction) {
  if (operation.size == 0 || operation.size > kMaxChunkBytes) return Outcome::operation_form;
  return add_chunk({ChunkRecordKind::metadata, operation.session, operation.index, operation.ciphertext_hash,
                    operation.size, transaction.id},
                   transaction.sender);
}

/// By the account that anchored the session, once per index.
Result<Outcome> Operations::add_chunk(ChunkRecord record, const Address& sender) {
  LUCID_TRY_ASSIGN(const auto anchor, anchor_of(record.session));
  if (!anchor) return Outcome::session_not_anchored;
  if (anchor->account != sender) return Outcome::not_the_anchoring_account;
  if (record.index >= anchor->chunk_count) return Outcome::chunk_index_range;
  const std::tuple key{record.session, record.kind, record.index};
  LUCID_TRY_ASSIGN(const bool known, reader_.has_chunk(record.kind, record.session, record.index));
  if (known || !new_chunks_.insert(key).second) return Outcome::chunk_index_taken;
  changes_.chunks.push_back(record);
  return Outcome::done;
}

Result<Outcome> Operations::run(const Data& operation, const crypto::SignedTransaction& transaction) {
  if (operation.name.empty()) return Outcome::operation_form;
  changes_.data.push_back({transaction.sender, operation, transaction.id});
  return Outcome::done;
}

Result<Outcome> Operations::run(const Evidence& operation, const crypto::SignedTransaction& transaction) {
  evidence_leaves_.push_back(merkle::leaf_hash(codec::encode(operation)));
  const auto key = evidence_key(operation);
  if (!key || key->height == 0 || key->height > plan_.height) return Outcome::evidence_invalid;
  std::optional<Slot> slot = plan_.slot;  // also of the height being decided
  if (key->height < plan_.height) {
    LUCID_TRY_ASSIGN(slot, reader_.slot_of(key->height));
    if (!slot) return Outcome::evidence_invalid;
  }
  const Epoch epoch = slots::epoch_of(chain_.params(), *slot);
  if (plan_.epoch.value - epoch.value > kEvidenceMaxAgeEpochs) return Outcome::evidence_too_old;
  LUCID_TRY_ASSIGN(const bool known, reader_.has_evidence(*key));
  if (known || new_evidence_.contains(*key)) return Outcome::evidence_known;
  LUCID_TRY_ASSIGN(const auto validators, reader_.validators_of(epoch));
  if (!validators || !verify_evidence(verifier_, operation, *validators)) return Outcome::evidence_invalid;
  new_evidence_.insert(*key);
  changes_.evidence.push_back({*key, transaction.id});
  credits::evidence_accepted(state_.credits, key->validator, epoch, plan_.epoch, plan_.slot);
  return Outcome::done;
}

Result<Outcome> Operations::run(const UpdateValidators& operation, const crypto::SignedTransaction&) {
  return set_changes_.put_forward(operation);
}

Result<Outcome> Operations::run(const UpdateOwners& operation, const crypto::SignedTransaction&) {
  return set_changes_.put_forward(operation);
}

Result<Outcome> Operations::run(const Approve& operation, const crypto::SignedTransaction&) {
  return set_changes_.approve(operation);
}

}  // namespace lucid::ledger
