// block_producer: owns the mempool. Transactions come in encoded (their signatures are then checked by the verifiers,
// in parallel) or verified; when the validator asks for a block, the ledger makes one of what could be included.
//
// Thread-safety: an actor. May be restarted: what waited is gone from memory, and comes again from those who answer for
// it (the anchor's outbox, other clients).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "actors/engine_messages.hpp"
#include "actors/leader_selector.hpp"
#include "actors/submit_messages.hpp"
#include "actors/verifier.hpp"
#include "core/mempool/mempool.hpp"

namespace lucid::actors {

using WorkListener = act::iface<void(WorkWaiting), void(BlockBuilt)>;
using CandidateMaker = act::iface<CandidateBuilt(BuildCandidate), TipChanged(GetTip)>;
using BlockProducerActor = act::iface<void(TipChanged), void(BuildBlock), SubmitOutcome(SubmitVerified),
                                      SubmitResult(SubmitEncoded), PendingTransactions(GetPending),
                                      FoundPending(FindPending), MempoolStats(GetMempoolStats), void(ExpirePending)>;

/// The account's next nonce on chain.
using NonceReader = std::function<Result<std::uint64_t>(const Address& account)>;

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
  };

  BlockProducer(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  struct Batch;

  void take_tip(const TipChanged& tip);
  void build(const BuildBlock& wanted);
  void built(const BuildBlock& wanted, const CandidateBuilt& candidate);
  std::optional<Error> add(const crypto::TransactionPtr& transaction);
  SubmitOutcome submit(const SubmitVerified& submitted);
  caf::result<SubmitResult> submit_encoded(const SubmitEncoded& submitted);
  void part_verified(const std::shared_ptr<Batch>& batch, const VerifiedPart& part);
  void finish(const std::shared_ptr<Batch>& batch);
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
  std::uint64_t next_part_ = 0;
};

}  // namespace lucid::actors
