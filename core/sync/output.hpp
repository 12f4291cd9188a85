// The work that one step of sync asks for. The fields stand in the order in which they must be done.
//
//   1. drops       of peers, with the reason; each is also a line of the log
//   2. alarms      to health: this node cannot follow the chain
//   3. execute     to the ledger, which answers Committed or ExecuteFailed; never for a height that `agree` named. With
//                  it those of execute_after, each the child of the one before: each is answered by itself, in order;
//                  after one that failed none is
//   4. decided     to consensus as CertificateArrived, with the block's bytes; only for the height that `agree` named
//   5. agree       give consensus HeightStarted of this height; from now on only consensus writes it
//   6. tell_tip    a TipNotice of the committed tip to each
//   7. requests    GetBlocks to peers
//   8. arrived     blocks that wait for their turn from now on: whoever has time may verify their transactions
//   meanwhile
//   9. wake_at_ms  one timer, which replaces the one of the output before; absent: none is needed
//
// Thread-safety: values; blocks are shared and never changed.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/crypto/verified.hpp"
#include "core/sync/input.hpp"

namespace lucid::sync {

enum class DropReason : std::uint8_t {
  lying,     // what it sent cannot be of this chain: close the connection
  slow,      // it did not answer twice: keep the connection, its votes may count
  flooding,  // it keeps sending what nobody asked for: close the connection
};
constexpr DropReason last_of(DropReason) {
  return DropReason::flooding;
}
std::string_view drop_reason_name(DropReason reason);
/// Whether the caller closes the connection. Sync ignores such a peer until it has connected again and its rest is
/// over.
constexpr bool closes_connection(DropReason reason) {
  return reason != DropReason::slow;
}

struct DropPeer {
  PeerId peer;
  DropReason reason = DropReason::lying;
  Error error;
  bool operator==(const DropPeer&) const = default;
};

/// A block that a quorum of its height's validator set made final.
struct FinalBlock {
  Height height = 0;
  Hash256 hash;
  std::shared_ptr<const Block> block;
  crypto::Verified<Certificate> certificate;
  bool operator==(const FinalBlock&) const = default;
};

/// Its certificate is not verified yet, but whoever sent it was asked for it.
struct ArrivedBlock {
  Height height = 0;
  Hash256 hash;
  std::shared_ptr<const Block> block;
  bool operator==(const ArrivedBlock&) const = default;
};

struct BlocksRequest {
  PeerId peer;
  GetBlocks request;
  bool operator==(const BlocksRequest&) const = default;
};

struct Output {
  std::vector<DropPeer> drops;
  std::vector<Error> alarms;
  std::optional<FinalBlock> execute;
  std::vector<FinalBlock> execute_after;  // at most Bounds::run - 1
  std::optional<FinalBlock> decided;
  std::optional<Height> agree;
  std::vector<PeerId> tell_tip;
  std::vector<BlocksRequest> requests;
  std::vector<ArrivedBlock> arrived;
  std::optional<std::uint64_t> wake_at_ms;
  std::optional<Error> refused;  // why the input was dropped

  bool operator==(const Output&) const = default;
};

}  // namespace lucid::sync
