// Has the signatures of transactions checked, each once: what is being checked already is waited for, what was checked
// lately is remembered, however a transaction came here (from a client, from peers, within a block).
//
// Batches come back in the order in which they were given, so that an account's nonces do too; whoever asks out of turn
// does not wait for those before it. Memory: what is being checked, and kRememberedBytes. Thread-safety: one owner, who
// passes parts on to whatever checks them.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "actors/engine_messages.hpp"

namespace lucid::actors {

class SignatureDesk {
 public:
  using Checked = std::vector<Result<crypto::TransactionPtr>>;  // of each that was given, in order
  using Done = std::function<void(Checked checked)>;
  using Find = std::function<crypto::TransactionPtr(const Hash256& id)>;
  using CheckPart = std::function<void(VerifyPart part)>;
  enum class Turn { in_order, at_once };

  /// `find`: what the owner holds itself, or null. `check_part` has a part checked; part_checked() or part_lost()
  /// follow.
  SignatureDesk(Find find, CheckPart check_part) : find_(std::move(find)), check_part_(std::move(check_part)) {}

  /// `done` may be called within.
  void check(const std::vector<ByteView>& encoded, Turn turn, Done done);
  void part_checked(const VerifiedPart& part);
  void part_lost(std::uint64_t part);

  /// Whether a check would bring nothing new: it is under way, or the transaction was committed lately (then whoever
  /// offers it is behind).
  bool needs_no_check(const Hash256& id) const { return in_flight_.contains(id) || committed_.contains(id); }
  void committed(const std::vector<Hash256>& ids);
  /// Batches in order that are not done yet.
  std::size_t batches_open() const { return queue_.size(); }

 private:
  struct Batch {
    Checked checked;
    std::size_t open = 0;  // entries that wait for their check
    Turn turn = Turn::in_order;
    Done done;
  };
  using Waiting = std::pair<std::shared_ptr<Batch>, std::size_t>;  // entry of a batch

  void send_parts(std::vector<Bytes> transactions, std::vector<Hash256> ids);
  void settle(const Hash256& id, const Result<crypto::TransactionPtr>& result);
  void finish();
  crypto::TransactionPtr known(const Hash256& id) const;
  void remember(const crypto::TransactionPtr& transaction);

  Find find_;
  CheckPart check_part_;
  std::deque<std::shared_ptr<Batch>> queue_;             // those in order
  std::map<Hash256, std::vector<Waiting>> in_flight_;    // who waits for it
  std::map<std::uint64_t, std::vector<Hash256>> parts_;  // what each asks about
  std::uint64_t next_part_ = 0;
  std::map<Hash256, crypto::TransactionPtr> remembered_;
  std::deque<Hash256> remembered_order_;  // oldest first; some are gone already
  std::size_t remembered_bytes_ = 0;
  std::set<Hash256> committed_;
  std::deque<Hash256> committed_order_;
};

}  // namespace lucid::actors
