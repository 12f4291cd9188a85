// Finds the causes. Each function looks for one kind of trouble and knows no words.
#include "core/consensus/stall.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/consensus/timeouts.hpp"

namespace lucid::consensus {
namespace {

/// A peer that claims one height more has only heard of a block first.
constexpr Height kHeightsOnTheirWay = 1;
/// Sync asks another peer after a second; when nothing came from any of them for so long, nothing will.
constexpr std::uint64_t kCatchUpPatienceMs = 30'000;

std::uint64_t ms_between(std::int64_t one, std::int64_t other) {
  return one < other ? static_cast<std::uint64_t>(other) - static_cast<std::uint64_t>(one)
                     : static_cast<std::uint64_t>(one) - static_cast<std::uint64_t>(other);
}

/// Collects what is found.
class Findings {
 public:
  explicit Findings(const StallFacts& facts) : facts_(facts), quorum_(facts.validators.quorum()) {
    here_ = facts.is_member ? 1 : 0;
    for (const MemberFacts& other : facts.others) here_ += other.is_here() ? 1 : 0;
  }

  std::size_t here() const { return here_; }
  bool enough_here() const { return here_ >= quorum_; }
  const std::vector<Cause>& causes() const { return causes_; }
  std::vector<Cause> take() {
    std::stable_sort(causes_.begin(), causes_.end(), [](const Cause& a, const Cause& b) { return a.kind < b.kind; });
    return std::move(causes_);
  }

  /// What may be wrong whether or not the chain moves.
  void look_at_nodes() {
    if (!facts_.silent_part.empty()) add(CauseKind::part_silent).detail = facts_.silent_part;
    look_at_own_disk();
    look_at_signing();
    look_at_reach();
    look_at_others_disks();
    look_at_clocks();
    look_at_height();
  }
  /// What holds up a height that is due.
  void look_at_round() {
    if (facts_.status.started) {
      look_at_proposal();
      look_at_votes();
      look_at_block();
    }
    if (causes_.empty()) add(CauseKind::waiting).detail = facts_.status.waiting_for;
  }

 private:
  Cause& add(CauseKind kind) {
    Cause cause;
    cause.kind = kind;
    cause.count = here_;
    cause.needed = quorum_;
    cause.members = facts_.validators.size();
    cause.height = facts_.status.started ? facts_.status.height : facts_.tip + 1;
    cause.round = facts_.status.round;
    causes_.push_back(std::move(cause));
    return causes_.back();
  }

  void look_at_own_disk() {
    if (facts_.disk.state == DiskState::fine) return;
    Cause& cause = add(facts_.disk.state == DiskState::full ? CauseKind::own_disk_full : CauseKind::own_disk_slow);
    cause.ms = facts_.disk.write_ms;
    cause.limit_ms = slow_disk_ms(facts_.params);
  }

  void look_at_others_disks() {
    for (const auto& [state, kind] : {std::pair{DiskState::full, CauseKind::peer_disk_full},
                                      std::pair{DiskState::slow, CauseKind::peer_disk_slow}}) {
      std::vector<Concerned> who;
      for (const MemberFacts& other : facts_.others)
        if (other.is_here() && other.disk.state == state) who.push_back({other.name, other.disk.write_ms, {}, 0});
      if (who.empty()) continue;
      Cause& cause = add(kind);
      cause.who = std::move(who);
      cause.limit_ms = slow_disk_ms(facts_.params);
    }
  }

