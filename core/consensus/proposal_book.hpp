// The proposals of one height and what is known of their blocks: at most two proposals a round (a second one with
// other content is evidence), and of each block its header and whether it keeps the rules.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/consensus/height_plan.hpp"
#include "core/consensus/vote_keeper.hpp"
#include "core/types/block.hpp"

namespace lucid::consensus {

enum class Verdict : std::uint8_t { unknown, asked, valid, invalid };

struct KnownBlock {
  Header header;
  Verdict verdict = Verdict::unknown;
  std::optional<Error> fault;  // where invalid
};

struct KnownProposal {
  crypto::Verified<Proposal> proposal;
  /// Which rule of a proposal it breaks, if any: forged round or proposer, size, or a new value's time. Such a
  /// proposal gets no prevote; its block may still be locked or decided if a quorum finds otherwise.
  std::optional<Error> fault;
};

class ProposalBook {
 public:
  enum class Outcome : std::uint8_t { stored, known, conflicting, surplus };
  struct Added {
    Outcome outcome = Outcome::known;
    std::optional<Evidence> evidence;  // where conflicting
  };
  Added add(KnownProposal proposal);
  void add_block(const Hash256& block, const Header& header, Verdict verdict);
  void set_verdict(const Hash256& block, Verdict verdict, std::optional<Error> fault = {});

  /// The proposal of `round` that came first, or null.
  const KnownProposal* first(Round round) const;
  /// Null where the block is not known.
  const KnownBlock* block(const Hash256& block) const;
  bool is_valid(const Hash256& block) const;

  /// All proposals, by round. Until the next change.
  std::vector<const KnownProposal*> all() const;
  /// Forgets proposals below `lowest` and the blocks that only they named, except `kept`.
  void prune(Round lowest, const std::vector<Hash256>& kept);

 private:
  std::map<Round, std::vector<KnownProposal>> rounds_;
  std::map<Hash256, KnownBlock> blocks_;
};

/// The rules of a proposal's header that keep round and proposer from being forged, its size, and, for a new value,
/// its time (protocol.md section 3). `arrived`: the receiver's clock when the complete proposal was there, or when
/// the gate opened if that was later. Absent where it keeps them all.
std::optional<Error> fault_of(const Proposal& proposal, const Header& header, std::uint64_t block_bytes, TimeMs arrived,
                              const HeightPlan& plan);

}  // namespace lucid::consensus
