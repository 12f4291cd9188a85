// Blocks that arrived and wait for their turn, by height, each with whom it came from: what is found false when its
// turn comes is thrown away together with all else that its sender delivered.
//
// Thread-safety: one owner. Bytes are of encoded blocks and certificates.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "core/sync/input.hpp"

namespace lucid::sync {

struct HeldBlock {
  Hash256 hash;
  std::shared_ptr<const Block> block;
  Certificate certificate;  // not verified yet: its validator set is known only when its turn comes
  std::uint64_t bytes = 0;
  PeerId peer;
};

class BlockWindow {
 public:
  bool holds(Height height) const { return blocks_.contains(height); }
  const HeldBlock* find(Height height) const;
  std::size_t size() const { return blocks_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  /// A height that is held stays as it is.
  void add(Height height, HeldBlock block);
  /// What is committed by now.
  void remove_up_to(Height height);
  void remove_of(PeerId peer);
  /// Throws away the highest block above `height`, to make room for one that is needed sooner. Whether there was one.
  bool evict_above(Height height);

 private:
  std::map<Height, HeldBlock> blocks_;
  std::uint64_t bytes_ = 0;
};

}  // namespace lucid::sync
