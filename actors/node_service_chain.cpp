// The facade's answers about blocks and transactions.
#include "actors/node_service.hpp"
#include "core/codec/codec.hpp"
#include "core/slots/slots.hpp"

namespace lucid::actors {

namespace {

/// Blocks that a filtered list of transactions looks through, newest first.
constexpr Height kFilteredBlocks = 1'000;
constexpr TimeMs kMinuteMs = 60'000;

Result<BlockView> view_of(const storage::ChainSnapshot& snapshot, const ChainParams& params, Height height) {
  LUCID_TRY_ASSIGN(const auto row, snapshot.block_row(height));
  LUCID_TRY_ASSIGN(auto block, snapshot.block(height));
  BlockView out;
  out.hash = row.hash;
  out.size_bytes = row.block_bytes;
  out.epoch = slots::epoch_of(params, block.header.slot);
  if (height > 0) {
    LUCID_TRY_ASSIGN(const auto certificate, snapshot.certificate_of(height));
    LUCID_TRY_ASSIGN(const auto set, snapshot.validators_of(out.epoch));
    const auto creator = set ? set->index_of(block.header.proposer) : std::nullopt;
    for (const auto& signature : certificate.signatures)
      if (creator && signature.validator == *creator) out.creator_precommit = signature.signature;
  }
  out.block = std::make_shared<const Block>(std::move(block));
  return out;
}

Error unknown_transaction(const Hash256& id) {
  return {Fault::transaction_not_found, "tx_id", "a known transaction", to_hex(id)};
}

TransactionView pending_view(const crypto::SignedTransaction& signed_one) {
  TransactionView out;
  out.id = signed_one.id;
  out.transaction = std::make_shared<const Transaction>(signed_one.transaction);
  out.size_bytes = signed_one.encoded.size();
  return out;
}

Result<TransactionView> committed_view(const storage::ChainSnapshot& snapshot, const storage::BlockRow& block,
                                       std::uint32_t index, const ledger::TransactionRecord& record) {
  LUCID_TRY_ASSIGN(const auto encoded, snapshot.transaction(block.header.height, index));
  LUCID_TRY_ASSIGN(auto decoded, codec::decode<Transaction>(encoded, "transaction"));
  TransactionView out;
  out.id = record.id;
  out.transaction = std::make_shared<const Transaction>(std::move(decoded));
  out.size_bytes = encoded.size();
  out.failure = ledger::fault_of(record.outcome);
  out.status = out.failure ? TransactionStatus::failed : TransactionStatus::confirmed;
  out.confirmed_at = block.header.time;
  out.height = block.header.height;
  out.block_hash = block.hash;
  out.index = index;
  return out;
}

bool wanted(const TransactionQuery& query, const ledger::TransactionRecord& record) {
  const bool failed = ledger::fault_of(record.outcome).has_value();
  if (query.status && *query.status != (failed ? TransactionStatus::failed : TransactionStatus::confirmed))
    return false;
  return !query.operation || operation_name_of_kind(record.kind) == *query.operation;
}

/// The lowest height from 1 on whose block is dated `time` or later; tip + 1 where there is none. Times increase.
Result<Height> first_since(const storage::ChainSnapshot& snapshot, TimeMs time, Height tip) {
  Height low = 1, high = tip + 1;
  while (low < high) {
    const Height middle = low + (high - low) / 2;
    LUCID_TRY_ASSIGN(const auto row, snapshot.block_row(middle));
    if (row.header.time < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace

Result<ChainTip> NodeService::tip() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  return ChainTip{tip.state.height, tip.state.time};
}

Result<ChainInfo> NodeService::chain_info() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  ChainInfo out;
  out.params = deps_.chain->params();
  out.validators = tip.state.validators.size();
  out.genesis_block = deps_.chain->hash;
  out.height = tip.state.height;
  out.tip_hash = tip.state.hash;
  out.tip_time = tip.state.time;
  out.total_transactions = tip.state.transactions;
  const TimeMs now = deps_.clock.wall_ms();
  LUCID_TRY_ASSIGN(const Height first, first_since(*snapshot, now - std::min(now, kMinuteMs), out.height));
  out.blocks_last_minute = out.height + 1 - first;
  const auto mempool =
      act::call<MempoolStats>(deps_.actors.system, deps_.actors.block_producer, kAnswerWithin, GetMempoolStats{});
  if (mempool) out.pending_transactions = mempool->count;
  const auto diagnosis = consensus::diagnose(stall_facts(tip.state, kToldWithin));
  out.moving = diagnosis.moving();
  out.consensus_in_words = diagnosis.summary;
  out.open_network = deps_.open_network;
  return out;
}

Result<NetworkView> NodeService::network() {
  LUCID_TRY_ASSIGN(auto report,
                   act::call<PeersReport>(deps_.actors.system, deps_.actors.peers, kAnswerWithin, GetPeers{}));
  return std::move(report.network);
}

Result<BlockView> NodeService::block_at(Height height) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  return view_of(*snapshot, deps_.chain->params(), height);
}

Result<BlockView> NodeService::block_by_hash(const Hash256& hash) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto height, snapshot->height_of(hash));
  if (!height) return fail(Fault::block_not_found, "block_id", "a block of this chain", to_hex(hash));
  return view_of(*snapshot, deps_.chain->params(), *height);
}

Result<BlockView> NodeService::latest_block() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  return view_of(*snapshot, deps_.chain->params(), tip.state.height);
}

