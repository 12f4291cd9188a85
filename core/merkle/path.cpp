#include "core/merkle/path.hpp"

#include <algorithm>
#include <bit>

namespace lucid::merkle {

std::uint64_t split_of(std::uint64_t count) {
  return std::bit_floor(count - 1);
}

std::vector<LeafRange> inclusion_ranges(std::uint64_t index, std::uint64_t size) {
  std::vector<LeafRange> path;
  LeafRange here{0, size};
  while (here.count > 1) {
    const std::uint64_t left = split_of(here.count);
    const LeafRange low{here.first, left}, high{here.first + left, here.count - left};
    const bool in_low = index < high.first;
    path.push_back(in_low ? high : low);
    here = in_low ? low : high;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<LeafRange> consistency_ranges(std::uint64_t old_size, std::uint64_t new_size) {
  std::vector<LeafRange> path;
  LeafRange here{0, new_size};
  std::uint64_t old_count = old_size;  // leaves of `here` that the old tree has
  bool whole_old_tree = true;          // the verifier knows that root already
  while (old_count != here.count) {
    const std::uint64_t left = split_of(here.count);
    const LeafRange low{here.first, left}, high{here.first + left, here.count - left};
    if (old_count <= left) {
      path.push_back(high);
      here = low;
    } else {
      path.push_back(low);
      here = high;
      old_count -= left;
      whole_old_tree = false;
    }
  }
  if (!whole_old_tree) path.push_back(here);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace lucid::merkle
