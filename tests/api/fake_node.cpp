#include "tests/api/fake_node.hpp"

#include <chrono>
#include <stdexcept>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "core/crypto/verifier.hpp"
#include "core/ledger/block_rules.hpp"
#include "core/params/params.hpp"

#define FAIL_IF_ASKED() \
  if (fail_with) return tl::unexpected(*fail_with)

namespace lucid::test {

using namespace actors;

void Gate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}
void Gate::open() {
  const std::lock_guard lock(mutex_);
  closed_ = false;
  changed_.notify_all();
}
void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++callers_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !closed_; });
  --callers_;
}
bool Gate::await_callers(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return callers_ >= count; });
}

Hash256 FakeNode::hash_of(ByteView bytes) {
  return crypto::sha256(bytes);
}

FakeNode::FakeNode() {
  session_ = *parse_uuid(kSession, "session");
  anchor_.session = session_;
  anchor_.manifest_hash = filled<Hash256>(0x11);
  anchor_.started_at = kGenesisTime;
  anchor_.owner = *parse_address(kOwner, "owner");
  anchor_.merkle_root = filled<Hash256>(0x22);
  anchor_.chunk_count = 2;
  anchor_.total_size = 3000;
  Transaction transaction;
  transaction.chain_id = 1337;
  transaction.nonce = 7;
  transaction.valid_until_height = 100;
  transaction.operation = anchor_;
  transaction_ = std::make_shared<const Transaction>(transaction);
  const Bytes encoded = codec::encode(transaction);
  transaction_id_ = crypto::transaction_id(encoded);

  Hash256 previous;
  for (Height height = 0; height < 5; ++height) {
    Block block;
    block.header.chain_id = 1337;
    block.header.height = height;
    block.header.slot = Slot{height};
    block.header.time = kGenesisTime + height * 1000;
    block.header.previous_hash = previous;
    block.header.transactions_root = filled<Hash256>(0x33);
    block.header.proposer = filled<Address>(0x44);
    if (height == 3) block.transactions.emplace_back(encoded);
    BlockView view;
    view.hash = previous = crypto::header_hash(block.header);
    view.size_bytes = codec::encode(block).size();
    if (height == 2) view.creator_precommit = filled<Signature>(0x55);
    view.block = std::make_shared<const Block>(std::move(block));
    blocks_.push_back(std::move(view));
  }
  health_answer.ready = true;
  health_answer.parts = {
      {"consensus", true}, {"block_creator", true}, {"transaction_processor", true}, {"network", true}};
  health_answer.in_words = "all parts answer";
  validation_answer.valid = validation_answer.signatures_valid = true;
  validation_answer.validated_at = kGenesisTime;
  validation_answer.validation_time_us = 1500;
  for (std::size_t i = 0; i < ledger::kBlockRules; ++i) {
    RuleResult result;
    result.rule = std::string(ledger::rule_name(static_cast<ledger::BlockRule>(i)));
    result.passed = true;
    validation_answer.results.push_back(result);
  }
}

Result<std::vector<Participant>> FakeNode::participants() {
  FAIL_IF_ASKED();
  return std::vector<Participant>{{"alone", filled<Address>(0x44), "approve", 3, 4, true, kGenesisTime},
                                  {"away", filled<Address>(0x45), "none", 0, 0, false, {}}};
}

/// As pi-1 of four sees it: all here, or pi-3 and pi-4 silent for 12 s and 13 s.
Result<ConsensusView> FakeNode::consensus_status() {
  FAIL_IF_ASKED();
  ConsensusView out;
  consensus::StallFacts& facts = out.facts;
  facts.params = params::profile_params(Profile::dev, kGenesisTime);
  facts.now = kGenesisTime + 60'000;
  facts.tip = height();
  facts.is_member = true;
  facts.disk.write_ms = 3;
  consensus::RoundVotes votes{0, "pi-2", true, {}};
  for (std::uint8_t i = 1; i <= 4; ++i) {
    Validator member;
    member.name = BoundedString<64>("pi-" + std::to_string(i));
    member.address = filled<Address>(i);
    facts.validators.members.push_back(member);
    const bool away = !chain_moves && i > 2;
    votes.voters.push_back({std::string(member.name), member.address, away ? "none" : "approve", "none"});
    if (i == 1) continue;
    consensus::MemberFacts other;
    other.address = member.address;
    other.name = std::string(member.name);
    other.connected = other.seen = true;
    other.height = height();
    other.clock_offset_ms = i;
    other.disk = {i == 4 ? DiskState::slow : DiskState::fine, 60u * i};
    if (away) other.silent_ms = 9'000 + 1'000u * i;
    facts.others.push_back(other);
  }
  consensus::ConsensusStatus& status = facts.status;
  status.started = status.may_sign = status.is_member = status.opened = true;
  status.height = height() + 1;
  status.step = "prevote";
  status.waiting_for = "prevotes: 2 of at least 3 are here";
  status.signing = "this node signs as pi-1";
  status.proposer_name = "pi-2";
  facts.rounds.push_back(votes);
  facts.times = {2'000, 1'000, {}};
  out.diagnosis = consensus::diagnose(facts);
  out.slot = Slot{5};
  out.epoch = Epoch{1};
  out.tip_time = kGenesisTime + 4'000;
  return out;
}

