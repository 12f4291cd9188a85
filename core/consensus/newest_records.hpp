// The newest that each validator was seen to sign, whatever the height and wherever it was seen: what a node answers
// to a validator that has started (protocol.md section 3, Copies). One entry a key, whether or not it is still a
// member: a key that was removed may come back, on an old disk.
//
// Thread-safety: one owner.
#pragma once

#include <map>

#include "core/consensus/sign_record.hpp"
#include "core/types/newest_record.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::consensus {

class NewestRecords {
 public:
  /// The message's signature must be good, its signer a member now or a height ago (that bounds the entries). Of two
  /// messages for one place the first stays.
  void note(const SignedMessage& message);
  /// The precommits that a checked certificate holds; `set` judged it.
  void note(const Certificate& certificate, const ValidatorSet& set);

  NewestRecordAnswer answer(const Address& key, std::uint64_t life) const;

 private:
  struct Entry {
    SignedMessage newest;
    std::optional<Vote> precommit;  // for a block
  };
  std::map<Address, Entry> entries_;
};

/// Who signed it.
const Address& signer_of(const SignedMessage& message);
SignRecord record_of(const SignedMessage& message);
/// The precommit behind one signature of a certificate. The index must lie inside the set.
Vote precommit_of(const Certificate& certificate, const CommitSignature& signature, const ValidatorSet& set);

}  // namespace lucid::consensus
