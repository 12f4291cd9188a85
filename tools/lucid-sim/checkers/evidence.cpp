// Evidence never names a correct node (protocol.md sections 3 and 8): neither what a node finds nor what goes on chain.
#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

class EvidenceChecker final : public Observer {
 public:
  explicit EvidenceChecker(WatchPtr watch) : watch_(std::move(watch)) {}

  void see(TimeMs now, const Sighting& sighting) override {
    if (const auto* found = std::get_if<EvidenceFound>(&sighting)) {
      if (!watch_->lies(found->node))
        judge(now, said_by(found->evidence.first).signer, "node " + std::to_string(found->node) + " found");
    } else if (const auto* committed = std::get_if<Committed>(&sighting)) {
      if (watch_->lies(committed->node) || !committed->changes) return;
      for (const ledger::EvidenceRecord& record : committed->changes->evidence)
        judge(now, record.key.validator, "height " + std::to_string(committed->block->header.height) + " holds");
    }
  }

 private:
  void judge(TimeMs now, const Address& named, const std::string& where) {
    if (!watch_->is_honest(named) || watch_->excused.contains(named)) return;
    watch_->findings.violated(ViolationKind::safety, now, "evidence-names-the-guilty",
                              where + " evidence against " + short_text(named) + ", which is honest");
  }

  WatchPtr watch_;
};

}  // namespace

std::unique_ptr<Observer> evidence_checker(WatchPtr watch) {
  return std::make_unique<EvidenceChecker>(std::move(watch));
}

}  // namespace lucid::sim
