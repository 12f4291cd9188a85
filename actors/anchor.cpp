#include "actors/anchor.hpp"

#include "core/anchoring/manifest.hpp"
#include "core/codec/codec.hpp"

namespace lucid::actors {

namespace {

constexpr std::chrono::seconds kAnchorAskTimeout{10};
/// Blocks until a signed anchor expires and is signed anew: long enough for any backlog, short enough that the mempool
/// of a node that was away does not fill with dead ones.
constexpr Height kValidBlocks = 5'000;
/// Anchors offered again in one turn.
constexpr std::size_t kOfferAtOnce = 500;
constexpr std::uint64_t kDayMs = 86'400'000;

bool same_content(const AnchorSession& anchor, const Hash256& root, const Address& owner) {
  return anchor.merkle_root == root && anchor.owner == owner;
}

/// A start that fails ends the actor; the supervisor says why.
template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(to_text(result.error()));
  return std::move(*result);
}

}  // namespace

Anchor::Anchor(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {
  const auto& scheme = deps_.verifier.scheme();
  account_ = or_throw(scheme.address(or_throw(scheme.public_key(*deps_.account_key))));
  outbox_.emplace(or_throw(storage::Outbox::open(*deps_.outbox)));
  outbox_->raise_next_nonce(or_throw(deps_.chain->next_nonce(account_)));
  for (const auto& entry : or_throw(outbox_->pending())) track(entry);
  publish_state();
  act::tell(self_, act::me<interface>(self_), OfferAgain{});
}

Anchor::interface::behavior_type Anchor::make_behavior() {
  return {
      [this](const AnchorThis& asked) { return take(asked); },
      [this](const GetAnchoring& asked) { return view(asked.session); },
      [this](const GetAnchoringSummary&) { return summary(); },
      [this](const BlockFinal& block) { block_final(block); },
      [this](const OfferAgain&) {
        offer_again();
        act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(deps_.params.block_interval_ms * 2),
                        OfferAgain{});
      },
      [this](const FlushOutbox&) { flush(); },
  };
}

// ---- taking requests

caf::result<AnchorAccepted> Anchor::take(const AnchorThis& asked) {
  const AnchorRequest& request = asked.request;
  auto before = accepted_before(request);
  if (!before) return to_caf(before.error());
  if (*before) return **before;
  const auto [place, fresh] = waiting_.try_emplace(request.session);
  Waiting& waiting = place->second;
  if (!fresh && !(waiting.request.merkle_root == request.merkle_root && waiting.request.owner == request.owner))
    return to_caf(Error{Fault::anchor_conflict, "session_id", "root " + to_hex(waiting.request.merkle_root),
                        to_hex(request.merkle_root)});
  // Not earlier: an error that is returned beside a promise reaches nobody.
  auto promise = self_->template make_response_promise<AnchorAccepted>();
  waiting.promises.push_back(promise);
  if (!fresh) return promise;
  waiting.request = request;
  if (request.manifest_hash)
    ready(request.session, *request.manifest_hash, nullptr);
  else
    find_manifest(request.session);
  return promise;
}

/// The first answer, where this session was accepted or is final already. Fault anchor_conflict.
Result<std::optional<AnchorAccepted>> Anchor::accepted_before(const AnchorRequest& request) const {
  const auto conflict = [&](const AnchorSession& anchor) {
    return fail(Fault::anchor_conflict, "session_id",
                "root " + to_hex(anchor.merkle_root) + " of " + to_text(anchor.owner),
                to_hex(request.merkle_root) + " of " + to_text(request.owner));
  };
  LUCID_TRY_ASSIGN(const auto entry, outbox_->find_session(request.session));
  if (entry && entry->status != storage::OutboxStatus::failed) {
    if (!same_content(entry->anchor, request.merkle_root, request.owner)) return conflict(entry->anchor);
    return std::optional(answer_for(*entry));
  }
  LUCID_TRY_ASSIGN(const auto final, deps_.chain->find(request.session));
  if (!final) return std::optional<AnchorAccepted>();
  if (!same_content(final->leaf.anchor, request.merkle_root, request.owner)) return conflict(final->leaf.anchor);
  return std::optional(AnchorAccepted{0, AnchoringStatus::confirmed, final->time, final->time});
}

void Anchor::find_manifest(const SessionId& session) {
  act::ask(self_, deps_.chunk_store, kAnchorAskTimeout, GetManifest{session, std::nullopt})
      .then(
          [this, session](const ChunkBytes& manifest) {
            ready(session, anchoring::manifest_hash(*manifest.bytes), manifest.bytes.get());
          },
          [this, session](const caf::error& failed) {
            const Error error = from_caf(failed);
            if (error.fault == Fault::chunk_not_found)
              keep_json(session);
            else
              refuse(session, error);
          });
}