  void look_at_signing() {
    const ConsensusStatus& status = facts_.status;
    if (!facts_.is_member) return;
    if (status.stopped) {
      // A full disk has said so already.
      if (status.stopped->kind == AlarmKind::persist_failed && facts_.disk.state == DiskState::full) return;
      const bool foreign = status.stopped->kind == AlarmKind::foreign_signature;
      Cause& cause = add(foreign ? CauseKind::key_used_elsewhere : CauseKind::signing_stopped);
      cause.detail = std::string(alarm_name(status.stopped->kind)) + ": " + lucid::to_text(status.stopped->error);
    } else if (status.start == StartPhase::watching) {
      add(CauseKind::data_is_old_copy);
    } else if (status.start == StartPhase::asking && status.started) {
      Cause& cause = add(CauseKind::start_unanswered);
      cause.count = status.start_answers;
      cause.needed = quorum_ - 1;
    }
  }

  void look_at_reach() {
    std::vector<Concerned> missing;
    for (const MemberFacts& other : facts_.others)
      if (!other.is_here()) missing.push_back(missing_one(other));
    if (missing.empty()) return;
    add(enough_here() ? CauseKind::validators_missing : CauseKind::too_few_validators).who = std::move(missing);
  }

  static Concerned missing_one(const MemberFacts& other) {
    std::string detail = other.connected ? "silent" : other.seen ? "not connected" : "never connected";
    if (!other.connected && !other.why_not.empty()) detail += ": " + other.why_not;
    return {other.name, static_cast<std::int64_t>(other.silent_ms), std::move(detail), 0};
  }

  void look_at_height() {
    const MemberFacts* highest = nullptr;
    for (const MemberFacts& other : facts_.others)
      if (other.is_here() && (!highest || other.height > highest->height)) highest = &other;
    if (highest && highest->height > facts_.tip + kHeightsOnTheirWay) {
      Cause& cause = add(CauseKind::behind_the_others);
      cause.who = {{highest->name, 0, {}, 0}};
      cause.height = highest->height;
      cause.count = facts_.tip;
      cause.detail = facts_.catch_up.doing;
    } else if (facts_.catch_up.catching_up && facts_.catch_up.confirmed < facts_.catch_up.needed) {
      Cause& cause = add(CauseKind::tip_unconfirmed);
      cause.count = facts_.catch_up.confirmed;
      cause.needed = facts_.catch_up.needed;
    }
  }

  /// The clocks of more than half of the validators whose clocks are known, within the precision of one of them, are
  /// right; whoever is farther from that one is off. Without such a half nobody can say whose clock is right.
  void look_at_clocks() {
    const std::uint64_t limit_ms = facts_.params.time_precision_ms;
    const ConsensusStatus& status = facts_.status;
    if (status.started && !status.opened && facts_.now + facts_.params.block_interval_ms < status.parent_time) {
      add(CauseKind::own_clock_behind_chain).ms = static_cast<std::int64_t>(status.parent_time - facts_.now);
    }
    std::vector<std::int64_t> offsets{0};  // this node's own
    for (const MemberFacts& other : facts_.others)
      if (other.is_here() && other.clock_offset_ms) offsets.push_back(*other.clock_offset_ms);
    const auto agreeing = [&](std::int64_t with) {
      return static_cast<std::size_t>(std::count_if(
          offsets.begin(), offsets.end(), [&](std::int64_t one) { return ms_between(one, with) <= limit_ms; }));
    };
    const auto right = std::max_element(offsets.begin(), offsets.end(),
                                        [&](std::int64_t a, std::int64_t b) { return agreeing(a) < agreeing(b); });
    const bool known = 2 * agreeing(*right) > offsets.size();
    const std::int64_t right_ms = known ? *right : 0;
    if (known && ms_between(0, right_ms) > limit_ms) {
      Cause& cause = add(CauseKind::own_clock_off);
      cause.ms = -right_ms;
      cause.limit_ms = limit_ms;
    }
    std::vector<Concerned> off;
    for (const MemberFacts& other : facts_.others)
      if (other.is_here() && other.clock_offset_ms && ms_between(*other.clock_offset_ms, right_ms) > limit_ms)
        off.push_back({other.name, *other.clock_offset_ms - right_ms, {}, 0});
    if (off.empty()) return;
    Cause& cause = add(known ? CauseKind::peer_clock_off : CauseKind::clocks_apart);
    cause.who = std::move(off);
    cause.limit_ms = limit_ms;
  }

