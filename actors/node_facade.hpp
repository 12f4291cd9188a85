// What the node does for the outside: the one interface between REST and the actors. It speaks the core's types and
// knows neither HTTP nor CAF.
//
// Every call blocks until its answer or its deadline (fault no_answer) and may be made from any thread; not_ready and
// overloaded say that trying again later helps. Committed blocks, sessions and transactions are read from the
// database without asking an actor. Times are TimeMs (Unix milliseconds).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/actor_view.hpp"
#include "core/consensus/stall.hpp"
#include "core/credits/slot_result.hpp"
#include "core/types/block.hpp"
#include "core/types/peer.hpp"
#include "core/types/session.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::actors {

struct Page {
  std::uint64_t offset = 0;
  std::uint64_t limit = 20;
  LUCID_FIELDS(offset, limit)
};

// ---- chain

struct ChainTip {
  Height height = 0;
  TimeMs time = 0;
};

struct ChainInfo {
  ChainParams params;
  std::uint64_t validators = 0;
  Hash256 genesis_block;
  Height height = 0;
  Hash256 tip_hash;
  TimeMs tip_time = 0;
  std::uint64_t total_transactions = 0;
  std::uint64_t pending_transactions = 0;
  std::uint64_t blocks_last_minute = 0;
  bool moving = false;             // the validator's own check of whether the chain moves
  std::string consensus_in_words;  // of that check
  bool open_network = false;       // authentication is off
};

/// A validator of the next height. The rate is slots_signed of slots, of this epoch.
struct Participant {
  std::string name;
  Address address;
  std::string last_vote;  // in the running round: approve, reject, abstain, nil, both, none
  std::uint64_t slots_signed = 0;
  std::uint64_t slots = 0;
  bool is_active = false;           // it is here, or this node itself
  std::optional<TimeMs> last_seen;  // absent: never since this node started
};

/// How agreement stands, and why the chain does not move where it does not.
struct ConsensusView {
  consensus::StallFacts facts;
  consensus::Diagnosis diagnosis;
  Slot slot;  // of the next height
  Epoch epoch;
  TimeMs tip_time = 0;
};

/// How one height was decided, by what is on chain. Times are the chain's: a height lasts from its parent's time to its
/// own.
struct ConsensusEvent {
  Height height = 0;
  TimeMs started_at = 0, time = 0;
  Round round = 0;  // that decided
  std::vector<std::string> signers;
  std::uint64_t members = 0;
};
struct ConsensusHistory {
  std::vector<ConsensusEvent> events;  // newest first
  std::uint64_t total = 0;
};

/// How a slot went, or what is known of one to come.
struct ScheduleRow {
  enum class State : std::uint8_t {
    decided,       // it has blocks
    missed,        // the chain went past it without one
    open,          // the next block belongs to it
    undetermined,  // its order depends on blocks that do not exist yet
    before,        // the chain had not begun
  };
  Slot slot;
  Epoch epoch;
  TimeMs starts_at = 0;
  State state = State::undetermined;
  std::vector<std::string> leaders;  // primary first, at most credits::kRecordedLeaders
  std::vector<std::string> cooling;
  std::optional<std::string> winner;
  credits::SlotReason reason = credits::SlotReason::missed;  // where decided
  Height first_height = 0;                                   // and its first block
  Round first_round = 0;                                     // which was proposed in this round
  std::uint64_t transactions = 0;                            // and holds so many
};
struct SlotSchedule {
  Slot open;  // of the next height
  std::vector<ScheduleRow> rows;
};

/// Another node that may connect to this one.
struct PeerStanding {
  TlsPublicKey key;
  std::string name;     // the validator's; empty: an observer
  std::string address;  // host:port; empty where it is not known
  bool connected = false;
  std::uint64_t latency_ms = 0;                 // of the last ping
  Height height = 0;                            // that it claims
  bool seen = false;                            // anything was heard of it since this node started
  std::uint64_t silent_ms = 0;                  // since then; of one never seen: since this node looks for it
  std::string why_not;                          // not connected: what went wrong the last time
  std::optional<std::int64_t> clock_offset_ms;  // its wall clock less this node's
  DiskHealth disk;                              // as it says
};
struct NetworkView {
  std::vector<PeerStanding> peers;
  std::uint64_t bytes_per_second = 0;  // in and out
  std::uint64_t turned_away = 0;       // connections that proved to be nobody's who may connect
  std::string last_turned_away;
};

/// One committed block with what the node knows about it.
struct BlockView {
  std::shared_ptr<const Block> block;
  Hash256 hash;
  std::uint64_t size_bytes = 0;
  Epoch epoch;
  std::optional<Signature> creator_precommit;  // of header.proposer, in the block's own certificate
};

struct BlockQuery {
  std::optional<Height> from, to;
  bool ascending = false;
  Page page{0, 20};
};
struct BlockPage {
  std::vector<BlockView> blocks;
  std::uint64_t total = 0;
};