Result<BlockPage> NodeService::blocks(const BlockQuery& query) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  const Height first = query.from.value_or(0);
  const Height last = std::min(query.to.value_or(tip.state.height), tip.state.height);
  BlockPage out;
  if (first > last) return out;
  out.total = last - first + 1;
  for (std::uint64_t i = query.page.offset; i < out.total && out.blocks.size() < query.page.limit; ++i) {
    LUCID_TRY_ASSIGN(auto view, view_of(*snapshot, deps_.chain->params(), query.ascending ? first + i : last - i));
    out.blocks.push_back(std::move(view));
  }
  return out;
}

Result<BlockValidation> NodeService::validate_block(std::shared_ptr<const Block> block,
                                                    const std::optional<Hash256>& claimed_hash) {
  const std::uint64_t began = deps_.clock.monotonic_ms();
  LUCID_TRY_ASSIGN(auto judged, act::call<Judgement>(deps_.actors.system, deps_.actors.ledger, kAnswerWithin,
                                                     JudgeBlock{std::move(block), claimed_hash}));
  judged.validation.validation_time_us = (deps_.clock.monotonic_ms() - began) * 1'000;
  return std::move(judged.validation);
}

Result<Submitted> NodeService::submit_transaction(Bytes encoded) {
  LUCID_TRY(room_left());
  LUCID_TRY_ASSIGN(auto verified, deps_.verifier.verify(ByteView(encoded)));
  const Hash256 id = verified->id;
  SubmitVerified submit;
  submit.transactions.push_back(
      std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(verified)));
  LUCID_TRY_ASSIGN(const auto outcome, act::call<SubmitOutcome>(deps_.actors.system, deps_.actors.block_producer,
                                                                kAnswerWithin, std::move(submit)));
  if (outcome.refused.size() != 1) return fail(Fault::internal, "mempool", "one answer");
  if (outcome.refused.front()) return tl::unexpected(*outcome.refused.front());
  const TimeMs now = deps_.clock.wall_ms();
  return Submitted{id, now, now + deps_.chain->params().block_interval_ms};
}

/// Their signatures are checked side by side, and peers hear of all at once.
Result<std::vector<Result<Hash256>>> NodeService::submit_transactions(std::vector<Bytes> encoded) {
  LUCID_TRY(room_left());
  const std::size_t count = encoded.size();
  LUCID_TRY_ASSIGN(auto answer, act::call<SubmitResult>(deps_.actors.system, deps_.actors.block_producer, kAnswerWithin,
                                                        SubmitEncoded{std::move(encoded)}));
  if (answer.results.size() != count) return fail(Fault::internal, "mempool", std::to_string(count) + " answers");
  return std::move(answer.results);
}

Result<TransactionView> NodeService::transaction(const Hash256& id) {
  LUCID_TRY_ASSIGN(const auto waiting, act::call<FoundPending>(deps_.actors.system, deps_.actors.block_producer,
                                                               kAnswerWithin, FindPending{id}));
  if (waiting.transaction) return pending_view(**waiting.transaction);
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto place, snapshot->find_transaction(id));
  if (!place) return tl::unexpected(unknown_transaction(id));
  LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(place->height));
  return committed_view(*snapshot, row, place->index, place->record);
}

Result<TransactionPage> NodeService::transactions(const TransactionQuery& query) {
  if (query.status == TransactionStatus::pending && !query.operation) return pending_transactions(query.page);
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  const bool filtered = query.status || query.operation;
  const Height lowest = filtered && tip.state.height > kFilteredBlocks ? tip.state.height - kFilteredBlocks : 0;
  TransactionPage out;
  std::uint64_t seen = 0;
  for (Height height = tip.state.height; height > lowest; --height) {
    LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(height));
    if (!filtered && seen + row.transaction_count <= query.page.offset) {
      seen += row.transaction_count;
      continue;
    }
    LUCID_TRY_ASSIGN(const auto records, snapshot->transaction_records(height));
    for (std::uint32_t i = static_cast<std::uint32_t>(records.size()); i-- > 0;) {
      if (filtered && !wanted(query, records[i])) continue;
      if (seen++ < query.page.offset || out.transactions.size() == query.page.limit) continue;
      LUCID_TRY_ASSIGN(auto view, committed_view(*snapshot, row, i, records[i]));
      out.transactions.push_back(std::move(view));
    }
    if (!filtered && out.transactions.size() == query.page.limit) break;
  }
  out.total = filtered ? seen : tip.state.transactions;
  return out;
}

Result<TransactionPage> NodeService::pending_transactions(const Page& page) {
  LUCID_TRY_ASSIGN(const auto waiting,
                   act::call<PendingTransactions>(deps_.actors.system, deps_.actors.block_producer, kAnswerWithin,
                                                  GetPending{page.offset, page.limit}));
  TransactionPage out;
  out.total = waiting.total;
  for (const auto& transaction : waiting.transactions) out.transactions.push_back(pending_view(**transaction));
  return out;
}

Result<Bytes> NodeService::transaction_proof(const Hash256& id) {
  LUCID_TRY_ASSIGN(const auto view, transaction(id));
  const auto* anchor = std::get_if<AnchorSession>(&view.transaction->operation);
  if (!anchor || view.status != TransactionStatus::confirmed)
    return fail(Fault::anchor_not_found, "tx_id", "a final transaction that anchored a session",
                std::string(operation_name(view.transaction->operation)));
  return anchoring_proof(anchor->session);
}

}  // namespace lucid::actors
