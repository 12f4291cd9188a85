// One way to lie. A lying machine follows several at a time, others at other heights; what it is told to hold back or
// to change it decides anew for each receiver, but always in the same way for the same message, so that what is
// offered again says what was said before.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <algorithm>
#include <memory>
#include <variant>
#include <vector>

#include "tools/lucid-sim/liar.hpp"
#include "tools/lucid-sim/liars/conspiracy.hpp"

namespace lucid::sim {

class Strategy {
 public:
  virtual ~Strategy() = default;
  /// What is about to be sent to `to` in place of one message of the node: change it, add to it, empty it.
  virtual void outgoing(TimeMs, NodeIndex /*to*/, std::vector<MessagePtr>& /*out*/) {}
  /// About each second: say more (LiarDeps::send).
  virtual void wake(TimeMs) {}
};

/// Whether something of one of these kinds is about to be sent: a strategy has nothing to do with the rest.
template <class... Kinds>
bool holds_any(const std::vector<MessagePtr>& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const MessagePtr& message) {
    return (std::holds_alternative<Kinds>(message->content) || ...);
  });
}

/// Votes and proposals with several faces: what the plot of a height says. Kinds: equivocate, split_votes, withhold.
std::unique_ptr<Strategy> make_faces(LiarDeps& deps);
/// What is proposed in its own turns. Kinds: equivocate, withhold, invalid_block, stale_block, forged_round.
std::unique_ptr<Strategy> make_proposals(LiarDeps& deps);
/// Old messages, its own and those of others.
std::unique_ptr<Strategy> make_replay(LiarDeps& deps);
/// Votes where it has no say yet, or no longer.
std::unique_ptr<Strategy> make_future_votes(LiarDeps& deps);
/// Tips, blocks and certificates that are not so.
std::unique_ptr<Strategy> make_claims(LiarDeps& deps);
/// What a machine that starts is told that it signed last.
std::unique_ptr<Strategy> make_start_answers(LiarDeps& deps);
/// Transactions that no block can hold, or that only some are shown.
std::unique_ptr<Strategy> make_useless_transactions(LiarDeps& deps);

}  // namespace lucid::sim
