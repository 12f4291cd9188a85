// What passes between `peers`, which owns the connections to other validators, and the rest of the engine. What comes
// in has been decoded, and votes and proposals have been verified, before it gets here; transactions and blocks to
// follow are verified by whoever takes them. Bounds on what one peer may send are peers' business.
//
// Thread-safety: values; what is pointed to is immutable. None of these leaves the process.
#pragma once

#include <optional>
#include <vector>

#include "actors/engine_messages.hpp"
#include "actors/runtime/act.hpp"
#include "core/sync/output.hpp"
#include "core/types/peer.hpp"

namespace lucid::actors {

/// The number that `peers` gives a node, the same each time that node connects.
using PeerId = sync::PeerId;

/// Told to validator, block_producer and block_sync; a peer that connects again is first gone.
struct PeerConnected {
  PeerId peer;
  std::optional<Address> validator;  // whose TLS key it showed; absent: an observer
};
struct PeerGone {
  PeerId peer;
};

// ---- agreement

/// Signed messages, with the blocks of the proposals among them.
struct SendToPeers {
  std::vector<consensus::Message> messages;
  std::vector<BlockPtr> blocks;
  std::optional<PeerId> only;  // absent: to all validators that are connected
};
/// One of them, as it arrives.
struct HeardFromPeer {
  PeerId from;
  consensus::Message message;
  BlockPtr block;  // of a proposal
  std::uint64_t block_bytes = 0;
};
/// Asks one peer for a proposal with this block. Answered by HeardFromPeer, or not at all.
struct AskForBlock {
  PeerId peer;
  Height height = 0;
  Hash256 block;
};
/// A peer asks so.
struct BlockWanted {
  PeerId from;
  Height height = 0;
  Hash256 block;
};
/// A decided block of the height that is being agreed on, learned from a peer that is ahead.
struct DecidedHeard {
  crypto::Verified<Certificate> certificate;
  BlockPtr block;
};

/// The answer to the question of a validator's start, for the connection that it asked over.
struct TellNewestRecord {
  PeerId peer;
  NewestRecordAnswer answer;
};
struct NewestRecordHeard {
  PeerId from;
  crypto::Verified<NewestRecordAnswer> answer;
};

// ---- transactions

/// At most kOfferedBytes together (core/types/peer.hpp).
struct OfferTransactions {
  std::vector<Bytes> transactions;  // encoded
  std::optional<PeerId> only;       // absent: to all that are connected
};
struct TransactionsHeard {
  PeerId from;
  std::vector<Bytes> transactions;  // encoded
};

/// Time to offer again what others may lack.
struct OfferTurn {};

// ---- catching up (core/types/sync.hpp)

/// "My chain ends here", to each of these.
struct TellTip {
  std::vector<PeerId> peers;
  TipNotice tip;
};
struct TipHeard {
  PeerId from;
  TipNotice tip;
};
struct AskForBlocks {
  PeerId peer;
  GetBlocks request;
};
/// A peer asks so. Answered by GiveBlocks.
struct BlocksWanted {
  PeerId from;
  GetBlocks request;
};
struct GiveBlocks {
  PeerId peer;
  std::shared_ptr<const Blocks> answer;
};
struct BlocksHeard {
  PeerId from;
  std::shared_ptr<const Blocks> answer;
};
// ---- chunks and manifests (core/types/peer.hpp)

struct AskPiece {
  PeerId peer;
  ChunkAsked piece;
};
/// A peer asks so. Answered by GivePiece.
struct PieceWanted {
  PeerId from;
  ChunkAsked piece;
};
struct GivePiece {
  PeerId peer;
  std::shared_ptr<const ChunkPiece> piece;
};
struct PieceHeard {
  PeerId from;
  std::shared_ptr<const ChunkPiece> piece;
};

/// Close the connection to a peer that lied or floods.
struct DropPeer {
  PeerId peer;
  sync::DropReason reason = sync::DropReason::lying;
};

#define LUCID_PEER_MESSAGES(X)                                                                                        \
  X(PeerConnected)                                                                                                    \
  X(PeerGone)                                                                                                         \
  X(SendToPeers)                                                                                                      \
  X(HeardFromPeer)                                                                                                    \
  X(AskForBlock)                                                                                                      \
  X(BlockWanted)                                                                                                      \
  X(DecidedHeard)                                                                                                     \
  X(TellNewestRecord) X(NewestRecordHeard) X(OfferTransactions) X(TransactionsHeard) X(OfferTurn) X(TellTip)          \
      X(TipHeard) X(AskForBlocks) X(BlocksWanted) X(GiveBlocks) X(BlocksHeard) X(DropPeer) X(AskPiece) X(PieceWanted) \
          X(GivePiece) X(PieceHeard)

LUCID_PEER_MESSAGES(LUCID_LOCAL_MESSAGE)

/// What each asks of `peers`.
using AgreementPeers = act::iface<void(SendToPeers), void(AskForBlock), void(TellNewestRecord)>;
using TransactionPeers = act::iface<void(OfferTransactions)>;
using PiecePeers = act::iface<void(AskPiece), void(GivePiece)>;
using SyncPeers = act::iface<void(TellTip), void(AskForBlocks), void(GiveBlocks), void(DropPeer)>;

}  // namespace lucid::actors