struct RuleResult {
  std::string rule;  // block_structure, block_hash, previous_hash, merkle_root, timestamp, transactions
  bool passed = false;
  std::optional<Error> error;
  std::map<std::string, std::string> details;  // field name to value, as api.md lists them for each rule
};
struct BlockValidation {
  bool valid = false;
  bool signatures_valid = false;    // the parent's commit certificate, the VRF proof and every transaction's
  std::vector<RuleResult> results;  // of the six rules, in order
  TimeMs validated_at = 0;
  std::uint64_t validation_time_us = 0;
};

// ---- transactions

enum class TransactionStatus : std::uint8_t { pending, confirmed, failed };

struct TransactionView {
  Hash256 id;
  std::shared_ptr<const Transaction> transaction;
  std::uint64_t size_bytes = 0;
  TransactionStatus status = TransactionStatus::pending;
  std::optional<Fault> failure;  // the outcome's reason, when failed
  std::optional<TimeMs> submitted_at;
  std::optional<TimeMs> confirmed_at;
  std::optional<Height> height;
  std::optional<Hash256> block_hash;
  std::optional<std::uint32_t> index;
};
struct TransactionPage {
  std::vector<TransactionView> transactions;
  std::uint64_t total = 0;
};
struct TransactionQuery {
  std::optional<TransactionStatus> status;
  std::optional<std::string> operation;  // operation_name()
  Page page{0, 20};
};
struct Submitted {
  Hash256 id;
  TimeMs submitted_at = 0;
  TimeMs estimated_confirmation_at = 0;
};

// ---- anchoring

enum class AnchoringStatus : std::uint8_t { pending, processing, confirmed, failed };
constexpr AnchoringStatus last_of(AnchoringStatus) {
  return AnchoringStatus::failed;
}

struct AnchorRequest {
  SessionId session;
  Hash256 merkle_root;
  Address owner;
  std::uint32_t chunk_count = 0;
  std::uint64_t total_size = 0;
  TimeMs started_at = 0;
  std::optional<Hash256> manifest_hash;  // of a manifest uploaded before
  std::optional<Hash256> storage_root;
  std::string manifest_json;  // RFC 8785 form of manifest_data: the manifest where none was uploaded
  std::optional<RecoverableSignature> user_signature;
  LUCID_FIELDS(session, merkle_root, owner, chunk_count, total_size, started_at, manifest_hash, storage_root,
               manifest_json, user_signature)
};
struct AnchorAccepted {
  std::uint64_t anchoring_id = 0;
  AnchoringStatus status = AnchoringStatus::pending;
  TimeMs submitted_at = 0;
  TimeMs estimated_confirmation_at = 0;
  LUCID_FIELDS(anchoring_id, status, submitted_at, estimated_confirmation_at)
};
struct AnchoringView {
  SessionId session;
  std::uint64_t anchoring_id = 0;  // 0 where the session was anchored through another node
  AnchoringStatus status = AnchoringStatus::pending;
  std::optional<Fault> failure;
  std::optional<TimeMs> submitted_at, confirmed_at;
  std::optional<Height> height;
  std::optional<Hash256> transaction;
  AnchorSession anchor;
  LUCID_FIELDS(session, anchoring_id, status, failure, submitted_at, confirmed_at, height, transaction, anchor)
};
struct AnchoringSummary {
  std::uint64_t pending = 0, processing = 0, completed_today = 0;
  std::uint64_t average_confirmation_ms = 0;
  bool failing = false;
  LUCID_FIELDS(pending, processing, completed_today, average_confirmation_ms, failing)
};
struct AnchorCheck {
  bool verified = false;
  bool merkle_proof_valid = false;
  std::optional<Height> height;
  std::optional<Hash256> transaction;
  std::optional<TimeMs> confirmed_at;
};

// ---- chunks

struct ChunkMeta {
  Hash256 hash;
  std::uint64_t size_bytes = 0;
  TimeMs created_at = 0;
  std::optional<SessionId> session;
  std::optional<std::uint32_t> index;
  std::string metadata_json;  // as the client gave it; empty if none
  bool deduplicated = false;  // the bytes were here before
  LUCID_FIELDS(hash, size_bytes, created_at, session, index, metadata_json, deduplicated)
};
struct ChunkPut {
  std::shared_ptr<const Bytes> bytes;
  std::optional<SessionId> session;
  std::optional<std::uint32_t> index;
  std::string metadata_json;
  LUCID_FIELDS(bytes, session, index, metadata_json)
};
struct ChunkPage {
  std::vector<ChunkMeta> chunks;
  std::uint64_t total = 0;
  LUCID_FIELDS(chunks, total)
};
/// RFC 6962 path of one chunk to the session's anchored root.
struct ChunkProof {
  SessionId session;
  std::uint32_t index = 0;
  std::uint32_t chunk_count = 0;
  Hash256 chunk_hash;
  Hash256 merkle_root;
  std::vector<Hash256> path;
  std::optional<Height> height;
};

// ---- upkeep

