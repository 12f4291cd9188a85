// Which correct nodes are connected, and since when: the condition of every promise of liveness (protocol.md section
// 8).
//
// A node counts while it runs, does not lie, may sign (no alarm stopped it, and no old disk keeps it watching), its
// clock is within half the precision, and it is a member. A group is q or more of them that all reach each other; it
// lasts as long as q of those who began it stay connected.
// Thread-safety: one owner. Times are true time in milliseconds since 1970.
#pragma once

#include <optional>
#include <vector>

#include "tools/lucid-sim/checkers/key_book.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// Nodes that were connected from `from` to `to`.
struct Period {
  TimeMs from = 0;
  TimeMs to = 0;
};
struct Group {
  NodeMask nodes = 0;
  TimeMs since = 0;
};

/// The largest set of `candidates` that are all connected with each other; connected[a] has the bits of those whom a
/// reaches and who reach a.
NodeMask largest_clique(const std::vector<NodeMask>& connected, NodeMask candidates);

class Connected {
 public:
  Connected(const ClusterFacts& facts, std::uint64_t precision_ms);

  /// Whether this sighting may have changed something: then settle() is due.
  bool see(const Sighting& sighting);
  /// `members`: the nodes whose keys are in the set that decides now.
  void settle(TimeMs now, NodeMask members, std::size_t quorum);

  const std::optional<Group>& group() const { return group_; }
  /// Groups that ended.
  const std::vector<Period>& groups() const { return groups_; }
  /// Since when all members are correct and connected.
  const std::optional<TimeMs>& all_since() const { return all_since_; }
  const std::vector<Period>& alls() const { return alls_; }

 private:
  struct Machine {
    bool runs = false;
    bool is_stopped = false;      // an alarm: its key signs nothing more
    bool persist_failed = false;  // until the next start
    bool has_old_disk = false;    // and has not joined since
    bool clock_is_off = false;
  };

  std::vector<Machine> machines_;
  NodeMask liars_ = 0;
  std::int64_t half_precision_ms_ = 0;
  std::vector<NodeMask> connected_;
  std::optional<Group> group_;
  std::vector<Period> groups_;
  std::optional<TimeMs> all_since_;
  std::vector<Period> alls_;
};

}  // namespace lucid::sim
