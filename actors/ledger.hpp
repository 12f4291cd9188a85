// ledger: owns the chain's state and its database. It executes a block before it is voted for (nothing of that is
// visible), keeps the result, and when the block is decided commits it in one synced database transaction; only then it
// tells the new tip.
//
// Has a thread of its own: commits wait for the disk. It is never restarted within a process: the node stops instead,
// and the next start reads the state back.
#pragma once

#include <map>

#include "actors/disk_watch.hpp"
#include "actors/engine_messages.hpp"
#include "actors/node_facade.hpp"
#include "actors/runtime/act.hpp"
#include "actors/session_messages.hpp"
#include "actors/validator.hpp"
#include "actors/verifier.hpp"
#include "core/ledger/block_rules.hpp"
#include "storage/chain_store.hpp"

namespace lucid::actors {

using TipListener = act::iface<void(TipChanged)>;
using FinalListener = act::iface<void(BlockFinal)>;
using CheckListener = act::iface<void(BlockChecked)>;

/// A block that is to be judged by all six rules, for REST.
struct JudgeBlock {
  BlockPtr block;
  std::optional<Hash256> claimed_hash;
};
struct Judgement {
  BlockValidation validation;
};
LUCID_LOCAL_MESSAGE(JudgeBlock)
LUCID_LOCAL_MESSAGE(Judgement)

using LedgerActor =
    act::iface<CandidateBuilt(BuildCandidate), void(CheckBlock), void(CommitBlock), CommittedHeight(FollowBlocks),
               void(RetryCommit), TipChanged(GetTip), Judgement(JudgeBlock)>;

class Ledger {
 public:
  using interface = LedgerActor;
  static constexpr const char* kName = "ledger";

  struct Deps {
    const Clock& clock;
    std::shared_ptr<const ledger::Chain> chain;
    crypto::Verifier verifier;
    std::shared_ptr<storage::ChainStore> store;
    std::shared_ptr<const ledger::ChainState> state;  // as stored
    std::shared_ptr<const Certificate> certificate;   // of the tip
    std::shared_ptr<crypto::VrfSecretKey> vrf_key;    // null: a node that only follows
    std::vector<Route<TipListener>> tips;
    std::vector<Route<FinalListener>> finals;
    Route<CheckListener> validator;
    std::shared_ptr<DiskWatch> disk;  // told whether commits find room
    std::function<void(const std::string&)> log;
    Route<TransactionChecker> checker{};  // where nobody is there, signatures are checked here
  };

  Ledger(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  caf::result<CandidateBuilt> build(const BuildCandidate& job);
  void check(const CheckBlock& wanted);
  using Transactions = std::vector<crypto::TransactionPtr>;  // of a block, as BlockVerified
  /// Between two blocks.
  struct Place {
    std::shared_ptr<const ledger::ChainState> state;  // after the one
    ledger::HeightPlan plan;                          // of the other
  };
  Place place_after(const ledger::Execution& execution, const ledger::HeightPlan& plan) const;
  Result<ledger::Execution> execute(const Place& place, const crypto::Verified<Certificate>* parent_commit,
                                    const ledger::StateReader& reader, const Hash256& hash, const Block& block,
                                    const Transactions& transactions) const;
  void with_transactions(const Hash256& hash, const BlockPtr& block, std::function<void(const Transactions&)> go_on);
  Result<const ledger::Execution*> executed(const Hash256& hash, const Block& block, const Transactions& transactions);
  void commit(const CommitBlock& decided, const Transactions& transactions);
  struct Followed {
    const FollowedBlock& block;
    ledger::ChangeSet changes;
    Place place;  // after it
  };
  Result<CommittedHeight> follow(const FollowBlocks& run);
  Status store(const CommitBlock& final, const ledger::Execution& execution);
  void committed(const BlockPtr& block, const Certificate& certificate, ledger::ChangeSet changes, Place place);
  caf::result<Judgement> judge(const JudgeBlock& asked);
  TipChanged tip() const { return {deps_.state, deps_.certificate, nullptr}; }
  void publish_state(const std::string& more = {});

  interface::pointer self_;
  Deps deps_;
  Place tip_;
  std::map<Hash256, ledger::Execution> candidates_;        // of the next height, by block
  std::optional<CommitBlock> waiting_;                     // decided, and the database has no room
  std::optional<crypto::Verified<Certificate>> followed_;  // of the tip, where sync brought it
};

/// A report of the six rules in the terms of the facade.
BlockValidation to_validation(const ledger::BlockReport& report, TimeMs now, std::uint64_t took_us);

}  // namespace lucid::actors
