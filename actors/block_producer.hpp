// block_producer: owns the mempool. Transactions come in encoded (their signatures are then checked by the verifiers,
// in parallel and each once, also those of blocks that others made) or verified; when the validator asks for a block,
// the ledger makes one of what could be included. What is new here is offered to all peers before the validator hears
// that it waits, and what waits for long is offered again, one peer at a time: a leader that never saw a transaction
// cannot include it. Evidence that the validator sees becomes a transaction of this node's validator.
//
// Thread-safety: an actor. May be restarted: what waited is gone from memory, and comes again from those who answer for
// it (the anchor's outbox, other clients).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "actors/engine_messages.hpp"
#include "actors/leader_selector.hpp"
#include "actors/peer_messages.hpp"
#include "actors/signature_desk.hpp"
#include "actors/submit_messages.hpp"
#include "actors/verifier.hpp"
#include "core/mempool/mempool.hpp"

namespace lucid::actors {

using WorkListener = act::iface<void(WorkWaiting), void(BlockBuilt)>;
using CandidateMaker = act::iface<CandidateBuilt(BuildCandidate), TipChanged(GetTip)>;
using BlockProducerActor =
    act::iface<void(TipChanged), void(BuildBlock), SubmitOutcome(SubmitVerified), SubmitResult(SubmitEncoded),
               PendingTransactions(GetPending), FoundPending(FindPending), MempoolStats(GetMempoolStats),
               void(ExpirePending), void(EvidenceSeen), void(PeerConnected), void(PeerGone), void(TransactionsHeard),
               void(OfferTurn), BlockVerified(VerifyBlock)>;

/// The account's next nonce on chain.
using NonceReader = std::function<Result<std::uint64_t>(const Address& account)>;
/// Whether this evidence is on chain.
using EvidenceReader = std::function<Result<bool>(const ledger::EvidenceKey& key)>;

class BlockProducer {
 public:
  using interface = BlockProducerActor;
  static constexpr const char* kName = "block_producer";

  struct Deps {
    const Clock& clock;
    ChainParams params;
    crypto::Verifier verifier;
    mempool::Limits limits;
    std::set<Address> exempt;  // validators' accounts
    NonceReader next_nonce;
    std::vector<VerifierActor> verifiers;
    Route<CandidateMaker> ledger;
    Route<WorkListener> validator;
    std::function<void(const std::string&)> log;
    // Where there are other validators:
    Route<TransactionPeers> peers;
    std::shared_ptr<crypto::SigningKey> validator_key;  // whose account signs evidence; null: a node that only follows
    EvidenceReader has_evidence;
    std::uint64_t offer_every_ms = 1'000;  // each time to another peer
    std::uint64_t seed = 0;                // where an offer begins; any number
  };

  BlockProducer(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void take_tip(const TipChanged& tip);
  void build(const BuildBlock& wanted);
  void built(const BuildBlock& wanted, const CandidateBuilt& candidate);
  Result<std::uint64_t> next_nonce(const Address& account);
  std::optional<Error> add(const crypto::TransactionPtr& transaction);
  SubmitOutcome submit(const SubmitVerified& submitted);
  caf::result<SubmitResult> submit_encoded(const SubmitEncoded& submitted);
  caf::result<BlockVerified> verify_block(const VerifyBlock& wanted);
  void have_checked(VerifyPart part);
  SubmitResult take(const SignatureDesk::Checked& checked, bool from_peer);
  void put_on_chain(const Evidence& evidence);
  Result<crypto::TransactionPtr> sign(const Evidence& evidence);
  void connected(PeerId peer);
  void hear(const TransactionsHeard& heard);
  void offer_turn();
  std::size_t overdue();
  void offer_waiting(PeerId peer, std::size_t count);
  void offer(const std::vector<crypto::TransactionPtr>& transactions, std::optional<PeerId> only);
  void tell_work();
  void expire();
  void publish_state();

  interface::pointer self_;
  Deps deps_;
  mempool::Mempool pool_;
  std::map<Address, std::uint64_t> nonces_;  // of senders seen lately
  Height next_height_ = 0;                   // 0: the tip is not known yet
  bool told_waiting_ = false;
  Height told_height_ = 0;
  SignatureDesk desk_;
  std::size_t next_verifier_ = 0;
  std::set<ledger::EvidenceKey> evidence_;  // made transactions of
  std::set<PeerId> peers_;                  // connected
  PeerId offered_last_;
  bool offering_ = false;                                         // a turn is due
  std::deque<std::pair<std::uint64_t, std::uint64_t>> arrivals_;  // time of a turn, and the pool's next arrival then
  std::mt19937_64 chance_;
};

}  // namespace lucid::actors
