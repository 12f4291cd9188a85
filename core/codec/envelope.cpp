#include "core/codec/envelope.hpp"

#include <iterator>

#include "core/codec/codec.hpp"

namespace lucid::codec {
namespace {

struct KindRow {
  std::string_view name;
  std::size_t max_bytes;  // of what has a fixed form, a power of two that it fits
};

/// All signatures and reasons of one set's prevotes, with the heads of proposal and arrays.
constexpr std::size_t kPrevotesBytes = 1024 + kMaxValidators * 160;
/// Before a transaction of up to 64 KiB; of longer ones there are at most four.
constexpr std::size_t kTransactionHeadBytes = 3;
/// What stands around the one large value of a message.
constexpr std::size_t kAroundBytes = 1024;

constexpr KindRow kKinds[] = {
    {"hello", 256},
    {"refused", 16},
    {"ping", 16},
    {"pong", 64},
    {"vote", 256},
    {"proposal", kMaxBlockBytes + kPrevotesBytes},
    {"block_asked", 64},
    {"newest_record_question", 16},
    {"newest_record_answer", 512},
    {"transactions_offered", kOfferedBytes + kTransactionHeadBytes* kMaxOfferedTransactions + kAroundBytes},
    {"tip_notice", 16},
    {"get_blocks", 32},
    {"blocks", kMaxAnswerBytes + kAroundBytes},
    {"chunk_asked", 64},
    {"chunk_piece", kChunkPieceBytes + kAroundBytes},
};
static_assert(std::size(kKinds) == std::variant_size_v<PeerMessage>);
static_assert(std::size(kKinds) == static_cast<std::size_t>(last_of(PeerKind{})));

const KindRow& row(PeerKind kind) {
  return kKinds[static_cast<std::size_t>(kind) - 1];
}

template <class Message, std::size_t I = 0>
constexpr std::uint64_t number_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, PeerMessage>, Message>)
    return I + 1;
  else
    return number_of<Message, I + 1>();
}

}  // namespace

std::string_view kind_name(PeerKind kind) {
  return row(kind).name;
}

std::size_t max_bytes(PeerKind kind) {
  return row(kind).max_bytes;
}

template <class Message>
Bytes encode_envelope(const Message& message) {
  Bytes out;
  Encoder encoder(out);
  encoder.array(2);
  encoder.unsigned_integer(number_of<Message>());
  write(encoder, message);
  return out;
}
template Bytes encode_envelope(const Hello&);
template Bytes encode_envelope(const Refused&);
template Bytes encode_envelope(const Ping&);
template Bytes encode_envelope(const Pong&);
template Bytes encode_envelope(const Vote&);
template Bytes encode_envelope(const ProposalSent&);
template Bytes encode_envelope(const BlockAsked&);
template Bytes encode_envelope(const NewestRecordQuestion&);
template Bytes encode_envelope(const NewestRecordAnswer&);
template Bytes encode_envelope(const TransactionsOffered&);
template Bytes encode_envelope(const TipNotice&);
template Bytes encode_envelope(const GetBlocks&);
template Bytes encode_envelope(const Blocks&);
template Bytes encode_envelope(const ChunkAsked&);
template Bytes encode_envelope(const ChunkPiece&);

Bytes encode_envelope(const PeerMessage& message) {
  return std::visit([](const auto& one) { return encode_envelope(one); }, message);
}

Bytes encode_proposal(const Proposal& proposal, const BoundedList<Vote, kMaxValidators>& prevotes, const Block& block) {
  Bytes out;
  Encoder encoder(out);
  encoder.array(2);
  encoder.unsigned_integer(number_of<ProposalSent>());
  encoder.array(kFieldCount<ProposalSent>);
  write(encoder, proposal);
  write(encoder, prevotes);
  write(encoder, block);
  return out;
}

Result<PeerKind> peek_kind(ByteView envelope) {
  Decoder in(envelope);
  LUCID_TRY_ASSIGN(const std::size_t count, in.array(2, "envelope"));
  if (count != 2)
    return fail(Fault::decode_length, "envelope", "a kind and a message", std::to_string(count) + " elements");
  LUCID_TRY_ASSIGN(const std::uint64_t number, in.unsigned_integer("envelope"));
  if (number < 1 || number > std::size(kKinds))
    return fail(Fault::decode_variant, "envelope", "a kind from 1 to " + std::to_string(std::size(kKinds)),
                std::to_string(number));
  const auto kind = static_cast<PeerKind>(number);
  if (envelope.size() > max_bytes(kind))
    return fail(Fault::decode_bound, "envelope." + std::string(kind_name(kind)),
                "at most " + std::to_string(max_bytes(kind)) + " bytes", std::to_string(envelope.size()));
  return kind;
}

Result<PeerMessage> decode_envelope(ByteView envelope) {
  LUCID_TRY(peek_kind(envelope));
  return decode<PeerMessage>(envelope, "envelope");
}

}  // namespace lucid::codec
