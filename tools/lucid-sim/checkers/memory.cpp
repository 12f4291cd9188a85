// What a node keeps for a height is bounded, whatever is sent to it (protocol.md section 8).
//
// With R rounds kept, 100 on each side of the current one, that one, and those of a locked, a valid and a proposed
// value: a validator has at most two contents in each of two steps of a round (the second is evidence), so there are at
// most 4·n·R votes; a round has at most two proposals of its one proposer, so at most 2·R of those. A block of round r
// fills at most max_block_bytes / 2^min(r, 5): over all rounds 2·(2 + R/32)·max_block_bytes. A message takes less than
// 1 KiB.
#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

constexpr std::uint64_t kRounds = 100 + 1 + 100 + 3;
constexpr std::uint64_t kMessageBytes = 1024;

class MemoryChecker final : public Observer {
 public:
  explicit MemoryChecker(SharedPtr shared) : shared_(std::move(shared)) {}

  void see(TimeMs now, const Sighting& sighting) override {
    const auto* used = std::get_if<MemoryUsed>(&sighting);
    if (used == nullptr || shared_->lies(used->node) || !shared_->history.knows(used->height)) return;
    const std::uint64_t n = shared_->history.set_of(used->height).members.size();
    const std::uint64_t messages = 4 * n * kRounds + 2 * kRounds;
    const std::uint64_t bytes =
        messages * kMessageBytes + (4 + 2 * kRounds / 32) * shared_->history.params().max_block_bytes;
    if (used->messages > messages || used->bytes > bytes)
      shared_->findings.violated(ViolationKind::liveness, now, "memory-bounded",
                                 "node " + std::to_string(used->node) + " keeps " + std::to_string(used->messages) +
                                     " messages and " + std::to_string(used->bytes) + " bytes for height " +
                                     std::to_string(used->height) + ", at most " + std::to_string(messages) + " and " +
                                     std::to_string(bytes) + " are due");
  }

 private:
  SharedPtr shared_;
};

}  // namespace

std::unique_ptr<Observer> memory_checker(SharedPtr shared) {
  return std::make_unique<MemoryChecker>(std::move(shared));
}

}  // namespace lucid::sim