Result<ConsensusHistory> FakeNode::consensus_history(const Page& page) {
  FAIL_IF_ASKED();
  history_page = page;
  ConsensusHistory out;
  out.total = height();
  for (Height at = height(); at > 0 && out.events.size() < page.limit; --at)
    if (height() - at >= page.offset)
      out.events.push_back({at,
                            kGenesisTime + (at - 1) * 1'000,
                            kGenesisTime + at * 1'000,
                            at == 2 ? 1u : 0u,
                            {"pi-1", "pi-2", "pi-4"},
                            4});
  return out;
}

/// Slots from 3 on: one that its primary won, one that a fallback won, one missed, the open one, and those to come.
Result<SlotSchedule> FakeNode::schedule(Slot from, Slot to) {
  FAIL_IF_ASKED();
  SlotSchedule out;
  out.open = Slot{6};
  for (Slot slot = from; slot <= to; slot = slot.next()) {
    ScheduleRow row;
    row.slot = slot;
    row.epoch = Epoch{slot.value / 4};
    row.starts_at = kGenesisTime + slot.value * 12'000;
    if (slot.value < 3) row.state = ScheduleRow::State::before;
    if (slot.value == 3 || slot.value == 4) {
      row.state = ScheduleRow::State::decided;
      row.leaders = {"pi-1", "pi-2", "pi-3", "pi-4"};
      row.cooling = {"pi-4"};
      row.winner = slot.value == 3 ? "pi-1" : "pi-2";
      row.reason = slot.value == 3 ? credits::SlotReason::success : credits::SlotReason::fallback_success;
      row.first_height = slot.value;
      row.first_round = slot.value == 3 ? 0 : 1;
      row.transactions = slot.value == 3 ? 2 : 0;
    }
    if (slot.value == 5) row.state = ScheduleRow::State::missed;
    if (slot == out.open) {
      row.state = ScheduleRow::State::open;
      row.leaders = {"pi-3", "pi-4"};
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

Result<Slot> FakeNode::slot_to_come() {
  FAIL_IF_ASKED();
  return Slot{6};
}

Result<actors::NetworkView> FakeNode::network() {
  actors::NetworkView out;
  out.peers.push_back({filled<TlsPublicKey>(0x31),
                       "pi-2",
                       "10.0.0.2:8090",
                       true,
                       4,
                       others_height,
                       true,
                       250,
                       "",
                       -12,
                       {DiskState::slow, 180}});
  out.peers.push_back({filled<TlsPublicKey>(0x32), "pi-3", "10.0.0.3:8090", true, 7, 4, true, 1'500, "", {}, {}});
  out.peers.push_back({filled<TlsPublicKey>(0x33),
                       "pi-4",
                       "10.0.0.4:8090",
                       false,
                       0,
                       0,
                       true,
                       30'000,
                       "no answer within 2000 ms",
                       {},
                       {}});
  out.bytes_per_second = 4'096;
  out.turned_away = 3;
  out.last_turned_away = "10.0.0.9:51234: no handshake in time";
  return out;
}

Result<ChainTip> FakeNode::tip() {
  LUCID_TRY_ASSIGN(const auto info, chain_info());
  return ChainTip{info.height, info.tip_time};
}

Result<ChainInfo> FakeNode::chain_info() {
  gate.pass();
  FAIL_IF_ASKED();
  if (throws) throw std::runtime_error("a secret of the node");
  ChainInfo out;
  out.params = params::profile_params(Profile::dev, kGenesisTime);
  out.params.chain_id = 1337;
  out.params.block_interval_ms = 2500;
  out.validators = 1;
  out.genesis_block = blocks_.front().hash;
  out.height = height();
  out.tip_hash = blocks_.back().hash;
  out.tip_time = blocks_.back().block->header.time;
  out.total_transactions = 1;
  out.moving = chain_moves;
  out.consensus_in_words = "the chain moves";
  out.open_network = true;
  return out;
}

Result<BlockView> FakeNode::block_at(Height at) {
  FAIL_IF_ASKED();
  if (at > height())
    return fail(Fault::block_not_found, "height", "at most " + std::to_string(height()), std::to_string(at));
  return blocks_[at];
}

Result<BlockView> FakeNode::block_by_hash(const Hash256& hash) {
  FAIL_IF_ASKED();
  for (const BlockView& view : blocks_) {
    if (view.hash == hash) return view;
  }
  return fail(Fault::block_not_found, "hash");
}

Result<BlockView> FakeNode::latest_block() {
  FAIL_IF_ASKED();
  return blocks_.back();
}

Result<BlockPage> FakeNode::blocks(const BlockQuery& query) {
  FAIL_IF_ASKED();
  block_query = query;
  std::vector<BlockView> chosen;
  for (const BlockView& view : blocks_) {
    const Height at = view.block->header.height;
    if ((!query.from || at >= *query.from) && (!query.to || at <= *query.to)) chosen.push_back(view);
  }
  if (!query.ascending) std::reverse(chosen.begin(), chosen.end());
  BlockPage out;
  out.total = chosen.size();
  for (std::uint64_t i = query.page.offset; i < chosen.size() && out.blocks.size() < query.page.limit; ++i)
    out.blocks.push_back(chosen[i]);
  return out;
}

Result<BlockValidation> FakeNode::validate_block(std::shared_ptr<const Block> block,
                                                 const std::optional<Hash256>& claimed) {
  FAIL_IF_ASKED();
  validated.push_back(*block);
  claimed_hash = claimed;
  return validation_answer;
}

Result<Submitted> FakeNode::submit_transaction(Bytes encoded) {
  FAIL_IF_ASKED();
  LUCID_TRY(codec::decode<Transaction>(encoded, "transaction"));
  const std::lock_guard lock(mutex_);
  const Hash256 id = crypto::transaction_id(encoded);
  for (const Bytes& known : submitted) {
    if (known == encoded) return fail(Fault::transaction_known, "tx_id", {}, to_hex(id));
  }
  submitted.push_back(std::move(encoded));
  return Submitted{id, kGenesisTime, kGenesisTime + 2500};
}

Result<std::vector<Result<Hash256>>> FakeNode::submit_transactions(std::vector<Bytes> encoded) {
  FAIL_IF_ASKED();
  std::vector<Result<Hash256>> out;
  for (Bytes& one : encoded) {
    const auto taken = submit_transaction(std::move(one));
    out.push_back(taken ? Result<Hash256>(taken->id) : tl::unexpected(taken.error()));
  }
  return out;
}

TransactionView FakeNode::anchor_view() const {
  TransactionView out;
  out.id = transaction_id_;
  out.transaction = transaction_;
  out.size_bytes = codec::encode(*transaction_).size();
  out.status = TransactionStatus::confirmed;
  out.submitted_at = kGenesisTime;
  out.confirmed_at = kGenesisTime + 3000;
  out.height = 3;
  out.block_hash = blocks_[3].hash;
  out.index = 0;
  return out;
}

Result<TransactionView> FakeNode::transaction(const Hash256& id) {
  FAIL_IF_ASKED();
  if (id != transaction_id_) return fail(Fault::transaction_not_found, "tx_id");
  return anchor_view();
}

Result<TransactionPage> FakeNode::transactions(const TransactionQuery& query) {
  FAIL_IF_ASKED();
  transaction_query = query;
  return TransactionPage{{anchor_view()}, 1};
}

Result<TransactionPage> FakeNode::pending_transactions(const Page&) {
  FAIL_IF_ASKED();
  return TransactionPage{};
}

Result<Bytes> FakeNode::transaction_proof(const Hash256& id) {
  FAIL_IF_ASKED();
  if (id != transaction_id_) return fail(Fault::transaction_not_found, "tx_id");
  return to_bytes(as_bytes("a bundle"));
}

Result<AnchorAccepted> FakeNode::anchor_session(const AnchorRequest& request) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  if (request.session == session_ && request.merkle_root != anchor_.merkle_root)
    return fail(Fault::anchor_conflict, "merkle_root", to_hex(anchor_.merkle_root), to_hex(request.merkle_root));
  anchor_requests.push_back(request);
  return AnchorAccepted{42, AnchoringStatus::pending, kGenesisTime, kGenesisTime + 5000};
}

Result<AnchoringView> FakeNode::anchoring(const SessionId& session) {
  FAIL_IF_ASKED();
  if (session != session_) return fail(Fault::anchor_not_found, "session_id");
  AnchoringView out;
  out.session = session;
  out.anchoring_id = 42;
  out.status = AnchoringStatus::confirmed;
  out.submitted_at = kGenesisTime;
  out.confirmed_at = kGenesisTime + 3000;
  out.height = 3;
  out.transaction = transaction_id_;
  out.anchor = anchor_;
  return out;
}

Result<Bytes> FakeNode::anchoring_proof(const SessionId& session) {
  FAIL_IF_ASKED();
  if (session != session_) return fail(Fault::anchor_not_found, "session_id");
  return to_bytes(as_bytes("a bundle"));
}

Result<AnchorCheck> FakeNode::verify_anchor(const SessionId& session, const Hash256& merkle_root) {
  FAIL_IF_ASKED();
  if (session != session_ || merkle_root != anchor_.merkle_root) return AnchorCheck{};
  return AnchorCheck{true, true, 3, transaction_id_, kGenesisTime + 3000};
}

Result<AnchoringSummary> FakeNode::anchoring_summary() {
  FAIL_IF_ASKED();
  return AnchoringSummary{1, 2, 3, 2500, false};
}

Result<ChunkMeta> FakeNode::put_chunk(const ChunkPut& put) {
  FAIL_IF_ASKED();
  if (put.bytes->empty()) return fail(Fault::chunk_size, "body", "1 to 4194304 bytes", "0 bytes");
  const Hash256 hash = hash_of(*put.bytes);
  const std::lock_guard lock(mutex_);
  const bool known = chunks_.contains(hash);
  ChunkMeta meta{hash, put.bytes->size(), kGenesisTime, put.session, put.index, put.metadata_json, known};
  chunks_[hash] = {put.bytes, meta};
  return meta;
}

Result<std::shared_ptr<const Bytes>> FakeNode::chunk(const Hash256& hash) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(hash);
  if (found == chunks_.end()) return fail(Fault::chunk_not_found, "chunk_id");
  return found->second.bytes;
}

Result<ChunkMeta> FakeNode::chunk_meta(const Hash256& hash) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(hash);
  if (found == chunks_.end()) return fail(Fault::chunk_not_found, "chunk_id");
  return found->second.meta;
}

Result<ChunkPage> FakeNode::session_chunks(const SessionId& session, const Page& page) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  ChunkPage out;
  for (const auto& [hash, stored] : chunks_) {
    if (stored.meta.session != session) continue;
    ++out.total;
    if (out.total > page.offset && out.chunks.size() < page.limit) out.chunks.push_back(stored.meta);
  }
  return out;
}

Status FakeNode::erase_chunk(const Hash256& hash) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(hash);
  if (found == chunks_.end()) return fail(Fault::chunk_not_found, "chunk_id");
  if (found->second.meta.session) return fail(Fault::chunk_referred, "chunk_id");
  chunks_.erase(found);
  return {};
}

