// What machines say to each other in the simulation: the messages of the peer protocol, unsigned envelopes around
// signed things. They travel by pointer; bytes are made only where bytes are hashed.
//
// A receiver checks each signature before its core sees it. What that said is kept beside the message: an address is
// the hash of its key, so the same bytes from the same address give the same answer to everyone. Whether that address
// is a member is for each receiver to ask of its own set.
// Thread-safety: one cluster is one thread.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/consensus/input.hpp"
#include "core/crypto/verifier.hpp"
#include "core/ledger/whole_block.hpp"
#include "core/types/sync.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// A block with what is computed of it once: header_hash, the size of the whole encoding, and, where its body is the
/// one that its header names, what was hashed to see that.
struct SizedBlock {
  BlockPtr block;
  Hash256 hash;
  std::uint64_t bytes = 0;
  std::optional<ledger::WholeBlock> whole;
};
using SizedBlockPtr = std::shared_ptr<const SizedBlock>;
/// The only way to make one, so that nobody can lie about these.
SizedBlockPtr sized(BlockPtr block);

struct VoteMessage {
  Vote vote;
};
struct ProposalMessage {
  Proposal proposal;
  std::vector<Vote> prevotes;  // of a proposal again: those of its valid_round
  SizedBlockPtr block;
};
struct TransactionMessage {
  EncodedTransaction transaction;
};

/// What sync and a start say travels as it is (core/types/sync.hpp, core/types/newest_record.hpp).
using Content = std::variant<VoteMessage, ProposalMessage, TransactionMessage, TipNotice, GetBlocks, Blocks,
                             NewestRecordQuestion, NewestRecordAnswer>;

/// What checking the signatures of one message said; absent: no good signature.
struct CheckedVote {
  std::optional<crypto::Verified<Vote>> vote;
};
struct CheckedProposal {
  std::optional<crypto::Verified<Proposal>> proposal;
  std::vector<crypto::Verified<Vote>> prevotes;  // all of them, or the proposal is absent
};
struct CheckedTransaction {
  crypto::TransactionPtr transaction;
};
using Checked = std::variant<std::monostate, CheckedVote, CheckedProposal, CheckedTransaction>;

struct PeerMessage {
  explicit PeerMessage(Content given, Checked known = {}) : content(std::move(given)), checked(std::move(known)) {}

  Content content;
  mutable Checked checked;  // filled by the first receiver, or by a sender that checked it itself
};
using MessagePtr = std::shared_ptr<const PeerMessage>;

inline MessagePtr make_message(Content content, Checked known = {}) {
  return std::make_shared<const PeerMessage>(std::move(content), std::move(known));
}

}  // namespace lucid::sim
