// The facade of a running node: what is committed it reads from database snapshots on the caller's thread, what is in
// motion it asks the actors, each with a deadline.
//
// Thread-safety: any thread.
#pragma once

#include "actors/counted_signatures.hpp"
#include "actors/node_actors.hpp"
#include "actors/runtime/probe.hpp"
#include "storage/chain_store.hpp"
#include "storage/data_directory.hpp"

namespace lucid::actors {

class NodeService final : public NodeFacade {
 public:
  struct Deps {
    const Clock& clock;
    std::shared_ptr<const ledger::Chain> chain;
    crypto::Verifier verifier;
    std::shared_ptr<storage::ChainStore> blocks;
    std::shared_ptr<storage::ChunkStore> chunks;
    const storage::DataDirectory& directory;
    const ProbeRegistry& probes;
    NodeActors& actors;
    const CountedSignatures& signatures;
    Address self;  // of this node's consensus key
    std::shared_ptr<const DiskWatch> disk;
    bool open_network = false;
  };

  explicit NodeService(Deps deps) : deps_(std::move(deps)) {}

  // node_service_chain.cpp
  Result<ChainInfo> chain_info() override;
  std::uint64_t chain_id() override { return deps_.chain->params().chain_id; }
  Result<ChainTip> tip() override;
  Result<NetworkView> network() override;
  Result<BlockView> block_at(Height height) override;
  Result<BlockView> block_by_hash(const Hash256& hash) override;
  Result<BlockView> latest_block() override;
  Result<BlockPage> blocks(const BlockQuery& query) override;
  Result<BlockValidation> validate_block(std::shared_ptr<const Block> block,
                                         const std::optional<Hash256>& claimed_hash) override;
  Result<Submitted> submit_transaction(Bytes encoded) override;
  Result<std::vector<Result<Hash256>>> submit_transactions(std::vector<Bytes> encoded) override;
  Result<TransactionView> transaction(const Hash256& id) override;
  Result<TransactionPage> transactions(const TransactionQuery& query) override;
  Result<TransactionPage> pending_transactions(const Page& page) override;
  Result<Bytes> transaction_proof(const Hash256& id) override;

  // node_service_consensus.cpp
  Result<ConsensusView> consensus_status() override;
  Result<std::vector<Participant>> participants() override;
  Result<ConsensusHistory> consensus_history(const Page& page) override;
  Result<SlotSchedule> schedule(Slot from, Slot to) override;
  Result<Slot> slot_to_come() override;

  // node_service_sessions.cpp
  Result<AnchorAccepted> anchor_session(const AnchorRequest& request) override;
  Result<AnchoringView> anchoring(const SessionId& session) override;
  Result<Bytes> anchoring_proof(const SessionId& session) override;
  Result<AnchorCheck> verify_anchor(const SessionId& session, const Hash256& merkle_root) override;
  Result<AnchoringSummary> anchoring_summary() override;
  Result<ChunkMeta> put_chunk(const ChunkPut& chunk) override;
  Result<std::shared_ptr<const Bytes>> chunk(const Hash256& hash) override;
  Result<ChunkMeta> chunk_meta(const Hash256& hash) override;
  Result<ChunkPage> session_chunks(const SessionId& session, const Page& page) override;
  Status erase_chunk(const Hash256& hash) override;
  Result<Hash256> put_manifest(const SessionId& session, std::shared_ptr<const Bytes> manifest) override;
  Result<std::shared_ptr<const Bytes>> manifest(const SessionId& session) override;
  Result<ChunkProof> chunk_proof(const SessionId& session, std::uint32_t index) override;

  // node_service_upkeep.cpp
  Result<ScanReport> start_scan() override;
  Result<ScanReport> last_scan() override;
  Health health() override;
  std::vector<ActorView> actors() override;
  std::vector<Metric> metrics() override;

 private:
  consensus::StallFacts stall_facts(const ledger::ChainState& tip, std::chrono::milliseconds within);
  Status room_left() const;
  Result<std::shared_ptr<const Bytes>> fetched(const FetchContent& content);
  Result<std::shared_ptr<const Bytes>> manifest_of(const SessionId& session, const Hash256& hash);

  Deps deps_;
};

/// Deadlines of questions to actors.
inline constexpr std::chrono::seconds kFetchedWithin{12};
inline constexpr std::chrono::milliseconds kAnswerWithin{5'000};
/// Of those that say why something does not answer: a hung part is an answer, too.
inline constexpr std::chrono::milliseconds kToldWithin{1'500};
/// A part that does not answer within this is not well.
inline constexpr std::chrono::milliseconds kWellWithin{250};
/// Of those that wait for a synced write.
inline constexpr std::chrono::milliseconds kDurableWithin{10'000};

}  // namespace lucid::actors
