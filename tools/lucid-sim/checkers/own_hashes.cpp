#include "tools/lucid-sim/checkers/own_hashes.hpp"

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::sim {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kTags[] = {"lucid/proposal/v1", "lucid/prevote/v1", "lucid/precommit/v1"};
constexpr std::string_view kSteps[] = {"proposal", "prevote", "precommit"};

/// Holds what is hashed next, and nothing after that: hashes are many, and most are of a few hundred bytes.
Bytes& hashed_next() {
  thread_local Bytes bytes;
  bytes.clear();
  return bytes;
}

template <class... Fields>
Hash256 hash_of_array(const Fields&... fields) {
  Bytes& bytes = hashed_next();
  codec::Encoder encoder(bytes);
  encoder.array(sizeof...(Fields));
  (codec::write(encoder, fields), ...);
  return crypto::sha256(bytes);
}

Hash256 merkle_part(const std::vector<ByteView>& leaves, std::size_t from, std::size_t to) {
  if (to - from == 1) {
    Bytes& bytes = hashed_next();
    bytes.push_back(0);
    bytes.insert(bytes.end(), leaves[from].begin(), leaves[from].end());
    return crypto::sha256(bytes);
  }
  std::size_t half = 1;
  while (2 * half < to - from) half *= 2;
  const Hash256 left = merkle_part(leaves, from, from + half);
  const Hash256 right = merkle_part(leaves, from + half, to);
  Bytes& bytes = hashed_next();
  bytes.push_back(1);
  bytes.insert(bytes.end(), left.data.begin(), left.data.end());
  bytes.insert(bytes.end(), right.data.begin(), right.data.end());
  return crypto::sha256(bytes);
}

}  // namespace

Said said_by(const SignedMessage& message) {
  if (const auto* vote = std::get_if<Vote>(&message))
    return {vote->voter, vote->height, vote->round,    vote->step == VoteStep::prevote ? 1 : 2,
            vote->block, {},           vote->signature};
  const auto& proposal = std::get<Proposal>(message);
  return {proposal.proposer, proposal.height,      proposal.round,    0,
          proposal.block,    proposal.valid_round, proposal.signature};
}

std::string words_of(const Said& said) {
  std::string words = "height " + std::to_string(said.height) + " round " + std::to_string(said.round) + " ";
  words += std::string(kSteps[said.step]) + " of " + short_text(said.signer) + " for ";
  words += said.value ? short_text(*said.value) : "nil";
  if (said.valid_round) words += " valid in round " + std::to_string(*said.valid_round);
  return words;
}

std::string short_text(const Hash256& hash) {
  return to_hex(hash).substr(0, 8);
}

std::string short_text(const Address& address) {
  return to_hex(address).substr(0, 8);
}

Hash256 own_digest(const ClusterFacts& facts, const Said& said) {
  const std::uint64_t chain_id = facts.genesis.params.chain_id;
  if (said.step == 0)
    return hash_of_array(kTags[0], chain_id, facts.genesis_hash, said.height, said.round, *said.value,
                         said.valid_round);
  return hash_of_array(kTags[said.step], chain_id, facts.genesis_hash, said.height, said.round, said.value);
}

Hash256 own_header_hash(const Header& header) {
  return hash_of_array("lucid/header/v1"sv, header);
}

Hash256 own_certificate_hash(const Certificate& certificate) {
  return hash_of_array("lucid/certificate/v1"sv, certificate);
}

Hash256 own_validators_hash(const ValidatorSet& set) {
  Bytes& bytes = hashed_next();
  codec::Encoder encoder(bytes);
  encoder.array(3);
  encoder.text("lucid/validators/v1");
  encoder.array(set.members.size());
  for (const Validator& member : set.members) {
    encoder.array(3);
    encoder.binary(member.consensus_key);
    encoder.binary(member.vrf_key);
    encoder.binary(member.tls_key);
  }
  encoder.unsigned_integer(set.quorum_rule == QuorumRule::strict ? 0 : 1);
  return crypto::sha256(bytes);
}

Hash256 own_transaction_id(ByteView encoded) {
  Bytes& bytes = hashed_next();
  codec::Encoder encoder(bytes);
  encoder.array(2);
  encoder.text("lucid/txid/v1");
  encoder.binary(encoded);
  return crypto::sha256(bytes);
}

Hash256 own_merkle_root(const std::vector<ByteView>& leaves) {
  static const Hash256 kOfNone = crypto::sha256({});
  return leaves.empty() ? kOfNone : merkle_part(leaves, 0, leaves.size());
}

OwnBody read_body(const Block& block) {
  OwnBody body;
  body.ids.reserve(block.transactions.size());
  body.transactions.reserve(block.transactions.size());
  for (const EncodedTransaction& encoded : block.transactions) {
    body.ids.push_back(own_transaction_id(encoded));
    auto transaction = codec::decode<Transaction>(encoded);
    body.transactions.push_back(transaction ? std::optional(std::move(*transaction)) : std::nullopt);
  }
  return body;
}

}  // namespace lucid::sim
