// Every reason for which anything is refused, grouped by the chapter it belongs to. Logs, metrics, tests and clients
// use the same names; the sentence beside each is the only text there is of it.
#pragma once

#include <string_view>

namespace lucid {

// clang-format off
#define LUCID_FAULTS(X)                                                                                   \
  /* values */                                                                                            \
  X(internal, "a part of the node broke its own contract")                                                \
  X(size_wrong, "the size is wrong")                                                                      \
  X(hex_length, "the number of hex digits is wrong")                                                      \
  X(hex_digit, "there is a character that is no hex digit")                                               \
  X(uuid_form, "this is no UUID")                                                                         \
  X(number_range, "the number is out of range")                                                           \
  X(text_form, "the text is not of the form asked")                                                       \
  X(overflow, "the sum does not fit")                                                                     \
  /* codec (protocol.md, Encoding) */                                                                     \
  X(decode_truncated, "the bytes end early")                                                              \
  X(decode_trailing, "bytes follow the value")                                                            \
  X(decode_type, "a value of another type stands here")                                                   \
  X(decode_not_canonical, "the value is not in its one canonical form")                                   \
  X(decode_length, "the number of elements is wrong")                                                     \
  X(decode_bound, "the value is larger than its bound")                                                   \
  X(decode_range, "the number does not fit its field")                                                    \
  X(decode_variant, "the kind is not known")                                                              \
  X(decode_depth, "the value is nested too deep")                                                         \
  X(decode_text, "the text is not UTF-8")                                                                 \
  /* crypto */                                                                                            \
  X(key_invalid, "this is no valid key")                                                                  \
  X(signature_form, "the signature is malformed")                                                         \
  X(signature_high_s, "the signature has a high s")                                                       \
  X(signature_invalid, "the signature does not verify")                                                   \
  X(vrf_proof_invalid, "the VRF proof does not verify")                                                   \
  /* Merkle trees (RFC 6962) */                                                                           \
  X(merkle_index, "the index lies outside the tree")                                                      \
  X(merkle_proof_length, "the proof has the wrong number of hashes")                                      \
  X(merkle_root_mismatch, "the proof leads to another root")                                              \
  X(merkle_size, "the tree size is wrong")                                                                \
  /* genesis and parameters (protocol.md section 1) */                                                    \
  X(genesis_form, "the genesis file cannot be read")                                                      \
  X(genesis_field, "the genesis file has a wrong field")                                                  \
  X(genesis_mismatch, "the genesis belongs to another chain")                                             \
  X(parameter_refused, "the chain parameter is not allowed")                                              \
  /* settings and files */                                                                                \
  X(setting_unknown, "there is no such setting")                                                          \
  X(setting_value, "the value of the setting is wrong")                                                   \
  X(setting_conflict, "the setting contradicts the genesis")                                              \
  X(file_missing, "the file is not there")                                                                \
  X(file_mode, "the file may be read by others")                                                          \
  X(file_owner, "the file belongs to someone else")                                                       \
  X(file_form, "the file is not of the form asked")                                                       \
  X(file_io, "the file cannot be read or written")                                                        \
  /* storage */                                                                                           \
  X(storage_open, "the database cannot be opened")                                                        \
  X(storage_locked, "another process holds the database")                                                 \
  X(storage_read_only, "the data directory cannot be written")                                            \
  X(storage_full, "there is no room left on the disk")                                                    \
  X(storage_io, "the disk reported an error")                                                             \
  X(storage_checksum, "a stored value has changed on disk")                                               \
  X(storage_version, "the database was written by another version")                                       \
  X(storage_not_found, "there is no such entry")                                                          \
  /* chunks */                                                                                            \
  X(chunk_not_found, "there is no such chunk")                                                            \
  X(chunk_hash_mismatch, "the bytes have another hash")                                                   \
  X(chunk_size, "the chunk is empty or too large")                                                        \
  X(chunk_referred, "a session still refers to the chunk")                                                \
  X(chunk_quarantined, "the chunk was found damaged and set aside")                                       \
  /* block rules (protocol.md sections 2, 3, 7) */                                                        \
  X(block_structure, "the block breaks a rule of structure")                                              \
  X(block_hash, "the block's hash is another")                                                            \
  X(block_previous_hash, "the block does not follow its parent")                                          \
  X(block_merkle_root, "a root in the header does not match the block")                                   \
  X(block_timestamp, "the block's time breaks a rule")                                                    \
  X(block_transactions, "a transaction of the block is not valid")                                        \
  X(block_size, "the block is larger than its limit")                                                     \
  X(block_not_found, "there is no such block")                                                            \
  X(block_proposer, "the block was proposed out of turn")                                                 \
  X(block_certificate, "the commit certificate does not hold")                                            \
  /* transactions (protocol.md section 7) */                                                              \
  X(transaction_form, "the transaction is malformed")                                                     \
  X(transaction_chain, "the transaction belongs to another chain")                                        \
  X(transaction_size, "the transaction is larger than its limit")                                         \
  X(transaction_signature, "the transaction's signature does not verify")                                 \
  X(transaction_nonce, "the nonce is not the account's next")                                             \
  X(transaction_expired, "the transaction has expired")                                                   \
  X(transaction_known, "the transaction is already known")                                                \
  X(transaction_not_found, "there is no such transaction")                                                \
  X(transaction_fee, "the fee must be 0")                                                                 \
  /* outcomes of included transactions (in the digest: never renumber) */                                 \
  X(not_active_yet, "this operation is not active yet")                                                   \
  X(session_already_anchored, "the session is anchored already")                                          \
  X(session_not_anchored, "the session is not anchored")                                                  \
  X(not_the_anchoring_account, "another account anchored the session")                                    \
  X(chunk_index_range, "the index is beyond the session's chunks")                                        \
  X(chunk_index_taken, "this index was recorded before")                                                  \
  X(operation_form, "the operation breaks a constraint")                                                  \
  X(user_signature_invalid, "the owner's signature does not verify")                                      \
  X(evidence_invalid, "the evidence does not show a double signature")                                    \
  X(evidence_known, "the evidence is on chain already")                                                   \
  X(evidence_too_old, "the evidence is older than two epochs")                                            \
  /* mempool */                                                                                           \
  X(mempool_full, "too many transactions wait")                                                           \
  X(mempool_sender_full, "too many transactions of this account wait")                                    \
  X(mempool_nonce_gap, "the nonce is too far ahead")                                                      \
  X(mempool_nonce_taken, "another transaction with this nonce waits")                                     \
  /* consensus */                                                                                         \
  X(vote_not_member, "the voter is not in the validator set")                                             \
  X(vote_height, "the vote belongs to another height")                                                    \
  X(vote_round, "the vote's round is out of bounds")                                                      \
  X(proposal_not_proposer, "the proposal's signer is not the round's proposer")                           \
  X(proposal_form, "the proposal contradicts itself")                                                     \
  X(proposal_locked, "another block is locked, and no newer quorum backs this one")                       \
  X(sign_refused, "the signer refuses what is not above its newest record")                               \
  X(signing_stopped, "this node has stopped signing")                                                     \
  X(foreign_signature, "this node's key has signed something that this node did not sign")              \
  X(consensus_invariant, "a rule of agreement would be broken")                                           \
  /* manifests, anchors, bundles */                                                                       \
  X(manifest_form, "the manifest is malformed")                                                           \
  X(manifest_mismatch, "the manifest does not match the anchor")                                          \
  X(anchor_not_found, "there is no such anchor")                                                          \
  X(anchor_conflict, "the session is anchored with other content")                                        \
  X(anchor_mismatch, "the anchor is another")                                                             \
  X(bundle_form, "the bundle is malformed")                                                               \
  X(bundle_header, "the bundle's header does not hold")                                                   \
  X(bundle_certificate, "the bundle's certificate does not hold")                                         \
  X(bundle_proof, "the bundle's inclusion proof does not hold")                                           \
  X(bundle_genesis, "the bundle belongs to another chain")                                                \
  X(file_differs, "the file differs from what was anchored")                                              \
  /* the running node */                                                                                  \
  X(no_answer, "the part asked did not answer in time")                                                   \
  X(port_in_use, "another program listens on the port")                                                   \
  X(port_refused, "the address or port cannot be listened on")                                            \
  X(not_ready, "the node is not ready")                                                                   \
  X(overloaded, "too much is waiting")                                                                   \
  X(actor_unknown, "there is no such actor")                                                              \
  X(node_refused, "the node refused")                                                                     \
  X(node_answer, "the node answered in another form than promised")                                       \
  /* outcomes of changes of validators and owners (in the digest: never renumber) */                      \
  X(change_known, "the same change was put forward in this epoch before")                                 \
  X(changes_too_many, "too many changes wait to take effect")                                             \
  X(change_epoch_range, "the epoch of effect is too far ahead")                                           \
  X(change_not_open, "no such change waits for approvals in this epoch")                                  \
  X(change_conflict, "the change contradicts one that counted before it")                                 \
  X(change_limit_reached, "as many changes of validators as may count in an epoch have counted")          \
  X(approval_not_member, "the approval is not of a member of the validator set")                          \
  X(approval_known, "the member has approved this change before")                                         \
  X(approval_invalid, "the approval's signature does not verify")                                         \
  X(approval_limit_reached, "the member approves too many changes that wait")                             \
  X(validator_known, "the validator is a member already")                                                 \
  X(validator_unknown, "there is no such member")                                                         \
  X(validator_key_invalid, "a key of the validator is not valid, or its address is not that of its key")  \
  X(validator_key_taken, "the name or a key is another member's")                                         \
  X(validators_too_few, "fewer validators would be left than the chain allows")                           \
  X(validators_too_many, "there would be more validators than the chain allows")                          \
  X(owner_known, "the account is registered already")                                                     \
  X(owner_unknown, "the account is not registered")                                                       \
  X(owners_too_many, "the owner registry is full")                                                        \
  /* between validators (protocol.md section 12) */                                                       \
  X(peer_tls, "the encrypted connection failed")                                                          \
  X(peer_unknown_key, "the peer's key is on no list of this node")                                        \
  X(peer_refused, "the peer does not have this node's key on a list")                                     \
  X(peer_protocol, "the peer speaks another version of the protocol")                                     \
  X(peer_chain, "the peer is on another chain")                                                           \
  X(peer_genesis, "the peer's chain has another genesis")                                                 \
  X(peer_other_validator, "the validator that the peer claims to be has another connection key")          \
  X(peer_signature, "the peer does not prove to be the validator that it claims to be")                   \
  X(peer_too_many, "there are as many connections as there may be")                                       \
  X(peer_duplicate, "the peer is connected already")                                                      \
  X(frame_size, "the frame is empty or larger than its bound")
// clang-format on

enum class Fault {
#define X(name, text) name,
  LUCID_FAULTS(X)
#undef X
};

/// The enumerator's name, as logs, metrics and tests write it.
std::string_view fault_name(Fault fault);

/// The one sentence of that fault, without a full stop.
std::string_view fault_text(Fault fault);

}  // namespace lucid
