// The node's values as REST shows them (docs/api.md names every field).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "actors/node_facade.hpp"
#include "api/json_writer.hpp"
#include "api/query_reader.hpp"

namespace lucid::api {

/// "block_<height>_<unix seconds>".
std::string block_id(Height height, TimeMs time);

void write_header(JsonWriter& out, const Header& header);
void write_certificate(JsonWriter& out, const Certificate& certificate);
/// One row of a list of blocks.
void write_block_row(JsonWriter& out, const actors::BlockView& view);
/// The whole block; with `raw` also its encoding in hex.
void write_block(JsonWriter& out, const actors::BlockView& view, bool raw);

/// "session_anchor", "data_storage", "system", or the operation's own name where REST has none.
std::string_view transaction_type(const Operation& operation);
/// The operation that a type stands for; the type itself where it is an operation's name.
std::string operation_of_type(std::string_view type);
std::string_view to_text(actors::TransactionStatus status);
void write_operation(JsonWriter& out, const Operation& operation);
void write_transaction_row(JsonWriter& out, const actors::TransactionView& view);
void write_transaction(JsonWriter& out, const actors::TransactionView& view);

/// Its fields; the caller opens and closes the object.
void write_participant(JsonWriter& out, const actors::Participant& participant);
std::string_view to_text(DiskState state);

std::string_view to_text(actors::AnchoringStatus status);
void write_chunk_meta(JsonWriter& out, const actors::ChunkMeta& meta);

/// The member "pagination".
void write_pagination(JsonWriter& out, const PageQuery& page, std::uint64_t total);

}  // namespace lucid::api