Result<Hash256> FakeNode::put_manifest(const SessionId& session, std::shared_ptr<const Bytes> manifest) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  const Hash256 hash = hash_of(*manifest);
  manifests_[session] = std::move(manifest);
  return hash;
}

Result<std::shared_ptr<const Bytes>> FakeNode::manifest(const SessionId& session) {
  FAIL_IF_ASKED();
  const std::lock_guard lock(mutex_);
  const auto found = manifests_.find(session);
  if (found == manifests_.end()) return fail(Fault::anchor_not_found, "session_id");
  return found->second;
}

Result<ChunkProof> FakeNode::chunk_proof(const SessionId& session, std::uint32_t index) {
  FAIL_IF_ASKED();
  if (session != session_) return fail(Fault::anchor_not_found, "session_id");
  if (index >= anchor_.chunk_count) return fail(Fault::merkle_index, "index", "below 2", std::to_string(index));
  return ChunkProof{session, index, 2, filled<Hash256>(0x66), anchor_.merkle_root, {filled<Hash256>(0x77)}, 3};
}

Result<ScanReport> FakeNode::start_scan() {
  FAIL_IF_ASKED();
  ScanReport out;
  out.running = true;
  out.started_at = kGenesisTime;
  return out;
}

Result<ScanReport> FakeNode::last_scan() {
  FAIL_IF_ASKED();
  ScanReport out;
  out.blocks_checked = 5;
  out.first_fault = Error{Fault::storage_checksum, "blocks[3]", {}, {}};
  out.faults = 1;
  return out;
}

Health FakeNode::health() {
  return health_answer;
}

std::vector<ActorView> FakeNode::actors() {
  ActorView ledger;
  ledger.name = "ledger";
  ledger.parent = "supervisor";
  ledger.state = "idle";
  ledger.handled = {{"check_block", 5, 10, 20, 30}};
  ledger.started_at = kGenesisTime;
  return {ledger};
}

std::vector<Metric> FakeNode::metrics() {
  return metrics_answer;
}

}  // namespace lucid::test
