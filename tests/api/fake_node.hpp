// A node made by hand: a chain of five blocks with one anchor, chunks in memory, and switches for what tests want to
// see go wrong.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "actors/node_facade.hpp"

namespace lucid::test {

inline constexpr TimeMs kGenesisTime = 1'767'323'045'678;  // 2026-01-02T03:04:05.678Z
inline constexpr std::string_view kSession = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
inline constexpr std::string_view kOwner = "0x00112233445566778899aabbccddeeff00112233";

template <class Fixed>
Fixed filled(std::uint8_t byte) {
  Fixed out;
  out.data.fill(byte);
  return out;
}

/// Holds callers until it is opened.
class Gate {
 public:
  void close();
  void open();
  /// Blocks while closed.
  void pass();
  /// Waits, with a deadline, until `count` callers stand before it.
  bool await_callers(std::size_t count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  std::size_t callers_ = 0;
};

class FakeNode final : public actors::NodeFacade {
 public:
  FakeNode();

  // ---- switches
  std::optional<Error> fail_with;   // what every call answers
  std::atomic<bool> throws{false};  // chain_info() throws
  Gate gate;                        // chain_info() waits here
  actors::Health health_answer;
  actors::BlockValidation validation_answer;
  std::vector<actors::Metric> metrics_answer;
  bool chain_moves = true;   // else two of four validators are away
  Height others_height = 4;  // that its peers claim

  // ---- what came in
  std::vector<actors::AnchorRequest> anchor_requests;
  std::vector<Bytes> submitted;
  std::vector<Block> validated;
  std::optional<Hash256> claimed_hash;
  std::optional<actors::TransactionQuery> transaction_query;
  std::optional<actors::BlockQuery> block_query;
  std::optional<actors::Page> history_page;

  Height height() const { return static_cast<Height>(blocks_.size()) - 1; }
  const actors::BlockView& block_view(Height at) const { return blocks_[at]; }
  SessionId session() const { return session_; }
  Hash256 anchor_transaction() const { return transaction_id_; }
  static Hash256 hash_of(ByteView bytes);

  Result<actors::ChainInfo> chain_info() override;
  std::uint64_t chain_id() override { return 1337; }
  Result<actors::ChainTip> tip() override;
  Result<actors::NetworkView> network() override;
  Result<actors::ConsensusView> consensus_status() override;
  Result<std::vector<actors::Participant>> participants() override;
  Result<actors::ConsensusHistory> consensus_history(const actors::Page& page) override;
  Result<actors::SlotSchedule> schedule(Slot from, Slot to) override;
  Result<Slot> slot_to_come() override;
  Result<actors::BlockView> block_at(Height height) override;
  Result<actors::BlockView> block_by_hash(const Hash256& hash) override;
  Result<actors::BlockView> latest_block() override;
  Result<actors::BlockPage> blocks(const actors::BlockQuery& query) override;
  Result<actors::BlockValidation> validate_block(std::shared_ptr<const Block> block,
                                                 const std::optional<Hash256>& claimed) override;
  Result<actors::Submitted> submit_transaction(Bytes encoded) override;
  Result<std::vector<Result<Hash256>>> submit_transactions(std::vector<Bytes> encoded) override;
  Result<actors::TransactionView> transaction(const Hash256& id) override;
  Result<actors::TransactionPage> transactions(const actors::TransactionQuery& query) override;
  Result<actors::TransactionPage> pending_transactions(const actors::Page& page) override;
  Result<Bytes> transaction_proof(const Hash256& id) override;
  Result<actors::AnchorAccepted> anchor_session(const actors::AnchorRequest& request) override;
  Result<actors::AnchoringView> anchoring(const SessionId& session) override;
  Result<Bytes> anchoring_proof(const SessionId& session) override;
  Result<actors::AnchorCheck> verify_anchor(const SessionId& session, const Hash256& merkle_root) override;
  Result<actors::AnchoringSummary> anchoring_summary() override;
  Result<actors::ChunkMeta> put_chunk(const actors::ChunkPut& chunk) override;
  Result<std::shared_ptr<const Bytes>> chunk(const Hash256& hash) override;
  Result<actors::ChunkMeta> chunk_meta(const Hash256& hash) override;
  Result<actors::ChunkPage> session_chunks(const SessionId& session, const actors::Page& page) override;
  Status erase_chunk(const Hash256& hash) override;
  Result<Hash256> put_manifest(const SessionId& session, std::shared_ptr<const Bytes> manifest) override;
  Result<std::shared_ptr<const Bytes>> manifest(const SessionId& session) override;
  Result<actors::ChunkProof> chunk_proof(const SessionId& session, std::uint32_t index) override;
  Result<actors::ScanReport> start_scan() override;
  Result<actors::ScanReport> last_scan() override;
  actors::Health health() override;
  std::vector<actors::ActorView> actors() override;
  std::vector<actors::Metric> metrics() override;

 private:
  struct StoredChunk {
    std::shared_ptr<const Bytes> bytes;
    actors::ChunkMeta meta;
  };
  actors::TransactionView anchor_view() const;

  std::mutex mutex_;
  SessionId session_;
  AnchorSession anchor_;
  std::shared_ptr<const Transaction> transaction_;
  Hash256 transaction_id_;
  std::vector<actors::BlockView> blocks_;
  std::map<Hash256, StoredChunk> chunks_;
  std::map<SessionId, std::shared_ptr<const Bytes>> manifests_;
};

}  // namespace lucid::test