  const MemberFacts* find(const Address& address) const {
    const auto found = std::find_if(facts_.others.begin(), facts_.others.end(),
                                    [&](const MemberFacts& other) { return other.address == address; });
    return found == facts_.others.end() ? nullptr : &*found;
  }

  void look_at_proposal() {
    const ConsensusStatus& status = facts_.status;
    if (status.rejection) {
      Cause& cause = add(CauseKind::proposal_rejected);
      cause.round = status.rejection->round;
      cause.who = {{status.rejection->proposer_name, 0, {}, cause.round}};
      cause.detail = lucid::to_text(status.rejection->error);
    }
    const auto refused = std::find_if(facts_.rounds.rbegin(), facts_.rounds.rend(), [&](const RoundVotes& round) {
      return std::any_of(round.voters.begin(), round.voters.end(),
                         [&](const VoterStatus& voter) { return find(voter.address) && voter.prevote == "reject"; });
    });
    if (refused != facts_.rounds.rend()) {
      Cause& cause = add(CauseKind::proposal_refused);
      cause.round = refused->round;
      cause.detail = refused->proposer_name;
      for (const VoterStatus& voter : refused->voters)
        if (find(voter.address) && voter.prevote == "reject") cause.who.push_back({voter.name, 0, {}, cause.round});
    }
    if (!status.opened || status.step != step_name(RoundStep::propose) || status.proposal) return;
    const MemberFacts* proposer = find(status.proposer);
    if (!proposer) return;
    add(proposer->is_here() ? CauseKind::proposer_silent : CauseKind::proposer_missing).who = {
        {proposer->name, static_cast<std::int64_t>(proposer->silent_ms), {}, status.round}};
  }

  /// The newest of the rounds shown in which the validator voted.
  std::optional<Round> newest_round_of(const Address& address) const {
    for (auto round = facts_.rounds.rbegin(); round != facts_.rounds.rend(); ++round)
      for (const VoterStatus& voter : round->voters)
        if (voter.address == address && (voter.prevote != "none" || voter.precommit != "none")) return round->round;
    return std::nullopt;
  }

  /// Of those that are here: who votes nowhere, and whether the others vote in rounds too far apart to meet.
  void look_at_votes() {
    const ConsensusStatus& status = facts_.status;
    if (!enough_here() || !status.opened || status.decided) return;
    std::vector<Concerned> voted, silent;
    for (const MemberFacts& other : facts_.others) {
      if (!other.is_here()) continue;
      const auto round = newest_round_of(other.address);
      (round ? voted : silent).push_back({other.name, 0, {}, round.value_or(0)});
    }
    std::vector<Round> rounds;
    for (const Concerned& voter : voted) rounds.push_back(voter.round);
    if (facts_.is_member && status.may_sign) rounds.push_back(status.round);
    std::sort(rounds.begin(), rounds.end());
    if (!rounds.empty() && rounds.back() > rounds.front() + 1 &&
        static_cast<std::size_t>(std::count(rounds.begin(), rounds.end(), rounds.back())) < quorum_)
      add(CauseKind::votes_split).who = std::move(voted);
    if (!silent.empty()) add(CauseKind::votes_missing).who = std::move(silent);
  }

  void look_at_block() {
    const ConsensusStatus& status = facts_.status;
    if (status.missing) {
      Cause& cause = add(CauseKind::block_missing);
      cause.round = status.missing->round;
      cause.block = status.missing->block;
    }
    if (status.decided) add(CauseKind::block_not_stored);
  }

