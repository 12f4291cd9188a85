// Transactions and their operations (protocol.md section 7). The order of the variant's alternatives is their kind
// number on chain, counted from 1: append, never reorder.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"
#include "core/types/vote.hpp"

namespace lucid {

inline constexpr std::size_t kMaxTransactionBytes = std::size_t{100} * 1024;
inline constexpr std::size_t kMaxChunksPerSession = 1u << 20;

struct AnchorSession {
  SessionId session;
  Hash256 manifest_hash;
  TimeMs started_at = 0;
  Address owner;
  Hash256 merkle_root;
  std::optional<Hash256> storage_root;
  std::uint32_t chunk_count = 0;
  std::uint64_t total_size = 0;
  std::optional<RecoverableSignature> user_signature;
  bool operator==(const AnchorSession&) const = default;
  LUCID_FIELDS(session, manifest_hash, started_at, owner, merkle_root, storage_root, chunk_count, total_size,
               user_signature)
};

struct AnchorChunk {
  SessionId session;
  std::uint32_t index = 0;
  Hash256 chunk_hash;
  bool operator==(const AnchorChunk&) const = default;
  LUCID_FIELDS(session, index, chunk_hash)
};

struct StoreChunkMetadata {
  SessionId session;
  std::uint32_t index = 0;
  Hash256 ciphertext_hash;
  std::uint64_t size = 0;
  bool operator==(const StoreChunkMetadata&) const = default;
  LUCID_FIELDS(session, index, ciphertext_hash, size)
};

struct Data {
  BoundedString<64> name;
  BoundedBytes<4096> bytes;
  bool operator==(const Data&) const = default;
  LUCID_FIELDS(name, bytes)
};

enum class ProofType : std::uint8_t { relay_bandwidth, storage_availability, uptime_beacon };
constexpr ProofType last_of(ProofType) {
  return ProofType::uptime_beacon;
}

struct SubmitTaskProof {
  std::uint64_t epoch = 0;
  ProofType type = ProofType::relay_bandwidth;
  BoundedBytes<std::size_t{64} * 1024> body;
  bool operator==(const SubmitTaskProof&) const = default;
  LUCID_FIELDS(epoch, type, body)
};

struct AnswerSample {
  std::uint64_t epoch = 0;
  ProofType type = ProofType::relay_bandwidth;
  BoundedBytes<std::size_t{96} * 1024> body;
  bool operator==(const AnswerSample&) const = default;
  LUCID_FIELDS(epoch, type, body)
};

using SignedMessage = std::variant<Vote, Proposal>;

/// Two signed messages of one validator for one (height, round, step) with different content, lower encoding first.
struct Evidence {
  SignedMessage first;
  SignedMessage second;
  bool operator==(const Evidence&) const = default;
  LUCID_FIELDS(first, second)
};

enum class SetChange : std::uint8_t { add, remove, new_keys };
constexpr SetChange last_of(SetChange) {
  return SetChange::new_keys;
}

struct UpdateValidators {
  SetChange change = SetChange::add;
  Address subject;                     // the member removed or re-keyed; of `validator` when added
  std::optional<Validator> validator;  // absent for remove
  std::uint64_t epoch = 0;
  bool operator==(const UpdateValidators&) const = default;
  LUCID_FIELDS(change, subject, validator, epoch)
};

struct UpdateOwners {
  SetChange change = SetChange::add;  // add or remove
  Owner owner;
  bool operator==(const UpdateOwners&) const = default;
  LUCID_FIELDS(change, owner)
};

struct Approve {
  Hash256 change;
  Address validator;
  Signature signature;  // with the member's consensus key
  bool operator==(const Approve&) const = default;
  LUCID_FIELDS(change, validator, signature)
};

using Operation = std::variant<AnchorSession, AnchorChunk, StoreChunkMetadata, Data, SubmitTaskProof, AnswerSample,
                               Evidence, UpdateValidators, UpdateOwners, Approve>;

struct Transaction {
  std::uint64_t chain_id = 0;
  std::uint64_t nonce = 0;
  Height valid_until_height = 0;
  Operation operation;
  RecoverableSignature signature;
  bool operator==(const Transaction&) const = default;
  LUCID_FIELDS(chain_id, nonce, valid_until_height, operation, signature)
};

/// "anchor_session", "data", …: the operation's name in texts, metrics and REST.
std::string_view operation_name(const Operation& operation);
/// By the kind's number on chain, counted from 1; empty where there is no such kind.
std::string_view operation_name_of_kind(std::uint8_t kind);

/// Evidence, proofs, answers and changes of validators and owners: a tenth of a block's bytes and of the mempool is
/// kept for them, so that a flood of anchors cannot keep the validators from acting on it.
bool has_reserved_room(const Operation& operation);

}  // namespace lucid