/// How the last integrity scan stands: blocks of the database and files of the chunk store, read and checked.
struct ScanReport {
  bool running = false;
  TimeMs started_at = 0;
  std::optional<TimeMs> finished_at;
  Height from = 0, to = 0, next = 0;  // next: the first height not looked at yet
  std::uint64_t blocks_checked = 0, chunks_checked = 0, manifests_checked = 0;
  std::uint64_t faults = 0;
  std::optional<Error> first_fault;
  LUCID_FIELDS(running, started_at, finished_at, from, to, next, blocks_checked, chunks_checked, manifests_checked,
               faults, first_fault)
};

// ---- the node itself

struct Health {
  bool ready = false;
  std::map<std::string, bool> parts;  // measured when asked: the actor answered in time
  std::string in_words;
};

/// One value in the Prometheus text format's terms.
struct Metric {
  enum class Kind : std::uint8_t { counter, gauge };
  std::string name, help;
  Kind kind = Kind::gauge;
  std::map<std::string, std::string> labels;
  std::int64_t value = 0;
};

class NodeFacade {
 public:
  virtual ~NodeFacade() = default;

  virtual Result<ChainInfo> chain_info() = 0;
  /// Of that, what costs next to nothing.
  virtual std::uint64_t chain_id() = 0;
  virtual Result<ChainTip> tip() = 0;
  virtual Result<NetworkView> network() = 0;

  virtual Result<ConsensusView> consensus_status() = 0;
  /// In validator order.
  virtual Result<std::vector<Participant>> participants() = 0;
  virtual Result<ConsensusHistory> consensus_history(const Page& page) = 0;
  /// All rows of [from, to].
  virtual Result<SlotSchedule> schedule(Slot from, Slot to) = 0;
  /// That the next block belongs to.
  virtual Result<Slot> slot_to_come() = 0;

  /// Fault block_not_found.
  virtual Result<BlockView> block_at(Height height) = 0;
  virtual Result<BlockView> block_by_hash(const Hash256& hash) = 0;
  virtual Result<BlockView> latest_block() = 0;
  virtual Result<BlockPage> blocks(const BlockQuery& query) = 0;
  /// Judges a whole block against its parent, which must be known here; all six rules are reported. `claimed_hash`: the
  /// hash that the asker gives the block, if any.
  virtual Result<BlockValidation> validate_block(std::shared_ptr<const Block> block,
                                                 const std::optional<Hash256>& claimed_hash) = 0;

  /// An encoded, signed transaction. Faults: decode_…, transaction_…, mempool_….
  virtual Result<Submitted> submit_transaction(Bytes encoded) = 0;
  /// Several at once: of each its id, or why it was refused.
  virtual Result<std::vector<Result<Hash256>>> submit_transactions(std::vector<Bytes> encoded) = 0;
  /// Fault transaction_not_found.
  virtual Result<TransactionView> transaction(const Hash256& id) = 0;
  virtual Result<TransactionPage> transactions(const TransactionQuery& query) = 0;
  virtual Result<TransactionPage> pending_transactions(const Page& page) = 0;
  /// The proof bundle of the session that this transaction anchored. Faults: transaction_not_found, anchor_not_found.
  virtual Result<Bytes> transaction_proof(const Hash256& id) = 0;

  /// Answers once the anchor is durable. The same session, root and owner again: the first answer. Faults:
  /// anchor_conflict, operation_form, user_signature_invalid, storage_….
  virtual Result<AnchorAccepted> anchor_session(const AnchorRequest& request) = 0;
  /// Fault anchor_not_found.
  virtual Result<AnchoringView> anchoring(const SessionId& session) = 0;
  virtual Result<Bytes> anchoring_proof(const SessionId& session) = 0;
  virtual Result<AnchorCheck> verify_anchor(const SessionId& session, const Hash256& merkle_root) = 0;
  virtual Result<AnchoringSummary> anchoring_summary() = 0;

  /// Durable when answered. Faults: chunk_size, storage_….
  virtual Result<ChunkMeta> put_chunk(const ChunkPut& chunk) = 0;
  /// Faults: chunk_not_found, chunk_quarantined.
  virtual Result<std::shared_ptr<const Bytes>> chunk(const Hash256& hash) = 0;
  virtual Result<ChunkMeta> chunk_meta(const Hash256& hash) = 0;
  virtual Result<ChunkPage> session_chunks(const SessionId& session, const Page& page) = 0;
  /// Faults: chunk_not_found, chunk_referred.
  virtual Status erase_chunk(const Hash256& hash) = 0;
  /// The manifest's SHA-256. Faults: manifest_form (of a Lucid manifest that breaks its rules), chunk_size.
  virtual Result<Hash256> put_manifest(const SessionId& session, std::shared_ptr<const Bytes> manifest) = 0;
  virtual Result<std::shared_ptr<const Bytes>> manifest(const SessionId& session) = 0;
  virtual Result<ChunkProof> chunk_proof(const SessionId& session, std::uint32_t index) = 0;

  /// Begins a scan of everything, unless one runs; answers with how it stands.
  virtual Result<ScanReport> start_scan() = 0;
  virtual Result<ScanReport> last_scan() = 0;

  virtual Health health() = 0;
  virtual std::vector<ActorView> actors() = 0;
  virtual std::vector<Metric> metrics() = 0;
};

}  // namespace lucid::actors