/// Nobody uploaded a manifest: the manifest_data itself is it, and must be kept before the anchor is promised.
void Anchor::keep_json(const SessionId& session) {
  const auto& json = waiting_.at(session).request.manifest_json;
  auto bytes = std::make_shared<const Bytes>(json.begin(), json.end());
  act::ask(self_, deps_.chunk_store, kAnchorAskTimeout, PutManifest{session, std::move(bytes)})
      .then([this, session](const ManifestStored& stored) { ready(session, stored.hash, nullptr); },
            [this, session](const caf::error& failed) { refuse(session, from_caf(failed)); });
}

void Anchor::ready(const SessionId& session, const Hash256& manifest_hash, const Bytes* manifest) {
  Waiting& waiting = waiting_.at(session);
  if (const auto complete_now = complete(waiting, manifest_hash, manifest); !complete_now) {
    refuse(session, complete_now.error());
    return;
  }
  waiting.ready = true;
  to_flush_.push_back(session);
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  // Whatever lies in the mailbox before this message joins the same sync.
  act::tell(self_, act::me<interface>(self_), FlushOutbox{});
}

Status Anchor::complete(Waiting& waiting, const Hash256& manifest_hash, const Bytes* manifest) const {
  const AnchorRequest& request = waiting.request;
  AnchorSession& anchor = waiting.anchor;
  anchor = {request.session,      manifest_hash,       request.started_at, request.owner,         request.merkle_root,
            request.storage_root, request.chunk_count, request.total_size, request.user_signature};
  if (manifest && anchoring::manifest_form(*manifest) == anchoring::ManifestForm::canonical) {
    LUCID_TRY_ASSIGN(const Manifest decoded, anchoring::decode_manifest(*manifest));
    anchor.storage_root = anchoring::storage_root(decoded);
    anchor.started_at = decoded.started_at;
    LUCID_TRY(anchoring::check_anchor(anchor, *manifest));
  }
  if (anchor.user_signature) return deps_.verifier.verify_user_signature(anchor);
  if (deps_.params.user_signature_required)
    return fail(Fault::user_signature_invalid, "user_signature", "the owner's signature", "none");
  return {};
}

void Anchor::refuse(const SessionId& session, const Error& error) {
  const auto found = waiting_.find(session);
  if (found == waiting_.end()) return;
  for (auto& promise : found->second.promises) promise.deliver(to_caf(error));
  waiting_.erase(found);
}

// ---- the outbox

void Anchor::flush() {
  flush_scheduled_ = false;
  std::vector<storage::OutboxRequest> requests;
  std::vector<SessionId> sessions(to_flush_.begin(), to_flush_.end());
  to_flush_.clear();
  const TimeMs now = deps_.clock.wall_ms();
  for (const auto& session : sessions) requests.push_back({waiting_.at(session).anchor, now});
  if (requests.empty()) return;
  const auto entries =
      outbox_->put(requests, [this](const AnchorSession& anchor, std::uint64_t nonce) { return sign(anchor, nonce); });
  failing_ = !entries;
  if (!entries) {
    deps_.log("anchors cannot be stored: " + to_text(entries.error()));
    for (const auto& session : sessions) refuse(session, entries.error());
    return;
  }
  for (const auto& entry : *entries) {
    track(entry);
    const auto found = waiting_.find(entry.anchor.session);
    for (auto& promise : found->second.promises) promise.deliver(answer_for(entry));
    waiting_.erase(found);
  }
  offer(*entries);
  publish_state();
}

Result<storage::SignedAnchor> Anchor::sign(const AnchorSession& anchor, std::uint64_t nonce) const {
  LUCID_TRY_ASSIGN(const Height height, deps_.chain->height());
  Transaction transaction;
  transaction.chain_id = deps_.params.chain_id;
  transaction.nonce = nonce;
  transaction.valid_until_height = height + kValidBlocks;
  transaction.operation = anchor;
  transaction.signature = deps_.verifier.scheme().sign_recoverable(
      *deps_.account_key, crypto::transaction_digest(deps_.verifier.chain(), transaction));
  EncodedTransaction encoded(codec::encode(transaction));
  const Hash256 id = crypto::transaction_id(encoded);
  return storage::SignedAnchor{std::move(encoded), id, transaction.valid_until_height};
}

void Anchor::track(const storage::OutboxEntry& entry) {
  open_[entry.transaction_id] = {entry.anchoring_id, entry.nonce, deps_.clock.monotonic_ms()};
}

