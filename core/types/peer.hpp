// What nodes say to each other besides what other headers hold: who they are, whether they are alive, proposals with
// their blocks, transactions that wait, pieces of chunks (docs/protocol.md section 12). Votes, the question of a
// validator's start and what sync says travel as they are (vote.hpp, newest_record.hpp, sync.hpp).
//
// Nothing here is trusted because it came over a connection. Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/block.hpp"

namespace lucid {

/// Raised when an older node could not follow. The forms of Hello and Refused stay what they are for ever, so that two
/// versions can still tell each other why they part.
inline constexpr std::uint32_t kPeerProtocol = 1;

/// Of the encoded transactions of one offer, together.
inline constexpr std::size_t kOfferedBytes = std::size_t{256} * 1024;
/// Each has a signature of 65 bytes, so that many are never fewer bytes than that.
inline constexpr std::size_t kMaxOfferedTransactions = kOfferedBytes / 64;
inline constexpr std::size_t kChunkPieceBytes = std::size_t{256} * 1024;

/// The first message of either side (core/crypto/handshake.hpp). `validator` and `signature` are both there or neither.
struct Hello {
  std::uint32_t protocol = kPeerProtocol;
  std::uint64_t chain_id = 0;
  Hash256 genesis;
  Height height = 0;  // of the sender's tip: a claim
  std::optional<Address> validator;
  std::optional<Signature> signature;  // with that validator's consensus key
  bool operator==(const Hello&) const = default;
  LUCID_FIELDS(protocol, chain_id, genesis, height, validator, signature)
};

/// Why a node hangs up on whoever has just said hello. Append only.
enum class RefusalReason : std::uint8_t {
  protocol_version,
  other_chain,
  other_genesis,
  bad_signature,
  unknown_key,
  too_many,
  duplicate,
  other_validator
};
constexpr RefusalReason last_of(RefusalReason) {
  return RefusalReason::other_validator;
}

/// The last message of a connection, instead of all that would have followed.
struct Refused {
  RefusalReason reason = RefusalReason::protocol_version;
  bool operator==(const Refused&) const = default;
  LUCID_FIELDS(reason)
};

/// What a refusal says to people, on both ends.
Fault fault_of(RefusalReason reason);
/// What to tell a peer that failed so; absent where it is told nothing.
std::optional<RefusalReason> refusal_reason(Fault fault);

/// Answered by the Pong of the same number.
struct Ping {
  std::uint64_t number = 0;
  bool operator==(const Ping&) const = default;
  LUCID_FIELDS(number)
};
/// Append only.
enum class DiskState : std::uint8_t { fine, slow, full };
constexpr DiskState last_of(DiskState) {
  return DiskState::full;
}
/// How the disk below a node's databases does, as the node itself has measured.
struct DiskHealth {
  DiskState state = DiskState::fine;
  std::uint32_t write_ms = 0;  // that a synced write takes: half of the newest took longer
  bool operator==(const DiskHealth&) const = default;
  LUCID_FIELDS(state, write_ms)
};
/// All but the number are claims, for people to read: nothing follows from them.
struct Pong {
  std::uint64_t number = 0;
  Height height = 0;  // of the sender's tip
  TimeMs time = 0;    // its wall clock
  DiskHealth disk;
  bool operator==(const Pong&) const = default;
  LUCID_FIELDS(number, height, time, disk)
};

/// A proposal with its block and, where it proposes again, the prevotes of its valid_round. Answers BlockAsked too.
struct ProposalSent {
  Proposal proposal;
  BoundedList<Vote, kMaxValidators> prevotes;
  Block block;
  bool operator==(const ProposalSent&) const = default;
  LUCID_FIELDS(proposal, prevotes, block)
};

/// Asks for a proposal with this block; unanswered where the peer has none.
struct BlockAsked {
  Height height = 0;
  Hash256 block;
  bool operator==(const BlockAsked&) const = default;
  LUCID_FIELDS(height, block)
};

/// Transactions that wait at the sender, at most kOfferedBytes together.
struct TransactionsOffered {
  BoundedList<EncodedTransaction, kMaxOfferedTransactions> transactions;
  bool operator==(const TransactionsOffered&) const = default;
  LUCID_FIELDS(transactions)
};

/// Asks for the bytes of a chunk from `offset` on. Answered by ChunkPiece.
struct ChunkAsked {
  Hash256 chunk;
  std::uint64_t offset = 0;
  bool operator==(const ChunkAsked&) const = default;
  LUCID_FIELDS(chunk, offset)
};

/// The bytes of a chunk from `offset` on, kChunkPieceBytes unless it ends before. Proven only by the hash of the whole.
struct ChunkPiece {
  Hash256 chunk;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // of the whole chunk; 0: not held here
  BoundedBytes<kChunkPieceBytes> bytes;
  bool operator==(const ChunkPiece&) const = default;
  LUCID_FIELDS(chunk, offset, size, bytes)
};

}  // namespace lucid
