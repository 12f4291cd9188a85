// Everything that one key was ever seen to sign, and who else holds it: what a node may sign after its disk was set
// back is judged by what the others could tell it (protocol.md section 3, Copies).
//
// A record that fewer than n - q + 1 honest members hold can be missing from the answers of q - 1 others. Nobody could
// have told of it, so signing at its place again is no violation; the key is then excused, as it may look guilty.
// Thread-safety: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {

/// Machines as bits. A cluster has at most 64.
using NodeMask = std::uint64_t;
constexpr NodeMask mask_of(NodeIndex node) {
  return node < 64 ? NodeMask{1} << node : 0;
}

struct Signed {
  Said said;
  NodeMask holders = 0;     // other honest machines that hold it
  NodeMask answerable = 0;  // those of them that held it when its signer came back with an old disk, and since
  bool forgotten = false;   // lost with a disk, and nobody had to know of it
};

class KeyBook {
 public:
  using Place = std::tuple<Height, Round, int>;

  /// The record of that place, first those that are not forgotten; null where there is none.
  const Signed* find(const Said& said) const;
  bool has(const Said& said) const;  // with this content and signature
  void add(const Said& said);
  /// The newest place that must not be signed at again.
  std::optional<Place> newest() const;
  /// The newest precommit for a block of `height` in a round below `round`.
  const Said* lock_before(Height height, Round round) const;
  std::optional<Round> newest_round(Height height) const;

  /// False where the key never signed that.
  bool held_by(NodeMask node, const Said& said);
  /// A machine ended: it holds nothing any more.
  void lost_by(NodeMask node);
  /// Its signer begins with an old disk.
  void ask();
  /// It has its answers: forgets what fewer than `needed` of `members` held all the time. A newer record protects the
  /// older ones.
  void answered(Height above, NodeMask members, std::size_t needed);

 private:
  using Records = std::vector<Signed>;
  /// Null where the key signed nothing.
  const Records* at(Height height) const {
    return height < heights_.size() && !heights_[height].empty() ? &heights_[height] : nullptr;
  }

  std::vector<Records> heights_;  // from 0 on
};

}  // namespace lucid::sim
