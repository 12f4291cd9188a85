// Why the chain stands still, or that it moves: a judgement made of everything that this node knows of itself and of
// the other validators, when somebody asks. `/consensus/status`, `/chain/status`, health and `lucid why-stalled` say
// what it says. What others tell of themselves (heights, clocks, disks) are claims: nothing but words follows from
// them.
//
// Thread-safety: pure functions on values. Times in milliseconds; those without "wall" are of a monotonic clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/consensus/status.hpp"
#include "core/types/peer.hpp"

namespace lucid::consensus {

/// A validator of which nothing was heard for so long counts as not here: connected nodes ping each other every 2 s, so
/// two answers are missing.
inline constexpr std::uint64_t kAwayAfterMs = 4'500;

/// What this node knows of another member of the set.
struct MemberFacts {
  Address address;
  std::string name;
  bool connected = false;
  bool seen = false;                            // something was heard of it since this node started
  std::uint64_t silent_ms = 0;                  // since then; of one never seen: since this node looks for it
  std::string why_not;                          // not connected: what went wrong the last time
  Height height = 0;                            // that it claims
  std::optional<std::int64_t> clock_offset_ms;  // its wall clock less this node's
  DiskHealth disk;
  bool is_here() const { return connected && silent_ms < kAwayAfterMs; }
};

/// How long it is at this height, and why.
struct HeightTimes {
  std::uint64_t here_ms = 0;                // since the height began here; before the first one: since the node started
  std::optional<std::uint64_t> opened_ms;   // since its round 0 began
  std::optional<std::uint64_t> working_ms;  // since a transaction waits that this height could include
};

/// What sync says (core/sync/status.hpp), as far as it matters here.
struct CatchUpFacts {
  bool catching_up = false;
  std::uint64_t tip_for_ms = 0;  // since the last block came
  std::size_t confirmed = 0;     // validators that said: nothing follows this tip
  std::size_t needed = 0;
  std::string doing;
};

struct StallFacts {
  ChainParams params;
  ConsensusStatus status;
  std::vector<RoundVotes> rounds;  // newest last
  HeightTimes times;
  TimeMs now = 0;                   // wall
  Height tip = 0;                   // committed here
  ValidatorSet validators;          // of the next height
  std::vector<MemberFacts> others;  // of those, all but this node, in validator order
  bool is_member = false;           // this node is one of them
  std::string silent_part;          // an actor that did not answer in time; then what it says is not here
  DiskHealth disk;                  // this node's
  CatchUpFacts catch_up;
};

/// In order of weight: what stands first is told first.
enum class CauseKind : std::uint8_t {
  part_silent,
  own_disk_full,
  key_used_elsewhere,
  data_is_old_copy,
  signing_stopped,
  own_clock_behind_chain,
  own_clock_off,
  too_few_validators,
  behind_the_others,
  start_unanswered,
  tip_unconfirmed,
  peer_disk_full,
  peer_clock_off,
  clocks_apart,
  proposal_rejected,  // by this node
  proposal_refused,   // by others
  block_missing,
  block_not_stored,
  votes_split,
  proposer_missing,
  proposer_silent,
  votes_missing,
  own_disk_slow,
  peer_disk_slow,
  validators_missing,
  waiting,  // nothing of all this was found
};
constexpr CauseKind last_of(CauseKind) {
  return CauseKind::waiting;
}

/// Another validator that a cause names.
struct Concerned {
  std::string name;
  std::int64_t ms = 0;  // missing or silent for so long; its clock so far ahead; a synced write takes so long
  std::string detail;   // why it is not connected
  Round round = 0;      // the newest in which it voted
};

/// One cause with its data; which of them are set depends on the kind. Words are made in to_text() and rule_text()
/// alone.
struct Cause {
  CauseKind kind = CauseKind::votes_missing;
  std::vector<Concerned> who;  // in validator order
  std::size_t count = 0;       // validators that are here, or votes
  std::size_t needed = 0;
  std::size_t members = 0;
  Round round = 0;
  Height height = 0;
  std::int64_t ms = 0;         // of this node: as Concerned::ms
  std::uint64_t limit_ms = 0;  // what the chain's timing bears
  std::optional<Hash256> block;
  std::string detail;
};

/// "too_few_validators", for programs.
std::string_view cause_name(CauseKind kind);
/// One sentence without a full stop, another one for each kind.
std::string to_text(const Cause& cause);
/// The rule of docs/protocol.md that makes the chain wait for that; empty where it does not.
std::string rule_text(const Cause& cause);

enum class Pace : std::uint8_t {
  idle,         // no block is due
  voting,       // one is being agreed on
  catching_up,  // this node fetches what others decided
  stalled,
};
std::string_view pace_name(Pace pace);

struct Diagnosis {
  Pace pace = Pace::idle;
  std::uint64_t overdue_ms = 0;   // how long a block has been due
  std::uint64_t patience_ms = 0;  // for how long that is no stall
  std::size_t here = 0;           // validators, this node among them if it is one
  std::size_t needed = 0;         // of which so many must sign
  std::string summary;            // a sentence without a full stop: that it moves, or that it does not and why first
  std::vector<Cause> causes;      // by weight; while the chain moves: what is not well all the same
  bool moving() const { return pace != Pace::stalled; }
};

Diagnosis diagnose(const StallFacts& facts);

/// The time in which a block comes even where f leaders in a row are dead (protocol.md section 3, timeouts), and two
/// slot timeouts for disk and network.
std::uint64_t patience_ms(const ChainParams& params, const ValidatorSet& validators);
/// For how long a block has been due; 0: none is. A height without work is due at its slot's last interval.
std::uint64_t overdue_ms(const ConsensusStatus& status, const HeightTimes& times, TimeMs now);
/// Synced writes that take longer make a disk slow: a tenth of the time that a leader has, 50 ms at least. A validator
/// writes three times a block; an SD card takes 20 to 50 ms.
std::uint64_t slow_disk_ms(const ChainParams& params);

}  // namespace lucid::consensus
