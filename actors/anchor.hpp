// anchor: takes sessions to be anchored and answers for them until they are final. A request is checked, signed with
// the node's own account and stored in the outbox; once that is synced it is answered, and from then on it is offered
// to the block producer until the chain has it, also after a crash, and signed anew when it expires.
//
// Requests that come while the disk is busy share the next sync. Has a thread of its own. May be restarted: everything
// it must know is in the outbox and on the chain.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/session_messages.hpp"
#include "actors/submit_messages.hpp"
#include "core/crypto/verifier.hpp"
#include "core/types/params.hpp"
#include "storage/outbox.hpp"

namespace lucid::actors {

using TransactionIntake = act::iface<SubmitResult(SubmitEncoded)>;
using ManifestKeeper = act::iface<ManifestStored(PutManifest), ChunkBytes(GetManifest)>;
using AnchorActor =
    act::iface<AnchorAccepted(AnchorThis), AnchoringView(GetAnchoring), AnchoringSummary(GetAnchoringSummary),
               void(BlockFinal), void(OfferAgain), void(FlushOutbox)>;

/// What the anchor asks of the committed chain.
class AnchorChain {
 public:
  virtual ~AnchorChain() = default;
  virtual Result<Height> height() const = 0;
  virtual Result<std::uint64_t> next_nonce(const Address& account) const = 0;
  /// The anchor of that session, if it is final, with its block's time.
  struct Final {
    AnchorLeaf leaf;
    TimeMs time = 0;
  };
  virtual Result<std::optional<Final>> find(const SessionId& session) const = 0;
};

class Anchor {
 public:
  using interface = AnchorActor;
  static constexpr const char* kName = "anchor";

  struct Deps {
    const Clock& clock;
    ChainParams params;
    crypto::Verifier verifier;
    std::shared_ptr<crypto::SigningKey> account_key;
    std::shared_ptr<storage::Store> outbox;
    std::shared_ptr<const AnchorChain> chain;
    Route<TransactionIntake> block_producer;
    Route<ManifestKeeper> chunk_store;
    std::function<void(const std::string&)> log;
  };

  Anchor(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  using Promise = caf::typed_response_promise<AnchorAccepted>;
  struct Waiting {
    AnchorRequest request;
    AnchorSession anchor;
    bool ready = false;  // its manifest is stored
    std::vector<Promise> promises;
  };
  struct Offer {
    std::uint64_t anchoring_id = 0;
    std::uint64_t nonce = 0;
    std::uint64_t offered_ms = 0;  // monotonic
  };

  caf::result<AnchorAccepted> take(const AnchorThis& asked);
  Result<std::optional<AnchorAccepted>> accepted_before(const AnchorRequest& request) const;
  void find_manifest(const SessionId& session);
  void keep_json(const SessionId& session);
  void ready(const SessionId& session, const Hash256& manifest_hash, const Bytes* manifest);
  Status complete(Waiting& waiting, const Hash256& manifest_hash, const Bytes* manifest) const;
  void refuse(const SessionId& session, const Error& error);
  void flush();
  void offer(std::span<const storage::OutboxEntry> entries);
  void offer_again();
  Status offer_late();
  Result<bool> settle_used(std::uint64_t next_nonce, std::map<std::uint64_t, Hash256>& late);
  Result<bool> settle_if_final(std::uint64_t anchoring_id);
  void settle_failed(std::uint64_t anchoring_id, Fault failure);
  void block_final(const BlockFinal& block);
  caf::result<AnchoringView> view(const SessionId& session) const;
  AnchoringSummary summary() const;
  Result<storage::SignedAnchor> sign(const AnchorSession& anchor, std::uint64_t nonce) const;
  AnchorAccepted answer_for(const storage::OutboxEntry& entry) const;
  void track(const storage::OutboxEntry& entry);
  void count_confirmation(TimeMs submitted_at, TimeMs confirmed_at);
  void publish_state();

  interface::pointer self_;
  Deps deps_;
  std::optional<storage::Outbox> outbox_;
  Address account_;
  std::map<SessionId, Waiting> waiting_;  // not durable yet
  std::deque<SessionId> to_flush_;
  bool flush_scheduled_ = false;
  bool started_ = true;            // nothing was offered yet
  std::map<Hash256, Offer> open_;  // by transaction id: durable, not final
  std::uint64_t day_ = 0;          // of completed_today_, in days since 1970
  std::uint64_t completed_today_ = 0;
  std::uint64_t average_ms_ = 0;  // running mean, a sixteenth of each new value
  bool failing_ = false;          // the last write of the outbox failed
};

}  // namespace lucid::actors
