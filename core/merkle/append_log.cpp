#include "core/merkle/append_log.hpp"

#include <bit>

#include "core/merkle/path.hpp"
#include "core/merkle/tree.hpp"

namespace lucid::merkle {
namespace {

/// The root over a range that begins at a multiple of its largest complete subtree, as all ranges of proofs do.
Result<Hash256> range_root(const NodeReader& read, const LeafRange& range) {
  if (std::has_single_bit(range.count)) {
    const auto level = static_cast<std::uint8_t>(std::countr_zero(range.count));
    return read(level, range.first >> level);
  }
  const std::uint64_t left = split_of(range.count);
  LUCID_TRY_ASSIGN(const Hash256 low, range_root(read, {range.first, left}));
  LUCID_TRY_ASSIGN(const Hash256 high, range_root(read, {range.first + left, range.count - left}));
  return node_hash(low, high);
}

Result<std::vector<Hash256>> read_roots_of(const NodeReader& read, const std::vector<LeafRange>& ranges) {
  std::vector<Hash256> proof;
  proof.reserve(ranges.size());
  for (const LeafRange& range : ranges) {
    LUCID_TRY_ASSIGN(const Hash256 hash, range_root(read, range));
    proof.push_back(hash);
  }
  return proof;
}

Status check_size(std::uint64_t size, std::string_view field) {
  if (size > kMaxTreeSize) return fail(Fault::merkle_size, field, "at most 2^40", std::to_string(size));
  return {};
}

}  // namespace

Hash256 AppendLog::root() const {
  if (peaks_.empty()) return empty_root();
  Hash256 all = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) all = node_hash(peaks_[i], all);
  return all;
}

void AppendLog::append(const Hash256& leaf_hash, std::vector<LogNode>& completed) {
  LogNode node{0, size_, leaf_hash};
  completed.push_back(node);
  for (; size_ >> node.level & 1; completed.push_back(node)) {
    node.hash = node_hash(peaks_.back(), node.hash);
    peaks_.pop_back();
    ++node.level;
    node.index >>= 1;
  }
  peaks_.push_back(node.hash);
  ++size_;
}

Result<std::vector<Hash256>> log_inclusion_proof(const NodeReader& read, std::uint64_t index, std::uint64_t size) {
  LUCID_TRY(check_size(size, "size"));
  if (index >= size) return fail(Fault::merkle_index, "index", "below " + std::to_string(size), std::to_string(index));
  return read_roots_of(read, inclusion_ranges(index, size));
}

Result<std::vector<Hash256>> log_consistency_proof(const NodeReader& read, std::uint64_t old_size,
                                                   std::uint64_t new_size) {
  LUCID_TRY(check_size(new_size, "new_size"));
  if (old_size > new_size)
    return fail(Fault::merkle_size, "old_size", "at most " + std::to_string(new_size), std::to_string(old_size));
  if (old_size == 0) return std::vector<Hash256>{};
  return read_roots_of(read, consistency_ranges(old_size, new_size));
}

}  // namespace lucid::merkle
