// The causes in words, and the rules behind them.
#include "core/consensus/stall.hpp"

namespace lucid::consensus {
namespace {

using Describe = std::string (*)(const Concerned&);

/// "a, b and c".
std::string list_of(const std::vector<Concerned>& who, Describe describe) {
  std::string out;
  for (std::size_t i = 0; i < who.size(); ++i)
    out += (i == 0 ? "" : i + 1 == who.size() ? " and " : ", ") + describe(who[i]);
  return out;
}

std::string name_of(const Concerned& one) {
  return one.name;
}
std::string with_silence(const Concerned& one) {
  const std::string silence = duration_text(static_cast<std::uint64_t>(one.ms));
  // "silent" goes with how long, "not connected" too; why it is not reached stands last.
  const auto colon = one.detail.find(": ");
  const std::string why = colon == std::string::npos ? "" : one.detail.substr(colon);
  return one.name + " (" + one.detail.substr(0, colon) + " for " + silence + why + ")";
}
std::string with_round(const Concerned& one) {
  return one.name + " in round " + std::to_string(one.round);
}
std::string with_write(const Concerned& one) {
  return one.name + " (" + duration_text(static_cast<std::uint64_t>(one.ms)) + ")";
}
std::string ahead_text(std::int64_t ms) {
  const auto distance_ms = static_cast<std::uint64_t>(ms < 0 ? -ms : ms);
  return duration_text(distance_ms) + (ms < 0 ? " behind" : " ahead");
}
std::string with_offset(const Concerned& one) {
  return one.name + " (" + ahead_text(one.ms) + ")";
}

std::string counted_text(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

std::string here_text(const Cause& cause) {
  return "of " + counted_text(cause.members, "validator") + " " + std::to_string(cause.count) +
         (cause.count == 1 ? " is here" : " are here");
}

std::string plural(const Cause& cause, std::string_view one, std::string_view many) {
  return std::string(cause.who.size() == 1 ? one : many);
}

std::string of_this_node(const Cause& cause) {
  switch (cause.kind) {
    case CauseKind::part_silent:
      return "this node's " + cause.detail + " does not answer: it waits for the disk, or hangs";
    case CauseKind::own_disk_full:
      return "this node's disk is full: it signs nothing and stores no block until there is room";
    case CauseKind::own_disk_slow:
      return "this node's disk is slow: a synced write takes " + duration_text(static_cast<std::uint64_t>(cause.ms)) +
             ", where " + duration_text(cause.limit_ms) + " is what this chain's timing bears";
    case CauseKind::key_used_elsewhere:
      return "this node signs nothing any more: another process signs with its key, and a person must say which one "
             "goes on";
    case CauseKind::data_is_old_copy:
      return "this node signs nothing yet: its data is an old copy, for others hold newer signatures of its key; for "
             "two slots it watches whether its key signs elsewhere";
    case CauseKind::signing_stopped:
      return "this node signs nothing until it is started again: " + cause.detail;
    case CauseKind::start_unanswered:
      return "this node signs nothing before others have said what they hold of its key: " +
             std::to_string(cause.count) + " of " + std::to_string(cause.needed) + " have answered";
    case CauseKind::own_clock_behind_chain:
      return "this node's clock is " + duration_text(static_cast<std::uint64_t>(cause.ms)) +
             " behind the chain: it waits until its newest block's time has passed";
    case CauseKind::own_clock_off:
      return "this node's clock is " + ahead_text(cause.ms) + (cause.ms < 0 ? " most" : " of most") +
             " others', where " + duration_text(cause.limit_ms) + " is what this chain bears";
    case CauseKind::behind_the_others:
      return "this node is behind: it holds height " + std::to_string(cause.count) + " and " + cause.who.front().name +
             " says that it holds " + std::to_string(cause.height) + "; sync " + cause.detail;
    case CauseKind::tip_unconfirmed:
      return "this node does not know yet whether its tip is the newest block: " + std::to_string(cause.count) +
             " of " + counted_text(cause.needed, "other validator") + " have said so";
    case CauseKind::proposal_rejected:
      return "this node rejected what " + cause.who.front().name + " proposed in round " + std::to_string(cause.round) +
             ": " + cause.detail;
    case CauseKind::block_not_stored:
      return "block " + std::to_string(cause.height) + " is decided, and this node's database has not stored it yet";
    case CauseKind::block_missing:
      return "a quorum signed block " + to_hex(*cause.block).substr(0, 16) + " in round " +
             std::to_string(cause.round) + ", and its bytes are not here: each peer is asked for them in turn";
    default:
      return "this node waits for " + cause.detail;
  }
}

}  // namespace

std::string duration_text(std::uint64_t ms) {
  const auto two = [](std::uint64_t large, std::string_view large_unit, std::uint64_t small,
                      std::string_view small_unit) {
    std::string out = std::to_string(large) + " " + std::string(large_unit);
    if (small > 0) out += " " + std::to_string(small) + " " + std::string(small_unit);
    return out;
  };
  if (ms < 1'000) return std::to_string(ms) + " ms";
  if (ms < 10'000) return std::to_string(ms / 1'000) + "." + std::to_string(ms % 1'000 / 100) + " s";
  const std::uint64_t s = ms / 1'000;
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3'600) return two(s / 60, "min", s % 60, "s");
  if (s < 86'400) return two(s / 3'600, "h", s % 3'600 / 60, "min");
  return two(s / 86'400, "d", s % 86'400 / 3'600, "h");
}

std::string_view cause_name(CauseKind kind) {
  switch (kind) {
    case CauseKind::part_silent:
      return "part_silent";
    case CauseKind::own_disk_full:
      return "own_disk_full";
    case CauseKind::key_used_elsewhere:
      return "key_used_elsewhere";
    case CauseKind::data_is_old_copy:
      return "data_is_old_copy";
    case CauseKind::signing_stopped:
      return "signing_stopped";
    case CauseKind::own_clock_behind_chain:
      return "own_clock_behind_chain";
    case CauseKind::own_clock_off:
      return "own_clock_off";
    case CauseKind::too_few_validators:
      return "too_few_validators";
    case CauseKind::behind_the_others:
      return "behind_the_others";
    case CauseKind::start_unanswered:
      return "start_unanswered";
    case CauseKind::tip_unconfirmed:
      return "tip_unconfirmed";
    case CauseKind::peer_disk_full:
      return "peer_disk_full";
    case CauseKind::proposal_rejected:
      return "proposal_rejected";
    case CauseKind::proposal_refused:
      return "proposal_refused";
    case CauseKind::peer_clock_off:
      return "peer_clock_off";
    case CauseKind::clocks_apart:
      return "clocks_apart";
    case CauseKind::block_missing:
      return "block_missing";
    case CauseKind::block_not_stored:
      return "block_not_stored";
    case CauseKind::votes_split:
      return "votes_split";
    case CauseKind::proposer_missing:
      return "proposer_missing";
    case CauseKind::proposer_silent:
      return "proposer_silent";
    case CauseKind::votes_missing:
      return "votes_missing";
    case CauseKind::own_disk_slow:
      return "own_disk_slow";
    case CauseKind::peer_disk_slow:
      return "peer_disk_slow";
    case CauseKind::validators_missing:
      return "validators_missing";
    case CauseKind::waiting:
      break;
  }
  return "waiting";
}

std::string to_text(const Cause& cause) {
  switch (cause.kind) {
    case CauseKind::too_few_validators:
      return here_text(cause) + ", and " + std::to_string(cause.needed) +
             " must sign; missing: " + list_of(cause.who, with_silence);
    case CauseKind::validators_missing:
      return here_text(cause) + ", which is enough; missing: " + list_of(cause.who, with_silence);
    case CauseKind::peer_disk_full:
      return plural(cause, "the disk of ", "the disks of ") + list_of(cause.who, name_of) +
             plural(cause, " is full: it signs nothing until it has room",
                    " are full: they sign nothing until they have room");
    case CauseKind::peer_disk_slow:
      return plural(cause, "the disk of ", "the disks of ") + list_of(cause.who, with_write) +
             plural(cause, " is", " are") + " slow: a synced write takes so long there, where " +
             duration_text(cause.limit_ms) + " is what this chain's timing bears";
    case CauseKind::peer_clock_off:
      return plural(cause, "the clock of ", "the clocks of ") + list_of(cause.who, with_offset) +
             plural(cause, " is", " are") + " off, where " + duration_text(cause.limit_ms) +
             " is what this chain bears";
    case CauseKind::clocks_apart:
      return "the clocks of this node and of " + list_of(cause.who, with_offset) + " are apart, where " +
             duration_text(cause.limit_ms) + " is what this chain bears; too few are known to say whose is right";
    case CauseKind::proposal_refused:
      return list_of(cause.who, name_of) + " rejected what " + cause.detail + " proposed in round " +
             std::to_string(cause.round);
    case CauseKind::votes_split:
      return "the votes lie in rounds too far apart, and " + std::to_string(cause.needed) +
             " must meet in one: this node is in round " + std::to_string(cause.round) + ", " +
             list_of(cause.who, with_round);
    case CauseKind::proposer_missing:
      return cause.who.front().name + ", who leads round " + std::to_string(cause.round) +
             ", is not here: after its time the next in order leads";
    case CauseKind::proposer_silent:
      return cause.who.front().name + ", who leads round " + std::to_string(cause.round) +
             ", is connected and has proposed nothing yet";
    case CauseKind::votes_missing:
      return list_of(cause.who, name_of) + plural(cause, " is", " are") + " connected and " +
             plural(cause, "has", "have") + " voted in none of the last rounds";
    default:
      return of_this_node(cause);
  }
}

std::string rule_text(const Cause& cause) {
  const std::string quorum = std::to_string(cause.needed) + " of " + std::to_string(cause.members);
  switch (cause.kind) {
    case CauseKind::too_few_validators:
    case CauseKind::votes_missing:
      return "P-3.4: a block is final when " + quorum + " validators have signed it in one round";
    case CauseKind::votes_split:
      return "P-3.4: votes count together only within one round";
    case CauseKind::own_disk_full:
    case CauseKind::peer_disk_full:
      return "P-3.19: nothing is signed that cannot be stored first";
    case CauseKind::own_disk_slow:
    case CauseKind::peer_disk_slow:
      return "P-3.16: nothing signed is sent before it is stored";
    case CauseKind::key_used_elsewhere:
      return "P-3.23: whoever sees its key sign elsewhere signs nothing until a person acts";
    case CauseKind::data_is_old_copy:
      return "P-3.22: whoever was copied or restored watches for two slots before it signs";
    case CauseKind::signing_stopped:
      return "P-3.19: after a failed write nothing is signed";
    case CauseKind::start_unanswered:
      return "P-3.21: after a start nothing is signed before q-1 others have answered";
    case CauseKind::behind_the_others:
    case CauseKind::tip_unconfirmed:
      return "P-10.6, P-10.9: a node that catches up signs nothing";
    case CauseKind::own_clock_behind_chain:
      return "P-2.4: no block may be dated before its parent's time and the block interval";
    case CauseKind::own_clock_off:
    case CauseKind::peer_clock_off:
    case CauseKind::clocks_apart:
    case CauseKind::proposal_rejected:
    case CauseKind::proposal_refused:
      return "P-3.13: a new block gets a vote only if it keeps every rule, its time among them, by the voter's clock";
    case CauseKind::proposer_missing:
    case CauseKind::proposer_silent:
      return "P-3.2, P-3.6: only the round's leader may propose, until its time is over";
    case CauseKind::block_missing:
    case CauseKind::block_not_stored:
      return "P-3.1: nothing is decided that is not here and valid";
    case CauseKind::part_silent:
    case CauseKind::validators_missing:
    case CauseKind::waiting:
      break;
  }
  return {};
}

}  // namespace lucid::consensus
