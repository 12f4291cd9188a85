// Who agrees in which epoch, a second time (protocol.md section 7, update_validators, update_owners, approve): every
// set that ever was is kept, and a change is tried on a copy of what is scheduled.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/crypto/signature_scheme.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// The smallest number that is more than two thirds of n (or not less, with the other rule), found by trying.
std::size_t own_quorum(std::size_t n, QuorumRule rule);
/// The most that may lie: less than a third.
std::size_t own_faulty_max(std::size_t n);

/// A member has another address from `epoch` on.
struct Renamed {
  std::uint64_t epoch = 0;
  Address from;
  Address to;
};

class OwnSets {
 public:
  OwnSets(const ClusterFacts& facts, const crypto::SignatureScheme& scheme, std::uint64_t first_epoch);

  /// Of an epoch up to the one after that which was begun last.
  const ValidatorSet& of(std::uint64_t epoch) const { return sets_.at(epoch - first_epoch_); }
  std::uint64_t first_epoch() const { return first_epoch_; }
  const std::vector<Renamed>& renamed() const { return renamed_; }
  /// Accounts of the registry, once all that counted took effect.
  std::size_t owners() const;

  /// Operations of a block of `epoch`, in their order.
  void put_forward(std::uint64_t epoch, const UpdateValidators& change);
  void put_forward(std::uint64_t epoch, const UpdateOwners& change);
  void approve(std::uint64_t epoch, const Approve& approval);
  /// The set of the epoch after the next is fixed.
  void end(std::uint64_t epoch);

 private:
  using Change = std::variant<UpdateValidators, UpdateOwners>;
  using Members = std::map<Address, Validator>;
  struct Open {
    Hash256 hash;
    Change change;
    std::vector<Address> approved_by;
  };
  struct Scheduled {
    std::uint64_t epoch = 0;
    UpdateValidators change;
  };
  struct OwnerRow {
    std::uint64_t epoch = 0;
    bool registered = false;
  };

  void open_change(std::uint64_t epoch, Change change);
  bool has_form(std::uint64_t epoch, const Change& change) const;
  bool has_good_keys(const Validator& validator) const;
  bool can_count(std::uint64_t epoch, const Change& change) const;
  bool is_feasible(std::uint64_t epoch, const UpdateValidators& change) const;
  bool is_feasible(std::uint64_t epoch, const UpdateOwners& change) const;
  bool count(std::uint64_t epoch, const Open& open);
  Members members_of(std::uint64_t epoch) const;
  bool change_members(Members& members, const UpdateValidators& change) const;

  const ClusterFacts& facts_;
  const crypto::SignatureScheme& scheme_;
  std::uint64_t first_epoch_ = 0;
  std::vector<ValidatorSet> sets_;  // of first_epoch_, …
  std::vector<Open> open_;
  std::vector<Hash256> counted_;        // changes of validators, in this epoch
  std::vector<Scheduled> scheduled_;    // in the order in which they counted
  std::map<Address, OwnerRow> owners_;  // the newest row of each account
  std::vector<Renamed> renamed_;
};

}  // namespace lucid::sim
