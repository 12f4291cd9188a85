// Which subtrees a Merkle proof consists of (RFC 6962 sections 2.1.1 and 2.1.2), as ranges of leaves: tree and append
// log differ only in where they get a range's root from.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <vector>

namespace lucid::merkle {

/// Leaves [first, first + count).
struct LeafRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool operator==(const LeafRange&) const = default;
};

/// The largest power of two below `count` (which is at least 2): where RFC 6962 splits a tree.
std::uint64_t split_of(std::uint64_t count);

/// The audit path, from the leaf upwards. index < size.
std::vector<LeafRange> inclusion_ranges(std::uint64_t index, std::uint64_t size);

/// 0 < old_size <= new_size; empty where they are equal.
std::vector<LeafRange> consistency_ranges(std::uint64_t old_size, std::uint64_t new_size);

}  // namespace lucid::merkle