void Anchor::offer(std::span<const storage::OutboxEntry> entries) {
  SubmitEncoded out;
  for (const auto& entry : entries) out.transactions.emplace_back(entry.transaction.begin(), entry.transaction.end());
  if (out.transactions.empty()) return;
  // Refusals need no answer here: what does not become final is looked at again by offer_again().
  act::ask(self_, deps_.block_producer, kAnchorAskTimeout, std::move(out))
      .then([](const SubmitResult&) {}, [](const caf::error&) {});
}

/// Whatever is not final after some blocks is looked at again: found on the chain, signed anew where it cannot be
/// included any more, or offered as it is.
void Anchor::offer_again() {
  if (const auto offered = offer_late(); !offered)
    deps_.log("anchors cannot be offered again: " + to_text(offered.error()));
  publish_state();
}

Status Anchor::offer_late() {
  LUCID_TRY_ASSIGN(const Height height, deps_.chain->height());
  LUCID_TRY_ASSIGN(const std::uint64_t next_nonce, deps_.chain->next_nonce(account_));
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  const std::uint64_t patience_ms = 3 * deps_.params.block_interval_ms;
  std::map<std::uint64_t, Hash256> late;  // by nonce: the mempool takes them without gaps
  std::uint64_t first_open = UINT64_MAX;  // of the nonces that can still be included
  for (const auto& [id, place] : open_) {
    if (now_ms - place.offered_ms >= patience_ms || started_) late.emplace(place.nonce, id);
    if (place.nonce >= next_nonce) first_open = std::min(first_open, place.nonce);
  }
  started_ = false;
  if (late.empty()) return {};
  LUCID_TRY_ASSIGN(const bool nonce_lost, settle_used(next_nonce, late));
  if (late.empty()) return {};
  const auto signer = [this](const AnchorSession& anchor, std::uint64_t nonce) { return sign(anchor, nonce); };
  if (nonce_lost || first_open > next_nonce) {
    // The account was used elsewhere, or an entry before these failed: without new nonces they could never be included.
    LUCID_TRY_ASSIGN(const auto renewed, outbox_->renumber(next_nonce, signer));
    std::set<std::uint64_t> renewed_ids;
    for (const auto& entry : renewed) renewed_ids.insert(entry.anchoring_id);
    std::erase_if(open_, [&](const auto& waiting) { return renewed_ids.contains(waiting.second.anchoring_id); });
    for (const auto& entry : renewed) track(entry);
    offer(std::span(renewed).first(std::min(renewed.size(), kOfferAtOnce)));
    return {};
  }
  std::vector<storage::OutboxEntry> again;
  for (const auto& [nonce, id] : late) {
    if (again.size() == kOfferAtOnce) break;
    LUCID_TRY_ASSIGN(auto entry, outbox_->find(open_.at(id).anchoring_id));
    if (!entry) continue;
    if (entry->valid_until_height <= height) {
      LUCID_TRY_ASSIGN(entry, outbox_->resign(entry->anchoring_id, signer));
    }
    open_.erase(id);
    track(*entry);
    again.push_back(std::move(*entry));
  }
  offer(again);
  return {};
}

/// Looks for every entry whose nonce the chain has passed, also for those that are not late: their block may be stored
/// and not told here yet. Whether one of them is not there: another transaction has its nonce.
Result<bool> Anchor::settle_used(std::uint64_t next_nonce, std::map<std::uint64_t, Hash256>& late) {
  bool lost = false;
  for (auto at = open_.begin(); at != open_.end();) {
    bool final = false;
    if (at->second.nonce < next_nonce) {
      LUCID_TRY_ASSIGN(final, settle_if_final(at->second.anchoring_id));
      lost = lost || !final;
    }
    if (final) late.erase(at->second.nonce);
    at = final ? open_.erase(at) : std::next(at);
  }
  return lost;
}

/// Whether the chain has this entry's session; what it has decides the entry.
Result<bool> Anchor::settle_if_final(std::uint64_t anchoring_id) {
  LUCID_TRY_ASSIGN(const auto entry, outbox_->find(anchoring_id));
  if (!entry) return fail(Fault::storage_not_found, "anchoring_id", "an entry", std::to_string(anchoring_id));
  LUCID_TRY_ASSIGN(const auto final, deps_.chain->find(entry->anchor.session));
  if (!final) return false;
  if (!same_content(final->leaf.anchor, entry->anchor.merkle_root, entry->anchor.owner)) {
    LUCID_TRY(outbox_->mark_failed(anchoring_id, fault_name(Fault::session_already_anchored)));
    return true;
  }
  const storage::OutboxConfirmation done{anchoring_id, final->leaf.height, final->leaf.transaction, final->time};
  LUCID_TRY(outbox_->confirm(std::span(&done, 1)));
  count_confirmation(entry->submitted_at, final->time);
  return true;
}

// ---- what became of them

