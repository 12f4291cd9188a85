// block_sync: runs the core of sync. It hears what peers say of their chains, has the signatures of blocks that arrive
// checked while earlier ones are executed, has the ledger execute what others made final, and lets a height's plan
// through to the validator only when sync says so: nothing is signed here while this node catches up. To peers that
// lack blocks it gives them.
//
// Has a thread of its own: it reads blocks from the disk. It is never restarted within a process: which height the
// validator may write is in its memory; the node stops instead.
#pragma once

#include <functional>
#include <map>

#include "actors/peer_messages.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/verifier.hpp"
#include "core/sync/sync.hpp"
#include "storage/chain_store.hpp"

namespace lucid::actors {

/// The time has come that sync asked to be woken at.
struct SyncDue {
  std::uint64_t generation = 0;
};
struct GetSyncStatus {};
struct SyncReport {
  sync::SyncStatus status;
  std::uint64_t tip_for_ms = 0;  // since the newest block was committed, or this node started
};
LUCID_LOCAL_MESSAGE(SyncDue)
LUCID_LOCAL_MESSAGE(GetSyncStatus)
LUCID_LOCAL_MESSAGE(SyncReport)

using FollowingLedger = act::iface<CommittedHeight(FollowBlocks), TipChanged(GetTip)>;
using PlannedValidator = act::iface<void(HeightPlanned), void(DecidedHeard)>;
using BlockSyncActor =
    act::iface<void(TipChanged), void(HeightPlanned), void(PeerConnected), void(PeerGone), void(TipHeard),
               void(BlocksHeard), void(BlocksWanted), void(SyncDue), SyncReport(GetSyncStatus)>;

/// A committed block and the certificate that made it final, out of the database.
using FinalReader = std::function<Result<CertifiedBlock>(Height height)>;
FinalReader read_final(std::shared_ptr<storage::ChainStore> store);

class BlockSync {
 public:
  using interface = BlockSyncActor;
  static constexpr const char* kName = "block_sync";

  struct Deps {
    const Clock& clock;
    ChainParams params;
    crypto::Verifier verifier;
    std::optional<Address> self;  // this node's validator; absent: it only follows
    FinalReader read;
    Route<FollowingLedger> ledger;
    Route<PlannedValidator> validator;
    Route<SyncPeers> peers;
    std::uint64_t seed = 0;                       // any number
    std::function<void(const std::string&)> log;  // alarms and dropped peers, one sentence each
    Route<TransactionChecker> checker{};          // where nobody is there the ledger has them checked in its turn
  };

  BlockSync(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void take(sync::Input input);
  void perform(const sync::Output& output);
  void take_tip(const TipChanged& tip);
  void verify_ahead(const sync::ArrivedBlock& arrived);
  void verified(Height height, const Hash256& hash, std::vector<crypto::TransactionPtr> transactions);
  void execute_when_verified();
  void pass_on();
  void wake_at(std::optional<std::uint64_t> at_ms);
  void give_blocks(const BlocksWanted& wanted);
  void publish_state();

  /// A block that waits for its turn.
  struct Ahead {
    Hash256 hash;
    bool verified = false;
    std::vector<crypto::TransactionPtr> transactions;
  };

  interface::pointer self_;
  Deps deps_;
  sync::Sync core_;
  std::map<Height, Ahead> ahead_;                      // above the tip, at most sync's window
  std::vector<sync::FinalBlock> run_;                  // to be executed when their transactions are verified
  std::optional<std::uint64_t> wake_at_ms_;            // a timer runs that ends then
  std::uint64_t tip_since_ms_ = 0;                     // monotonic
  std::uint64_t timer_ = 0;                            // the newest one's generation
  Height agreed_ = 0;                                  // the validator may have the plan of this height
  std::shared_ptr<const consensus::HeightPlan> plan_;  // the newest
  Height passed_ = 0;                                  // the validator has it
  std::optional<sync::FinalBlock> decided_;            // goes to the validator after its height's plan
};

}  // namespace lucid::actors