  const StallFacts& facts_;
  std::size_t quorum_ = 0;
  std::size_t here_ = 0;
  std::vector<Cause> causes_;
};

/// Whether blocks that others decided still come in, or enough are here to say whether there are any.
bool catches_up(const StallFacts& facts, const Findings& found) {
  const auto has = [&](CauseKind kind) {
    return std::any_of(found.causes().begin(), found.causes().end(),
                       [&](const Cause& cause) { return cause.kind == kind; });
  };
  const bool can = has(CauseKind::behind_the_others) || (has(CauseKind::tip_unconfirmed) && found.enough_here());
  return facts.catch_up.catching_up && can && facts.catch_up.tip_for_ms < kCatchUpPatienceMs;
}

Pace pace_of(const StallFacts& facts, const Findings& found, const Diagnosis& diagnosis) {
  if (catches_up(facts, found)) return Pace::catching_up;
  if (!found.enough_here() || !facts.silent_part.empty()) return Pace::stalled;
  if (!facts.status.started) return facts.times.here_ms < diagnosis.patience_ms ? Pace::catching_up : Pace::stalled;
  if (diagnosis.overdue_ms >= diagnosis.patience_ms) return Pace::stalled;
  return facts.status.opened || facts.status.decided ? Pace::voting : Pace::idle;
}

std::string summary_of(const StallFacts& facts, const Diagnosis& diagnosis) {
  const std::string height = "height " + std::to_string(facts.tip + 1);
  switch (diagnosis.pace) {
    case Pace::idle:
    case Pace::voting:
      return "the chain moves: " + height + ", round " + std::to_string(facts.status.round) + ", waits for " +
             facts.status.waiting_for;
    case Pace::catching_up:
      return "this node catches up: height " + std::to_string(facts.tip) + " is here, sync " + facts.catch_up.doing;
    case Pace::stalled:
      break;
  }
  // In short: why each one is not connected stands with the cause.
  Cause cause = diagnosis.causes.front();
  for (Concerned& one : cause.who) one.detail = one.detail.substr(0, one.detail.find(':'));
  return "the chain does not move at " + height + ": " + to_text(cause);
}

}  // namespace

Diagnosis diagnose(const StallFacts& facts) {
  Findings found(facts);
  found.look_at_nodes();
  Diagnosis out;
  out.overdue_ms = facts.status.started ? overdue_ms(facts.status, facts.times, facts.now) : facts.times.here_ms;
  out.patience_ms = patience_ms(facts.params, facts.validators);
  out.here = found.here();
  out.needed = facts.validators.quorum();
  out.pace = pace_of(facts, found, out);
  // With a full disk this node takes in nothing of its round: what it holds of it says nothing of the others.
  if (!out.moving() && facts.disk.state != DiskState::full) found.look_at_round();
  out.causes = found.take();
  out.summary = summary_of(facts, out);
  return out;
}

std::uint64_t patience_ms(const ChainParams& params, const ValidatorSet& validators) {
  std::uint64_t out = 2 * params.slot_timeout_ms;
  for (Round round = 0; round <= validators.faulty_max(); ++round)
    out += propose_timeout_ms(params, round) + 2 * vote_timeout_ms(params, round);
  return out;
}

std::uint64_t overdue_ms(const ConsensusStatus& status, const HeightTimes& times, TimeMs now) {
  if (times.opened_ms) return *times.opened_ms;
  const auto since = [&](TimeMs time) { return now > time ? now - time : 0; };
  const std::uint64_t due_ms = std::max(since(status.closing_from), times.working_ms.value_or(0));
  return std::min({due_ms, since(status.earliest_time), times.here_ms});
}

std::uint64_t slow_disk_ms(const ChainParams& params) {
  return std::max<std::uint64_t>(50, params.slot_timeout_ms / 10);
}

std::string_view pace_name(Pace pace) {
  switch (pace) {
    case Pace::idle:
      return "idle";
    case Pace::voting:
      return "voting";
    case Pace::catching_up:
      return "catching_up";
    case Pace::stalled:
      break;
  }
  return "stalled";
}

}  // namespace lucid::consensus
