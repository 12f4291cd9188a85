// What the engine's actors tell each other about the chain. They live in one process (design.md section 5), pass
// blocks and states by reference, and hold things whose signatures were checked here: none of these leaves the process.
//
// Thread-safety: values; what is pointed to is immutable.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/runtime/message.hpp"
#include "core/consensus/height_plan.hpp"
#include "core/consensus/output.hpp"
#include "core/consensus/stall.hpp"
#include "core/crypto/verifier.hpp"
#include "core/ledger/block_builder.hpp"
#include "core/ledger/chain_state.hpp"
#include "core/ledger/change_set.hpp"
#include "core/types/block.hpp"

namespace lucid::actors {

using BlockPtr = std::shared_ptr<const Block>;

/// A block that is in the database, synced.
struct CommittedBlock {
  Height height = 0;
  Hash256 hash;
  BlockPtr block;
  std::shared_ptr<const ledger::ChangeSet> changes;
};

/// The chain has a new tip (or this is the one it started with: then there is no block).
struct TipChanged {
  std::shared_ptr<const ledger::ChainState> state;
  std::shared_ptr<const Certificate> certificate;  // of the tip
  std::shared_ptr<const CommittedBlock> block;
};

/// Answered by TipChanged without a block: for actors that start while the chain runs.
struct GetTip {};

/// Agree on this height.
struct HeightPlanned {
  std::shared_ptr<const consensus::HeightPlan> plan;
};

/// Whether a transaction waits that block `height` could include.
struct WorkWaiting {
  Height height = 0;
  bool waiting = false;
};

/// The core asks for a value: make a block. Answered by BlockBuilt, or not at all; then the round times out.
struct BuildBlock {
  Height height = 0;
  Round round = 0;
  TimeMs time = 0;
  std::uint64_t max_bytes = 0;
  Certificate last_commit;
};
struct BlockBuilt {
  Height height = 0;
  Round round = 0;
  Hash256 hash;
  BlockPtr block;
  std::uint64_t size_bytes = 0;
};

/// Execute what is valid of these candidates and make a block of it.
struct BuildCandidate {
  Height height = 0;
  Round round = 0;
  TimeMs time = 0;
  std::uint64_t max_bytes = 0;
  Certificate last_commit;
  std::vector<crypto::TransactionPtr> candidates;
};
struct CandidateBuilt {
  Hash256 hash;
  BlockPtr block;
  std::uint64_t size_bytes = 0;
  std::vector<ledger::DroppedTransaction> dropped;
};

/// Execute this block on the tip and keep nothing visible. Answered by BlockChecked.
struct CheckBlock {
  Height height = 0;
  Hash256 hash;
  BlockPtr block;
};
struct BlockChecked {
  Height height = 0;
  Hash256 hash;
  std::optional<Error> fault;  // absent: valid
};

/// A quorum has signed this block: commit it.
struct CommitBlock {
  Hash256 hash;
  BlockPtr block;
  Certificate certificate;
};
/// A block of the past that others have made final.
struct FollowedBlock {
  Hash256 hash;
  BlockPtr block;
  crypto::Verified<Certificate> certificate;
  std::vector<crypto::TransactionPtr> transactions;  // of the block, as BlockVerified; empty: to be verified yet
};
/// Execute and commit these, each the child of the one before, in one synced transaction. Answered by CommittedHeight
/// of the last once they are stored, or with why the first that is not could not be; those before it are.
struct FollowBlocks {
  std::vector<FollowedBlock> blocks;
};
struct CommittedHeight {
  Height height = 0;
};
/// The database had no room; look again.
struct RetryCommit {};

/// Two signed messages of one validator that contradict each other: to be put on chain, once.
struct EvidenceSeen {
  Evidence evidence;
};

/// The sign-state had no room; look again.
struct StoreAgain {};

/// A StartWatch of the core has run down.
struct WatchOver {
  std::uint64_t number = 0;
};

struct GetConsensusStatus {};
struct ConsensusReport {
  consensus::ConsensusStatus status;
  std::vector<consensus::RoundVotes> rounds;  // the newest, oldest first
  consensus::HeightTimes times;
  bool moving = false;  // no block is overdue, as far as the validator itself knows
};
/// Time to look whether the chain moves.
struct CheckMoving {};

/// Transactions whose signatures were checked, on their way into the mempool.
struct SubmitVerified {
  std::vector<crypto::TransactionPtr> transactions;
};
/// For each transaction given, in order: absent where it was taken, else why not.
struct SubmitOutcome {
  std::vector<std::optional<Error>> refused;
};

struct GetPending {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};
struct PendingTransactions {
  std::vector<crypto::TransactionPtr> transactions;
  std::uint64_t total = 0;
};
struct FindPending {
  Hash256 id;
};
struct FoundPending {
  crypto::TransactionPtr transaction;  // null: does not wait here
};

/// Check the signatures of the block's transactions, but for those that were checked already: each is, once.
struct VerifyBlock {
  BlockPtr block;
};
struct BlockVerified {
  std::vector<crypto::TransactionPtr> transactions;  // in the block's order; null: it does not hold
};

/// One piece of a batch whose signatures are to be checked.
struct VerifyPart {
  std::uint64_t part = 0;
  std::shared_ptr<const std::vector<Bytes>> batch;
  std::size_t from = 0, to = 0;
};
struct VerifiedPart {
  std::uint64_t part = 0;
  std::size_t from = 0;
  std::vector<Result<crypto::TransactionPtr>> results;
};

struct GetTally {
  Epoch epoch;
};
struct TallyAnswer {
  std::shared_ptr<const credits::EpochTally> tally;
};

struct GetSchedule {
  Slot slot;
};
struct ScheduleAnswer {
  Slot slot;
  Epoch epoch;
  std::vector<Address> order;  // primary first
  std::vector<Address> cooling;
};

#define LUCID_ENGINE_MESSAGES(X)                                                                               \
  X(TipChanged)                                                                                                \
  X(GetTip)                                                                                                    \
  X(HeightPlanned)                                                                                             \
  X(WorkWaiting)                                                                                               \
  X(BuildBlock)                                                                                                \
  X(BlockBuilt)                                                                                                \
  X(BuildCandidate)                                                                                            \
  X(CandidateBuilt)                                                                                            \
  X(CheckBlock) X(BlockChecked) X(CommitBlock) X(FollowBlocks) X(CommittedHeight) X(RetryCommit) X(StoreAgain) \
      X(EvidenceSeen) X(WatchOver) X(GetConsensusStatus) X(ConsensusReport) X(CheckMoving) X(SubmitVerified)   \
          X(SubmitOutcome) X(GetPending) X(PendingTransactions) X(FindPending) X(FoundPending) X(VerifyBlock)  \
              X(BlockVerified) X(VerifyPart) X(VerifiedPart) X(GetTally) X(TallyAnswer) X(GetSchedule)         \
                  X(ScheduleAnswer)

LUCID_ENGINE_MESSAGES(LUCID_LOCAL_MESSAGE)

}  // namespace lucid::actors
