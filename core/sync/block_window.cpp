#include "core/sync/block_window.hpp"

#include <iterator>
#include <utility>

namespace lucid::sync {

const HeldBlock* BlockWindow::find(Height height) const {
  const auto found = blocks_.find(height);
  return found == blocks_.end() ? nullptr : &found->second;
}

void BlockWindow::add(Height height, HeldBlock block) {
  const std::uint64_t bytes = block.bytes;
  if (blocks_.try_emplace(height, std::move(block)).second) bytes_ += bytes;
}

void BlockWindow::remove_up_to(Height height) {
  while (!blocks_.empty() && blocks_.begin()->first <= height) {
    bytes_ -= blocks_.begin()->second.bytes;
    blocks_.erase(blocks_.begin());
  }
}

void BlockWindow::remove_of(PeerId peer) {
  std::erase_if(blocks_, [&](const auto& entry) {
    if (entry.second.peer != peer) return false;
    bytes_ -= entry.second.bytes;
    return true;
  });
}

bool BlockWindow::evict_above(Height height) {
  if (blocks_.empty() || blocks_.rbegin()->first <= height) return false;
  const auto last = std::prev(blocks_.end());
  bytes_ -= last->second.bytes;
  blocks_.erase(last);
  return true;
}

}  // namespace lucid::sync
