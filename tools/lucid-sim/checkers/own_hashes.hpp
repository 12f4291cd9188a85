// What is signed and what is hashed, a second time (protocol.md section 7), and a signed message seen as one thing.
//
// Thread-safety: pure functions.
#pragma once

#include <tuple>

#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// A vote or a proposal: who said what at which place.
struct Said {
  Address signer;
  Height height = 0;
  Round round = 0;
  int step = 0;  // 0 proposal, 1 prevote, 2 precommit
  std::optional<Hash256> value;
  std::optional<Round> valid_round;  // of a proposal
  Signature signature;

  std::tuple<Height, Round, int> place() const { return {height, round, step}; }
  bool is_at_place_of(const Said& other) const {
    return height == other.height && round == other.round && step == other.step;
  }
  bool has_content_of(const Said& other) const { return value == other.value && valid_round == other.valid_round; }
};

Said said_by(const SignedMessage& message);
/// "height 5 round 2 precommit of 0x… for 1a2b…".
std::string words_of(const Said& said);
std::string short_text(const Hash256& hash);
std::string short_text(const Address& address);

/// What `said.signature` is over.
Hash256 own_digest(const ClusterFacts& facts, const Said& said);
Hash256 own_header_hash(const Header& header);
Hash256 own_certificate_hash(const Certificate& certificate);
Hash256 own_validators_hash(const ValidatorSet& set);
Hash256 own_transaction_id(ByteView encoded);
/// RFC 6962 over leaves that are hashes of bytes: by halves at the greatest power of two below.
Hash256 own_merkle_root(const std::vector<ByteView>& leaves);

/// The transactions of a block, read once for all who look at them.
struct OwnBody {
  std::vector<Hash256> ids;
  std::vector<std::optional<Transaction>> transactions;  // absent: cannot be read
};
OwnBody read_body(const Block& block);

}  // namespace lucid::sim
