// One message between nodes, as the bytes of one frame: the canonical array [kind, message] (docs/formats.md section
// 7).
//
// Kinds are numbered from 1 in the order of PeerMessage: append, never reorder. Each has a bound of its own, judged by
// the first bytes before anything is decoded. Decoding is strict: what is accepted encodes to the same bytes.
// Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <variant>

#include "core/types/newest_record.hpp"
#include "core/types/peer.hpp"
#include "core/types/sync.hpp"

namespace lucid::codec {

using PeerMessage =
    std::variant<Hello, Refused, Ping, Pong, Vote, ProposalSent, BlockAsked, NewestRecordQuestion, NewestRecordAnswer,
                 TransactionsOffered, TipNotice, GetBlocks, Blocks, ChunkAsked, ChunkPiece>;

/// The number on the wire.
enum class PeerKind : std::uint8_t {
  hello = 1,
  refused,
  ping,
  pong,
  vote,
  proposal,
  block_asked,
  newest_record_question,
  newest_record_answer,
  transactions_offered,
  tip_notice,
  get_blocks,
  blocks,
  chunk_asked,
  chunk_piece
};
constexpr PeerKind last_of(PeerKind) {
  return PeerKind::chunk_piece;
}

inline PeerKind kind_of(const PeerMessage& message) {
  return static_cast<PeerKind>(message.index() + 1);
}
/// "vote", "chunk_piece", …: the enumerator's name, for texts and metrics.
std::string_view kind_name(PeerKind kind);
/// Of an envelope of that kind.
std::size_t max_bytes(PeerKind kind);

/// Of any alternative of PeerMessage; no copy of it is made.
template <class Message>
Bytes encode_envelope(const Message& message);
Bytes encode_envelope(const PeerMessage& message);
/// A ProposalSent of these parts, so that nobody copies a block in order to send it.
Bytes encode_proposal(const Proposal& proposal, const BoundedList<Vote, kMaxValidators>& prevotes, const Block& block);

/// What the envelope says that it is, and whether it may be of that size. Nothing behind the kind is looked at. Faults:
/// decode_variant (an unknown kind, with its number), decode_bound (with the kind's name), other decode_….
Result<PeerKind> peek_kind(ByteView envelope);
/// peek_kind() and then all of it. Fields of errors begin with "envelope".
Result<PeerMessage> decode_envelope(ByteView envelope);

}  // namespace lucid::codec
