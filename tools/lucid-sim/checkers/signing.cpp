// What honest keys sign: once, stored first, in turn, and never against a lock (protocol.md section 3, arXiv:1807.04938
// Algorithm 1, lines 14 to 46).
#include <algorithm>

#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/holdings.hpp"
#include "tools/lucid-sim/checkers/key_book.hpp"

namespace lucid::sim {
namespace {

/// What a clock may have drifted since it was last reported, with some room.
constexpr std::int64_t kUntoldMs = 20;

class SigningChecker final : public Observer {
 public:
  explicit SigningChecker(SharedPtr shared) : shared_(std::move(shared)), machines_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { on(one); })
            if (!shared_->lies(one.node)) on(one);
        },
        sighting);
  }

 private:
  struct Machine {
    Holdings holdings;
    std::int64_t clock_offset_ms = 0;
    std::int64_t highest_offset_ms = 0;  // since the process began
    Height started_at = 0;
    bool has_old_disk = false;                                            // and has not joined again
    std::optional<std::pair<std::uint64_t, std::optional<Address>>> key;  // in the set of an epoch
  };

  void violated(std::string_view invariant, NodeIndex node, std::string words) {
    shared_->findings.violated(ViolationKind::safety, now_, invariant,
                               "node " + std::to_string(node) + ": " + std::move(words));
  }
  /// At the earliest, and at the latest since it started.
  TimeMs earliest_clock_of(const Machine& machine) const {
    return static_cast<TimeMs>(static_cast<std::int64_t>(now_) + machine.clock_offset_ms - kUntoldMs);
  }
  TimeMs latest_clock_of(const Machine& machine) const {
    return static_cast<TimeMs>(static_cast<std::int64_t>(now_) + machine.highest_offset_ms + kUntoldMs);
  }

  // ---- the machine itself

  void on(const ClockSet& seen) {
    Machine& machine = machines_[seen.node];
    machine.clock_offset_ms = seen.offset_ms;
    machine.highest_offset_ms = std::max(machine.highest_offset_ms, seen.offset_ms);
  }

  void on(const Crashed& seen) {
    machines_[seen.node].holdings.crash();
    for (auto& [key, book] : books_) book.lost_by(mask_of(seen.node));
  }

  void on(const Started& seen) {
    Machine& machine = machines_[seen.node];
    machine.highest_offset_ms = machine.clock_offset_ms;
    machine.started_at = seen.height;
    // One that starts twice before it joined still has the old disk.
    if (!seen.old_disk && !machine.has_old_disk) return;
    machine.has_old_disk = true;
    for_each_key(seen.node, [](KeyBook& book) { book.ask(); });
  }

  void on(const RoleChanged& seen) {
    Machine& machine = machines_[seen.node];
    if (seen.role != Role::joined || !machine.has_old_disk) return;
    machine.has_old_disk = false;
    const History& history = shared_->history;
    const Height height = history.tip() + 1;
    const ValidatorSet& set = history.set_of(height);
    NodeMask members = 0;
    for (std::size_t other = 0; other < machines_.size(); ++other)
      if (other != seen.node && key_in(static_cast<NodeIndex>(other), set))
        members |= mask_of(static_cast<NodeIndex>(other));
    const std::size_t needed = set.members.size() + 1 - history.quorum_of(height);
    for_each_key(seen.node, [&](KeyBook& book) { book.answered(machine.started_at, members, needed); });
  }

  void on(const Committed& seen) { machines_[seen.node].holdings.forget_below(seen.block->header.height); }

  template <class Action>
  void for_each_key(NodeIndex node, Action action) {
    const NodeFacts& facts = shared_->facts.nodes[node];
    action(books_[facts.address]);
    for (const Address& later : facts.later_addresses) action(books_[later]);
  }

  /// With which of its keys a machine is in that set.
  std::optional<Address> key_in(NodeIndex node, const ValidatorSet& set) const {
    for (const Validator& member : set.members)
      if (shared_->owns(node, member.address)) return member.address;
    return std::nullopt;
  }

  /// The same for the set of a height, found once an epoch.
  const std::optional<Address>& key_at(NodeIndex node, Height height) {
    auto& known = machines_[node].key;
    const std::uint64_t epoch = shared_->history.plan_of(height).epoch;
    if (!known || known->first != epoch) known = {epoch, key_in(node, shared_->history.set_of_epoch(epoch))};
    return known->second;
  }

  // ---- what came in

  void on(const Held& seen) {
    const Said said = said_by(seen.message);
    Machine& machine = machines_[seen.node];
    if (said.step == 0)
      machine.holdings.add_proposal({said, seen.block, earliest_clock_of(machine)});
    else if (said.step == 1)
      machine.holdings.add_prevote(said, false);
    if (shared_->owns(seen.node, said.signer)) return;
    const auto book = books_.find(said.signer);
    const bool known = book != books_.end() && book->second.held_by(mask_of(seen.node), said);
    // However it left its signer: what is here was sent.
    if (!known && shared_->is_honest(said.signer))
      violated("stored-before-sent", seen.node, "holds " + words_of(said) + ", which its signer has not stored");
  }

  // ---- what it signs

  void on(const Stored& seen) {
    Machine& machine = machines_[seen.node];
    for (const consensus::SignRecord& record : seen.persist.records) {
      if (!shared_->history.knows(record.height)) {
        violated("signs-onwards", seen.node, "signed at height " + std::to_string(record.height) + ", which none has");
        continue;
      }
      const Said said{key_at(seen.node, record.height).value_or(shared_->facts.nodes[seen.node].address),
                      record.height,
                      record.round,
                      static_cast<int>(record.step),
                      record.value,
                      record.valid_round,
                      record.signature};
      KeyBook& book = books_[said.signer];
      if (book.has(said)) continue;
      check_once(seen.node, book, said);
      check_gate(seen.node, machine, said);
      if (said.step == 0) check_proposal(seen.node, machine, said);
      if (said.step == 1 && said.value) check_prevote(seen.node, machine, book, said);
      if (said.step == 2 && said.value) check_precommit(seen.node, machine, said);
      book.add(said);
      if (said.step == 0) machine.holdings.add_proposal({said, nullptr, earliest_clock_of(machine)});
      if (said.step == 1) machine.holdings.add_prevote(said, true);
    }
    for (const Vote& vote : seen.persist.durable.prevotes) machine.holdings.add_prevote(said_by(vote), true);
    check_durable(seen);
  }

  void check_once(NodeIndex node, const KeyBook& book, const Said& said) {
    const Signed* before = book.find(said);
    if (before != nullptr && before->forgotten) {
      shared_->excused.insert(said.signer);
      return;
    }
    if (before != nullptr) return violated("signed-once", node, words_of(said) + " after " + words_of(before->said));
    const auto newest = book.newest();
    if (newest && said.place() < *newest)
      violated("signs-onwards", node,
               words_of(said) + " after it had signed at height " + std::to_string(std::get<0>(*newest)) + " round " +
                   std::to_string(std::get<1>(*newest)));
  }

  void check_gate(NodeIndex node, const Machine& machine, const Said& said) {
    const ChainParams& params = shared_->history.params();
    const TimeMs gate = shared_->history.at(said.height - 1).time + params.block_interval_ms - params.time_precision_ms;
    if (latest_clock_of(machine) < gate)
      violated("signs-after-the-gate", node,
               words_of(said) + " " + std::to_string(gate - latest_clock_of(machine)) + " ms before the gate");
  }

  bool has_quorum(const Machine& machine, Height height, Round round, const Hash256& block) const {
    const History& history = shared_->history;
    return machine.holdings.prevotes(height, round, block, history.set_of(height)) >= history.quorum_of(height);
  }

  void check_proposal(NodeIndex node, const Machine& machine, const Said& said) {
    const Address& due = shared_->history.plan_of(said.height).proposer(said.round);
    if (said.signer != due) violated("proposes-in-turn", node, words_of(said) + " in the turn of " + short_text(due));
    if (!said.valid_round) return;
    if (*said.valid_round >= said.round || !has_quorum(machine, said.height, *said.valid_round, *said.value))
      violated("proposes-by-rule", node, words_of(said) + " without the prevotes for it");
  }

  void check_precommit(NodeIndex node, const Machine& machine, const Said& said) {
    if (!has_quorum(machine, said.height, said.round, *said.value))
      violated("precommit-with-quorum", node,
               words_of(said) + " with " +
                   std::to_string(machine.holdings.prevotes(said.height, said.round, *said.value,
                                                            shared_->history.set_of(said.height))) +
                   " prevotes held");
  }

  /// Some proposal of that round must allow it.
  void check_prevote(NodeIndex node, const Machine& machine, const KeyBook& book, const Said& said) {
    std::optional<std::pair<std::string_view, std::string>> fault{
        {"prevote-by-proposal", "no such proposal was there"}};
    if (const auto* proposals = machine.holdings.proposals(said.height))
      for (const HeldProposal& proposal : *proposals) {
        if (proposal.said.round != said.round || proposal.said.value != said.value) continue;
        fault = fault_of(machine, book, proposal, said);
        if (!fault) return;
      }
    violated(fault->first, node, words_of(said) + ": " + fault->second);
  }

  std::optional<std::pair<std::string_view, std::string>> fault_of(const Machine& machine, const KeyBook& book,
                                                                   const HeldProposal& proposal,
                                                                   const Said& prevote) const {
    const OwnPlan& plan = shared_->history.plan_of(prevote.height);
    const auto& valid_round = proposal.said.valid_round;
    if (proposal.said.signer != plan.proposer(prevote.round))
      return {{"prevote-by-proposal", "it was not the turn of its proposer"}};
    if (valid_round &&
        (*valid_round >= prevote.round || !has_quorum(machine, prevote.height, *valid_round, *prevote.value)))
      return {{"prevote-by-proposal", "the prevotes of its valid round are not there"}};
    if (const Said* lock = book.lock_before(prevote.height, prevote.round);
        lock != nullptr && lock->value != prevote.value && (!valid_round || *valid_round <= lock->round))
      return {
          {"unlock-by-newer", "locked on " + short_text(*lock->value) + " in round " + std::to_string(lock->round)}};
    if (!proposal.block) return std::nullopt;
    const Header& header = proposal.block->header;
    if (auto words = header_fault(plan, proposal.said, header)) return {{"prevote-by-proposal", *words}};
    if (!valid_round && !is_backed(machine, prevote)) {
      const ChainParams& params = shared_->history.params();
      const std::uint64_t delay_ms = params.time_delay_ms * (std::uint64_t{prevote.round} + 1);
      if (header.time > latest_clock_of(machine) + params.time_precision_ms ||
          header.time + delay_ms + params.time_precision_ms < proposal.arrived_at)
        return {{"proposal-time", "dated " + std::to_string(header.time) + ", come at " +
                                      std::to_string(proposal.arrived_at) + " by its clock"}};
    }
    return std::nullopt;
  }

  /// The rules that keep a header's round and proposer from being forged.
  static std::optional<std::string> header_fault(const OwnPlan& plan, const Said& proposal, const Header& header) {
    if (header.proposer != plan.proposer(header.round)) return "its header names one whose turn it was not";
    if (!proposal.valid_round && (header.round != proposal.round || header.proposer != proposal.signer))
      return "a new value whose header names another round or proposer";
    if (proposal.valid_round && header.round > *proposal.valid_round) return "its header names a round too high";
    return std::nullopt;
  }

  /// A quorum of prevotes, of this round or an earlier one, stands behind the value.
  bool is_backed(const Machine& machine, const Said& prevote) const {
    for (Round round = 0; round <= prevote.round; ++round)
      if (has_quorum(machine, prevote.height, round, *prevote.value)) return true;
    return false;
  }

  void check_durable(const Stored& seen) {
    const consensus::DurableRound& durable = seen.persist.durable;
    if (!durable.locked_round) return;
    // One outside the set follows the votes of others, and locks without a signature of its own.
    const History& history = shared_->history;
    if (!history.knows(durable.height) || !key_at(seen.node, durable.height)) return;
    std::optional<Round> newest;
    for_each_key(seen.node, [&](const KeyBook& book) { newest = std::max(newest, book.newest_round(durable.height)); });
    if (!newest || *durable.locked_round > *newest)
      violated("locked-round", seen.node,
               "locked in round " + std::to_string(*durable.locked_round) + " of height " +
                   std::to_string(durable.height) + " and signed up to " +
                   (newest ? "round " + std::to_string(*newest) : std::string("none")));
  }

  // ---- what it sends

  void on(const Sent& seen) {
    const Said said = said_by(seen.message);
    if (!shared_->owns(seen.node, said.signer)) return;  // passes on what another signed
    if (!books_[said.signer].has(said)) violated("stored-before-sent", seen.node, words_of(said) + " was not stored");
    if (said.step != 0 || !seen.block || !shared_->history.knows(said.height)) return;
    if (const auto words = header_fault(shared_->history.plan_of(said.height), said, seen.block->header))
      violated("proposes-by-rule", seen.node, words_of(said) + ": " + *words);
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::vector<Machine> machines_;
  std::map<Address, KeyBook> books_;
};

}  // namespace

std::unique_ptr<Observer> signing_checker(SharedPtr shared) {
  return std::make_unique<SigningChecker>(std::move(shared));
}

}  // namespace lucid::sim
