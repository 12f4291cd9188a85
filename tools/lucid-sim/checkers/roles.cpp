// A node signs nothing while it catches up or waits for what others hold of its key, and only at the height after its
// newest block: consensus and sync never work on one height (protocol.md sections 3 and 9).
#include <algorithm>
#include <tuple>
#include <vector>

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

class RolesChecker final : public Observer {
 public:
  explicit RolesChecker(SharedPtr shared) : shared_(std::move(shared)), machines_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    if (const auto* started = std::get_if<Started>(&sighting)) {
      machines_[started->node].role = Role::waiting_for_records;
      machines_[started->node].height = started->height;
    } else if (const auto* changed = std::get_if<RoleChanged>(&sighting)) {
      machines_[changed->node].role = changed->role;
    } else if (const auto* committed = std::get_if<Committed>(&sighting)) {
      machines_[committed->node].height = committed->block->header.height;
    } else if (const auto* sent = std::get_if<Sent>(&sighting)) {
      if (!shared_->lies(sent->node))
        std::visit([&](const auto& message) { note(sent->node, message); }, sent->message);
    } else if (const auto* stored = std::get_if<Stored>(&sighting)) {
      if (!shared_->lies(stored->node)) judge(now, *stored);
    }
  }

 private:
  /// What was signed: height, round, step and content.
  using Content = std::tuple<Height, Round, consensus::SignStep, std::optional<Hash256>>;
  struct Machine {
    Role role = Role::waiting_for_records;
    Height height = 0;
    std::vector<Content> sent;
  };

  void note(NodeIndex node, const Vote& vote) {
    const bool prevote = vote.step == VoteStep::prevote;
    machines_[node].sent.emplace_back(
        vote.height, vote.round, prevote ? consensus::SignStep::prevote : consensus::SignStep::precommit, vote.block);
  }
  void note(NodeIndex node, const Proposal& proposal) {
    machines_[node].sent.emplace_back(proposal.height, proposal.round, consensus::SignStep::propose, proposal.block);
  }

  /// A machine stores what it signs, and what others tell it that its key has signed before: that has been sent once.
  void judge(TimeMs now, const Stored& stored) {
    const Machine& machine = machines_[stored.node];
    const auto violated = [&](std::string_view invariant, std::string words) {
      shared_->findings.violated(ViolationKind::safety, now, invariant,
                                 "node " + std::to_string(stored.node) + " signed " + std::move(words));
    };
    for (const consensus::SignRecord& record : stored.persist.records) {
      if (machine.role == Role::joined && record.height == machine.height + 1) continue;
      const Content what{record.height, record.round, record.step, record.value};
      if (std::find(machine.sent.begin(), machine.sent.end(), what) != machine.sent.end()) continue;
      if (machine.role != Role::joined)
        violated("silent-until-joined",
                 machine.role == Role::catching_up ? "while it catches up" : "before it has its answers");
      if (record.height != machine.height + 1)
        violated("signs-next-height",
                 "at height " + std::to_string(record.height) + " with " + std::to_string(machine.height) + " blocks");
    }
  }

  SharedPtr shared_;
  std::vector<Machine> machines_;
};

}  // namespace

std::unique_ptr<Observer> roles_checker(SharedPtr shared) {
  return std::make_unique<RolesChecker>(std::move(shared));
}

}  // namespace lucid::sim
