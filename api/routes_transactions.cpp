// Transactions: submitting them, one or a batch, and reading them.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/transaction_reader.hpp"
#include "api/views.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::api {
namespace {

constexpr std::size_t kMaxBatch = 100;
constexpr std::array<std::string_view, 3> kStatuses{"pending", "confirmed", "failed"};
constexpr std::array<std::string_view, 13> kFilterTypes{
    "session_anchor",      "data_storage", "consensus_vote",    "system",        "anchor_chunk", "submit_task_proof",
    "answer_sample",       "evidence",     "update_validators", "update_owners", "approve",      "anchor_session",
    "store_chunk_metadata"};

Response submit(const Call& call) {
  const auto body = parse_json(call.request.text());
  if (!body) return call.malformed(body.error());
  FieldErrors errors;
  auto encoded = read_transaction(*body, "", call.node.chain_id(), errors);
  if (errors.any()) return call.fail(errors);
  if (!encoded) return call.fail(encoded.error());
  const auto submitted = call.node.submit_transaction(*std::move(encoded));
  if (!submitted) return call.fail(submitted.error());
  JsonWriter out;
  out.begin_object()
      .field("tx_id", submitted->id)
      .field("status", "pending")
      .time_field("submitted_at", submitted->submitted_at)
      .time_field("confirmation_time", submitted->estimated_confirmation_at)
      .key("block_height")
      .null()
      .end_object();
  return json_response(out, 202);
}

/// One of a batch that was refused.
struct Refused {
  std::size_t index = 0;
  std::string_view code;
  std::string message, field, expected, actual;
};

Refused refused(std::size_t index, const Error& error) {
  const ErrorAnswer answer = answer_of(error.fault);
  if (answer.status == 500) return {index, answer.code, "the node failed to answer", {}, {}, {}};
  return {index, answer.code, std::string(fault_text(error.fault)), error.field, error.expected, error.actual};
}

struct BatchResult {
  std::vector<Hash256> ids;
  std::vector<Refused> refused;
};

Result<BatchResult> submit_all(const Call& call, const nlohmann::json& list) {
  BatchResult out;
  std::vector<Bytes> encoded;
  std::vector<std::size_t> places;  // of each of them in the list
  const std::uint64_t chain = call.node.chain_id();
  for (std::size_t i = 0; i < list.size(); ++i) {
    FieldErrors errors;
    auto one = read_transaction(list[i], "transactions[" + std::to_string(i) + "]", chain, errors);
    for (const FieldError& error : errors.list())
      out.refused.push_back({i, kInvalidRequest, error.message, error.field, error.expected, error.actual});
    if (errors.any()) continue;
    if (!one) {
      out.refused.push_back(refused(i, one.error()));
      continue;
    }
    encoded.push_back(*std::move(one));
    places.push_back(i);
  }
  if (encoded.empty()) return out;
  LUCID_TRY_ASSIGN(const auto submitted, call.node.submit_transactions(std::move(encoded)));
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (submitted[i])
      out.ids.push_back(*submitted[i]);
    else
      out.refused.push_back(refused(places[i], submitted[i].error()));
  }
  std::stable_sort(out.refused.begin(), out.refused.end(),
                   [](const Refused& a, const Refused& b) { return a.index < b.index; });
  return out;
}

std::string batch_id(const BatchResult& result, std::string_view request_id) {
  crypto::Sha256 hash;
  hash.update(as_bytes(request_id));
  for (const Hash256& id : result.ids) hash.update(id);
  return "batch_" + to_hex(hash.finish()).substr(0, 16);
}

