// Nothing is on chain twice, and what was acknowledged is there in the end (protocol.md section 8).
//
// An acknowledged transaction waits in its node's outbox. It is asked for only where that node has belonged to the
// connected quorum for twice the time of the next block, and its disk was not set back since.
#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

constexpr std::uint64_t kGraceMs = 2 * kNextBlockMs;

class ClientsChecker final : public Observer {
 public:
  explicit ClientsChecker(SharedPtr shared) : shared_(std::move(shared)) {}

  void see(TimeMs now, const Sighting& sighting) override {
    if (const auto* told = std::get_if<Acknowledged>(&sighting)) {
      if (!shared_->lies(told->node)) acknowledged_.try_emplace(told->transaction, Promise{told->node, now});
    } else if (const auto* started = std::get_if<Started>(&sighting)) {
      if (started->old_disk)
        std::erase_if(acknowledged_, [&](const auto& row) { return row.second.node == started->node; });
    }
    for (; counted_ < shared_->history.tip(); ++counted_)
      for (const Hash256& id : shared_->history.at(counted_ + 1).transactions) count(now, id, counted_ + 1);
  }

  void end(TimeMs now) override {
    const auto& group = shared_->connected.group();
    if (!group || group->since + kGraceMs > now) return;
    for (const auto& [id, promise] : acknowledged_) {
      if (on_chain_.contains(id) || promise.at + kGraceMs > now) continue;
      if ((group->nodes & mask_of(promise.node)) == 0) continue;
      shared_->findings.violated(ViolationKind::safety, now, "acknowledged-on-chain",
                                 "transaction " + short_text(id) + " was acknowledged by node " +
                                     std::to_string(promise.node) + " and is on no block");
    }
  }

 private:
  struct Promise {
    NodeIndex node = 0;
    TimeMs at = 0;
  };

  void count(TimeMs now, const Hash256& id, Height height) {
    const auto [place, is_new] = on_chain_.try_emplace(id, height);
    if (!is_new)
      shared_->findings.violated(ViolationKind::safety, now, "on-chain-once",
                                 "transaction " + short_text(id) + " is in height " + std::to_string(place->second) +
                                     " and again in " + std::to_string(height));
  }

  SharedPtr shared_;
  Height counted_ = 0;
  std::map<Hash256, Height> on_chain_;
  std::map<Hash256, Promise> acknowledged_;
};

}  // namespace

std::unique_ptr<Observer> clients_checker(SharedPtr shared) {
  return std::make_unique<ClientsChecker>(std::move(shared));
}

}  // namespace lucid::sim
