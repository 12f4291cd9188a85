// An append-only Merkle log that keeps only what it must: the roots of its complete subtrees ("peaks", largest first)
// give root and next append; older nodes are read back from a NodeReader when a proof is asked (docs/formats.md,
// "Anchor log").
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"

namespace lucid::merkle {

/// A complete subtree's root: of 2^level leaves, the index-th such subtree from the left.
struct LogNode {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  Hash256 hash;
  bool operator==(const LogNode&) const = default;
};

class AppendLog {
 public:
  std::uint64_t size() const { return size_; }
  Hash256 root() const;

  /// Appends one leaf; adds every node completed by it (the leaf at level 0 first) to `completed`.
  void append(const Hash256& leaf_hash, std::vector<LogNode>& completed);

  bool operator==(const AppendLog&) const = default;
  LUCID_FIELDS(size_, peaks_)

 private:
  std::uint64_t size_ = 0;
  BoundedList<Hash256, 64> peaks_;
};

/// Returns the stored node, or an error of the store.
using NodeReader = std::function<Result<Hash256>(std::uint8_t level, std::uint64_t index)>;

/// Proofs for the log as it was at `size` leaves, from stored complete nodes. Faults: merkle_index, merkle_size, and
/// those of the reader.
Result<std::vector<Hash256>> log_inclusion_proof(const NodeReader& read, std::uint64_t index, std::uint64_t size);
Result<std::vector<Hash256>> log_consistency_proof(const NodeReader& read, std::uint64_t old_size,
                                                   std::uint64_t new_size);

}  // namespace lucid::merkle