Response submit_batch(const Call& call) {
  const auto body = parse_json(call.request.text());
  if (!body) return call.malformed(body.error());
  FieldErrors errors;
  JsonReader reader(*body, "", errors);
  const nlohmann::json& list = reader.array("transactions", 1, kMaxBatch);
  if (errors.any()) return call.fail(errors);
  const auto submitted = submit_all(call, list);
  if (!submitted) return call.fail(submitted.error());
  const BatchResult& result = *submitted;
  JsonWriter out;
  out.begin_object()
      .field("batch_id", batch_id(result, call.request.id))
      .field("submitted_count", result.ids.size())
      .field("failed_count", list.size() - result.ids.size())
      .key("transaction_ids")
      .begin_array();
  for (const Hash256& id : result.ids) out.value(id);
  out.end_array().key("errors").begin_array();
  for (const Refused& one : result.refused) {
    out.begin_object().field("index", one.index).field("code", one.code).field("message", one.message);
    out.field("field", one.field).field("expected", one.expected).field("actual", one.actual).end_object();
  }
  out.end_array().end_object();
  return json_response(out, 202);
}

Response page_of_transactions(const Call& call, const Result<actors::TransactionPage>& found, const PageQuery& page) {
  if (!found) return call.fail(found.error());
  JsonWriter out;
  out.begin_object().key("transactions").begin_array();
  for (const auto& view : found->transactions) write_transaction_row(out, view);
  out.end_array();
  write_pagination(out, page, found->total);
  out.end_object();
  return json_response(out);
}

Response transactions(const Call& call) {
  FieldErrors errors;
  QueryReader reader(call.request, errors);
  const PageQuery page = read_page(reader);
  actors::TransactionQuery query;
  query.page = page.to_page();
  if (const auto status = reader.choice("status", kStatuses))
    query.status = static_cast<actors::TransactionStatus>(*status);
  if (const auto type = reader.choice("type", kFilterTypes)) query.operation = operation_of_type(kFilterTypes[*type]);
  if (errors.any()) return call.fail(errors, 400);
  return page_of_transactions(call, call.node.transactions(query), page);
}

Response pending(const Call& call) {
  FieldErrors errors;
  QueryReader reader(call.request, errors);
  const PageQuery page = read_page(reader);
  if (errors.any()) return call.fail(errors, 400);
  return page_of_transactions(call, call.node.pending_transactions(page.to_page()), page);
}

Response transaction(const Call& call) {
  const auto id = parse_fixed_hex<Hash256>(call.path[0], "tx_id");
  if (!id) return call.fail(id.error());
  const auto view = call.node.transaction(*id);
  if (!view) return call.fail(view.error());
  JsonWriter out;
  write_transaction(out, *view);
  return json_response(out);
}

Response transaction_proof(const Call& call) {
  const auto id = parse_fixed_hex<Hash256>(call.path[0], "tx_id");
  if (!id) return call.fail(id.error());
  auto bundle = call.node.transaction_proof(*id);
  if (!bundle) return call.fail(bundle.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + to_hex(*id) + ".lucid\"");
  response.length = bundle->size();
  response.bytes = std::make_shared<const Bytes>(*std::move(bundle));
  return response;
}

constexpr std::array kTransactionsRoutes{
    Route{"POST", "/api/v1/transactions", Access::write, BodyKind::json, kJsonLimit, 202, submit,
          "Submits a signed transaction, encoded or in parts"},
    Route{"GET", "/api/v1/transactions", Access::read, BodyKind::none, 0, 200, transactions, "Transactions in pages",
          "page limit type status"},
    Route{"GET", "/api/v1/transactions/pending", Access::read, BodyKind::none, 0, 200, pending,
          "Transactions that wait for a block", "page limit"},
    Route{"POST", "/api/v1/transactions/batch", Access::write, BodyKind::json, kBatchLimit, 202, submit_batch,
          "Submits up to 100 transactions, each judged for itself"},
    Route{"GET", "/api/v1/transactions/{tx_id}", Access::read, BodyKind::none, 0, 200, transaction,
          "A transaction and where it stands"},
    Route{"GET", "/api/v1/transactions/{tx_id}/proof", Access::read, BodyKind::none, 0, 200, transaction_proof,
          "The proof bundle of the session that this transaction anchored"},
};

}  // namespace

std::span<const Route> transaction_routes() {
  return kTransactionsRoutes;
}

}  // namespace lucid::api
