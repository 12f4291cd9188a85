// Evidence never names a correct node (protocol.md sections 3 and 8): neither what a node finds nor what goes on chain.
#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

class EvidenceChecker final : public Observer {
 public:
  explicit EvidenceChecker(SharedPtr shared) : shared_(std::move(shared)) {}

  void see(TimeMs now, const Sighting& sighting) override {
    if (const auto* found = std::get_if<EvidenceFound>(&sighting)) {
      if (!shared_->lies(found->node))
        judge(now, said_by(found->evidence.first).signer, "node " + std::to_string(found->node) + " found");
    } else if (const auto* committed = std::get_if<Committed>(&sighting)) {
      if (shared_->lies(committed->node) || !committed->changes) return;
      for (const ledger::EvidenceRecord& record : committed->changes->evidence)
        judge(now, record.key.validator, "height " + std::to_string(committed->block->header.height) + " holds");
    }
  }

 private:
  void judge(TimeMs now, const Address& named, const std::string& where) {
    if (!shared_->is_honest(named) || shared_->excused.contains(named)) return;
    shared_->findings.violated(ViolationKind::safety, now, "evidence-names-the-guilty",
                               where + " evidence against " + short_text(named) + ", which is honest");
  }

  SharedPtr shared_;
};

}  // namespace

std::unique_ptr<Observer> evidence_checker(SharedPtr shared) {
  return std::make_unique<EvidenceChecker>(std::move(shared));
}

}  // namespace lucid::sim
