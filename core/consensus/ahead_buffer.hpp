// Proposals and votes of the next height, which others may have reached already. Kept until that height starts here,
// at most kAheadBytes a signer (the core's own copies and the bytes of proposed blocks), the rest is dropped and will
// be offered again.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

#include "core/consensus/input.hpp"

namespace lucid::consensus {

/// Room for votes beside the largest block.
inline constexpr std::uint64_t kAheadVoteBytes = 64 * 1024;

class AheadBuffer {
 public:
  struct Entry {
    TimeMs arrived = 0;
    std::variant<ProposalArrived, VoteArrived> message;
  };

  /// Starts to collect for `height`; what was kept for another is dropped.
  void reset(Height height, std::uint64_t bytes_a_signer);
  Height height() const { return height_; }

  /// Faults: vote_round beyond the bound of rounds, size_wrong where the signer has used up its room. What is there
  /// already is taken silently.
  Status add(TimeMs now, ProposalArrived proposal);
  Status add(TimeMs now, VoteArrived vote);

  bool names(const Hash256& block) const;
  /// Everything in the order of arrival; the buffer is empty afterwards.
  std::vector<Entry> take();

 private:
  using Key = std::tuple<Address, std::uint8_t, Round, std::optional<Hash256>, std::optional<Round>>;
  Status room_for(const Key& key, std::uint64_t bytes, bool& known);

  Height height_ = 0;
  std::uint64_t bytes_a_signer_ = 0;
  std::map<Address, std::uint64_t> used_;
  std::set<Key> keys_;
  std::vector<Entry> entries_;
};

}  // namespace lucid::consensus