void Anchor::block_final(const BlockFinal& block) {
  std::vector<storage::OutboxConfirmation> confirmations;
  std::vector<std::pair<std::uint64_t, Fault>> failed;
  for (const auto& transaction : block.transactions) {
    const auto found = open_.find(transaction.id);
    if (found == open_.end()) continue;
    if (transaction.failure)
      failed.emplace_back(found->second.anchoring_id, *transaction.failure);
    else
      confirmations.push_back({found->second.anchoring_id, block.height, transaction.id, block.time});
    open_.erase(found);
  }
  for (const auto& confirmation : confirmations)
    if (const auto entry = outbox_->find(confirmation.anchoring_id); entry && *entry)
      count_confirmation((*entry)->submitted_at, block.time);
  const auto stored = outbox_->confirm(confirmations);
  failing_ = !stored;
  // A confirmation that cannot be stored loses nothing: the next start finds the anchor on the chain.
  if (!stored) deps_.log("confirmations cannot be stored: " + to_text(stored.error()));
  for (const auto& [anchoring_id, failure] : failed) settle_failed(anchoring_id, failure);
  if (!confirmations.empty() || !failed.empty()) publish_state();
}

/// The chain refused the operation. Where the session is anchored with the same content, that anchor is the one asked.
void Anchor::settle_failed(std::uint64_t anchoring_id, Fault failure) {
  const auto final = settle_if_final(anchoring_id);
  const Status stored = !final   ? Status(tl::unexpected(final.error()))
                        : *final ? Status()
                                 : outbox_->mark_failed(anchoring_id, fault_name(failure));
  if (!stored) deps_.log("the outcome of an anchor cannot be stored: " + to_text(stored.error()));
}

void Anchor::count_confirmation(TimeMs submitted_at, TimeMs confirmed_at) {
  const std::uint64_t today = deps_.clock.wall_ms() / kDayMs;
  if (today != day_) {
    day_ = today;
    completed_today_ = 0;
  }
  ++completed_today_;
  const std::uint64_t took_ms = confirmed_at > submitted_at ? confirmed_at - submitted_at : 0;
  average_ms_ = completed_today_ == 1 ? took_ms : (average_ms_ * 15 + took_ms) / 16;
}

// ---- answers

AnchorAccepted Anchor::answer_for(const storage::OutboxEntry& entry) const {
  AnchorAccepted out;
  out.anchoring_id = entry.anchoring_id;
  out.status = entry.status == storage::OutboxStatus::confirmed ? AnchoringStatus::confirmed : AnchoringStatus::pending;
  out.submitted_at = entry.submitted_at;
  out.estimated_confirmation_at =
      entry.confirmed_at.value_or(entry.submitted_at + (average_ms_ ? average_ms_ : deps_.params.block_interval_ms));
  return out;
}

caf::result<AnchoringView> Anchor::view(const SessionId& session) const {
  const auto entry = outbox_->find_session(session);
  if (!entry) return to_caf(entry.error());
  const auto final = deps_.chain->find(session);
  if (!final) return to_caf(final.error());
  AnchoringView out;
  out.session = session;
  if (*entry) {
    out.anchoring_id = (*entry)->anchoring_id;
    out.submitted_at = (*entry)->submitted_at;
    out.anchor = (*entry)->anchor;
    out.transaction = (*entry)->transaction_id;
    out.status = open_.contains((*entry)->transaction_id) ? AnchoringStatus::processing : AnchoringStatus::pending;
    if ((*entry)->status == storage::OutboxStatus::failed) {
      out.status = AnchoringStatus::failed;
      out.failure = Fault::session_already_anchored;
      return out;
    }
  }
  if (*final) {
    out.status = AnchoringStatus::confirmed;
    out.confirmed_at = (*final)->time;
    out.height = (*final)->leaf.height;
    out.transaction = (*final)->leaf.transaction;
    out.anchor = (*final)->leaf.anchor;
  } else if (!*entry) {
    const auto waiting = waiting_.find(session);
    if (waiting == waiting_.end())
      return to_caf(Error{Fault::anchor_not_found, "session_id", "an anchored session", to_text(session)});
    out.anchor = waiting->second.anchor;
    out.anchor.session = session;
  }
  return out;
}

AnchoringSummary Anchor::summary() const {
  AnchoringSummary out;
  out.pending = waiting_.size();
  out.processing = open_.size();
  out.completed_today = deps_.clock.wall_ms() / kDayMs == day_ ? completed_today_ : 0;
  out.average_confirmation_ms = average_ms_;
  out.failing = failing_;
  return out;
}

void Anchor::publish_state() {
  act::probe(self_).set_state(std::to_string(open_.size()) + " anchors wait to become final, " +
                              std::to_string(outbox_->count()) + " accepted in all" +
                              (failing_ ? "; the outbox cannot be written" : ""));
}

}  // namespace lucid::actors
