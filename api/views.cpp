#include "api/views.hpp"

#include <array>
#include <type_traits>
#include <variant>

#include "core/codec/codec.hpp"
#include "core/crypto/verifier.hpp"

namespace lucid::api {
namespace {

/// Any chain type by the names of its own fields: numbers, enums and slots as numbers, bytes in hex.
template <class T>
void write_any(JsonWriter& out, const T& value);

template <class T>
void write_optional(JsonWriter& out, const std::optional<T>& value) {
  if (value)
    write_any(out, *value);
  else
    out.null();
}
template <std::size_t Max>
void write_bytes(JsonWriter& out, const BoundedBytes<Max>& value) {
  out.value(to_hex(value));
}
template <class T, std::size_t Max>
void write_list(JsonWriter& out, const BoundedList<T, Max>& list) {
  out.begin_array();
  for (const T& element : list) write_any(out, element);
  out.end_array();
}

template <class T>
void write_any(JsonWriter& out, const T& value) {
  if constexpr (HasFields<T>) {
    static constexpr auto kNames = field_names<T>();
    std::size_t i = 0;
    out.begin_object();
    std::apply([&](const auto&... member) { (write_any((out.key(kNames[i++]), out), member), ...); }, value.fields());
    out.end_object();
  } else if constexpr (std::is_enum_v<T>) {
    out.value(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_same_v<T, Slot> || std::is_same_v<T, Epoch>) {
    out.value(value.value);
  } else if constexpr (requires { write_optional(out, value); }) {
    write_optional(out, value);
  } else if constexpr (requires { write_bytes(out, value); }) {
    write_bytes(out, value);
  } else if constexpr (requires { write_list(out, value); }) {
    write_list(out, value);
  } else if constexpr (requires { std::variant_size<T>::value; }) {
    std::visit([&](const auto& alternative) { write_any(out, alternative); }, value);
  } else if constexpr (std::is_base_of_v<std::string, T>) {
    out.value(std::string_view(value));
  } else {
    out.value(value);
  }
}

struct OperationWriter {
  JsonWriter& out;

  void operator()(const AnchorSession& op) const {
    out.begin_object()
        .field("session_id", op.session)
        .field("manifest_hash", op.manifest_hash)
        .time_field("started_at", op.started_at)
        .field("owner_address", op.owner)
        .field("merkle_root", op.merkle_root)
        .field("storage_root", op.storage_root)
        .field("chunk_count", op.chunk_count)
        .field("total_size", op.total_size)
        .field("user_signature", op.user_signature)
        .end_object();
  }
  void operator()(const AnchorChunk& op) const {
    out.begin_object()
        .field("session_id", op.session)
        .field("index", op.index)
        .field("chunk_hash", op.chunk_hash)
        .end_object();
  }
  void operator()(const StoreChunkMetadata& op) const {
    out.begin_object()
        .field("session_id", op.session)
        .field("index", op.index)
        .field("ciphertext_hash", op.ciphertext_hash)
        .field("size", op.size)
        .end_object();
  }
  void operator()(const Data& op) const {
    out.begin_object().field("name", std::string_view(op.name)).field("bytes", to_hex(op.bytes)).end_object();
  }
  template <class Other>
  void operator()(const Other& op) const {
    write_any(out, op);
  }
};

}  // namespace

std::string block_id(Height height, TimeMs time) {
  return "block_" + std::to_string(height) + "_" + std::to_string(time / 1000);
}

void write_header(JsonWriter& out, const Header& header) {
  write_any(out, header);
}
void write_certificate(JsonWriter& out, const Certificate& certificate) {
  write_any(out, certificate);
}

void write_block_row(JsonWriter& out, const actors::BlockView& view) {
  const Header& header = view.block->header;
  out.begin_object()
      .field("block_id", block_id(header.height, header.time))
      .field("height", header.height)
      .field("hash", view.hash)
      .time_field("timestamp", header.time)
      .field("transaction_count", view.block->transactions.size())
      .field("block_size_bytes", view.size_bytes)
      .field("validator", header.proposer)
      .end_object();
}

void write_block(JsonWriter& out, const actors::BlockView& view, bool raw) {
  const Header& header = view.block->header;
  out.begin_object()
      .field("block_id", block_id(header.height, header.time))
      .field("height", header.height)
      .field("hash", view.hash)
      .field("previous_hash", header.previous_hash)
      .field("merkle_root", header.transactions_root)
      .time_field("timestamp", header.time)
      .field("nonce", 0)
      .field("difficulty", 1.0)
      .field("transaction_count", view.block->transactions.size())
      .field("block_size_bytes", view.size_bytes);
  out.key("transactions").begin_array();
  for (const EncodedTransaction& encoded : view.block->transactions) {
    const auto transaction = codec::decode<Transaction>(encoded);
    out.begin_object()
        .field("tx_id", crypto::transaction_id(encoded))
        .field("type", transaction ? transaction_type(transaction->operation) : "unknown")
        .field("size_bytes", encoded.size())
        .field("fee", 0)
        .time_field("timestamp", header.time);
    if (raw) out.field("raw", to_hex(encoded));
    out.end_object();
  }
  out.end_array();
  out.field("validator", header.proposer)
      .field("signature", view.creator_precommit ? to_hex(*view.creator_precommit) : std::string())
      .field("status", "final")
      .field("slot", header.slot.value)
      .field("epoch", view.epoch.value)
      .field("round", header.round);
  out.key("header");
  write_header(out, header);
  out.key("last_commit");
  write_certificate(out, view.block->last_commit);
  if (raw) out.field("raw", to_hex(codec::encode(*view.block)));
  out.end_object();
}

namespace {

struct TypeName {
  std::string_view type, operation;
};
constexpr std::array kShownTypes{TypeName{"session_anchor", "anchor_session"},
                                 TypeName{"data_storage", "store_chunk_metadata"}, TypeName{"system", "data"}};

}  // namespace

std::string_view transaction_type(const Operation& operation) {
  const std::string_view name = operation_name(operation);
  for (const TypeName& entry : kShownTypes) {
    if (entry.operation == name) return entry.type;
  }
  return name;
}

std::string operation_of_type(std::string_view type) {
  for (const TypeName& entry : kShownTypes) {
    if (entry.type == type) return std::string(entry.operation);
  }
  return std::string(type);
}

std::string_view to_text(actors::TransactionStatus status) {
  switch (status) {
    case actors::TransactionStatus::pending:
      return "pending";
    case actors::TransactionStatus::confirmed:
      return "confirmed";
    case actors::TransactionStatus::failed:
      return "failed";
  }
  return "unknown";
}

void write_operation(JsonWriter& out, const Operation& operation) {
  std::visit(OperationWriter{out}, operation);
}

void write_transaction_row(JsonWriter& out, const actors::TransactionView& view) {
  out.begin_object()
      .field("tx_id", view.id)
      .field("type", transaction_type(view.transaction->operation))
      .field("status", to_text(view.status))
      .field("size_bytes", view.size_bytes)
      .field("fee", 0)
      .time_field("timestamp", view.submitted_at ? view.submitted_at : view.confirmed_at)
      .end_object();
}

void write_transaction(JsonWriter& out, const actors::TransactionView& view) {
  out.begin_object().field("tx_id", view.id).field("type", transaction_type(view.transaction->operation));
  out.field("operation", operation_name(view.transaction->operation)).key("data");
  write_operation(out, view.transaction->operation);
  out.field("nonce", view.transaction->nonce)
      .field("valid_until_height", view.transaction->valid_until_height)
      .field("signature", view.transaction->signature)
      .field("fee", 0)
      .field("size_bytes", view.size_bytes)
      .field("status", to_text(view.status));
  if (view.failure) out.field("failure", fault_name(*view.failure)).field("failure_reason", fault_text(*view.failure));
  out.time_field("submitted_at", view.submitted_at)
      .time_field("confirmed_at", view.confirmed_at)
      .field("block_height", view.height)
      .field("block_hash", view.block_hash)
      .field("transaction_index", view.index)
      .end_object();
}

void write_participant(JsonWriter& out, const actors::Participant& participant) {
  const double rate = participant.slots == 0
                          ? 1.0
                          : static_cast<double>(participant.slots_signed) / static_cast<double>(participant.slots);
  out.field("node_id", participant.name)
      .field("address", participant.address)
      .field("voting_power", 1)
      .field("last_vote", participant.last_vote)
      .field("participation_rate", rate);
}

std::string_view to_text(DiskState state) {
  switch (state) {
    case DiskState::fine:
      return "fine";
    case DiskState::slow:
      return "slow";
    case DiskState::full:
      break;
  }
  return "full";
}

std::string_view to_text(actors::AnchoringStatus status) {
  switch (status) {
    case actors::AnchoringStatus::pending:
      return "pending";
    case actors::AnchoringStatus::processing:
      return "processing";
    case actors::AnchoringStatus::confirmed:
      return "confirmed";
    case actors::AnchoringStatus::failed:
      return "failed";
  }
  return "unknown";
}

void write_chunk_meta(JsonWriter& out, const actors::ChunkMeta& meta) {
  out.begin_object()
      .field("chunk_id", meta.hash)
      .field("session_id", meta.session)
      .field("index", meta.index)
      .field("size_bytes", meta.size_bytes)
      .field("hash_value", meta.hash)
      .time_field("created_at", meta.created_at)
      .key("metadata")
      .raw(meta.metadata_json.empty() ? "{}" : std::string_view(meta.metadata_json))
      .field("deduplicated", meta.deduplicated)
      .end_object();
}

void write_pagination(JsonWriter& out, const PageQuery& page, std::uint64_t total) {
  out.key("pagination")
      .begin_object()
      .field("page", page.page)
      .field("limit", page.limit)
      .field("total", total)
      .field("pages", (total + page.limit - 1) / page.limit)
      .end_object();
}

}  // namespace lucid::api
