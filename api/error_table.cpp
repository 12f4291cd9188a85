#include "api/error_table.hpp"

namespace lucid::api {

ErrorAnswer answer_of(Fault fault) {
  switch (fault) {
    // the request's own values
    case Fault::size_wrong:
    case Fault::hex_length:
    case Fault::hex_digit:
    case Fault::uuid_form:
    case Fault::number_range:
    case Fault::text_form:
      return {400, kInvalidRequest};

    // blocks
    case Fault::block_not_found:
      return {404, "LUCID_ERR_4001"};
    case Fault::block_structure:
    case Fault::block_hash:
    case Fault::block_previous_hash:
    case Fault::block_proposer:
      return {422, "LUCID_ERR_4002"};
    case Fault::block_transactions:
      return {422, "LUCID_ERR_4003"};
    case Fault::block_certificate:
      return {422, "LUCID_ERR_4004"};
    case Fault::block_merkle_root:
      return {422, "LUCID_ERR_4005"};
    case Fault::block_timestamp:
      return {422, "LUCID_ERR_4006"};
    case Fault::block_size:
      return {422, "LUCID_ERR_4008"};

    // transactions
    case Fault::transaction_not_found:
      return {404, "LUCID_ERR_5001"};
    case Fault::decode_truncated:
    case Fault::decode_trailing:
    case Fault::decode_type:
    case Fault::decode_not_canonical:
    case Fault::decode_length:
    case Fault::decode_bound:
    case Fault::decode_range:
    case Fault::decode_variant:
    case Fault::decode_depth:
    case Fault::decode_text:
      return {400, "LUCID_ERR_5002"};
    case Fault::transaction_form:
    case Fault::transaction_chain:
    case Fault::transaction_size:
    case Fault::transaction_expired:
    case Fault::not_active_yet:
    case Fault::session_not_anchored:
    case Fault::not_the_anchoring_account:
    case Fault::chunk_index_range:
    case Fault::chunk_index_taken:
    case Fault::evidence_invalid:
    case Fault::evidence_known:
    case Fault::evidence_too_old:
    case Fault::change_known:
    case Fault::changes_too_many:
    case Fault::change_epoch_range:
    case Fault::change_not_open:
    case Fault::change_conflict:
    case Fault::change_limit_reached:
    case Fault::approval_not_member:
    case Fault::approval_known:
    case Fault::approval_invalid:
    case Fault::approval_limit_reached:
    case Fault::validator_known:
    case Fault::validator_unknown:
    case Fault::validator_key_invalid:
    case Fault::validator_key_taken:
    case Fault::validators_too_few:
    case Fault::validators_too_many:
    case Fault::owner_known:
    case Fault::owner_unknown:
    case Fault::owners_too_many:
      return {422, "LUCID_ERR_5002"};
    case Fault::transaction_signature:
    case Fault::signature_form:
    case Fault::signature_high_s:
    case Fault::signature_invalid:
      return {422, "LUCID_ERR_5003"};
    case Fault::transaction_fee:
      return {422, "LUCID_ERR_5004"};
    case Fault::mempool_sender_full:
      return {429, "LUCID_ERR_5005"};
    case Fault::transaction_nonce:
    case Fault::mempool_nonce_gap:
    case Fault::mempool_nonce_taken:
      return {409, "LUCID_ERR_5009"};
    case Fault::transaction_known:
      return {409, "LUCID_ERR_5010"};

    // anchoring
    case Fault::anchor_not_found:
      return {404, "LUCID_ERR_6001"};
    case Fault::operation_form:
    case Fault::user_signature_invalid:
      return {422, "LUCID_ERR_6002"};
    case Fault::anchor_mismatch:
      return {409, "LUCID_ERR_6003"};
    case Fault::manifest_form:
    case Fault::manifest_mismatch:
      return {422, "LUCID_ERR_6004"};
    case Fault::anchor_conflict:
    case Fault::session_already_anchored:
      return {409, "LUCID_ERR_6006"};

    // Merkle
    case Fault::merkle_index:
      return {404, "LUCID_ERR_8001"};
    case Fault::merkle_size:
      return {422, "LUCID_ERR_8002"};
    case Fault::merkle_proof_length:
    case Fault::merkle_root_mismatch:
      return {422, "LUCID_ERR_8003"};

    // chunks
    case Fault::chunk_not_found:
      return {404, "LUCID_ERR_9001"};
    case Fault::chunk_hash_mismatch:
      return {422, "LUCID_ERR_9002"};
    case Fault::chunk_size:
      return {422, "LUCID_ERR_9003"};
    case Fault::chunk_referred:
      return {409, "LUCID_ERR_9004"};
    case Fault::chunk_quarantined:
      return {410, "LUCID_ERR_9006"};

    // the node
    case Fault::no_answer:
      return {504, "LUCID_ERR_5011"};
    case Fault::mempool_full:
    case Fault::not_ready:
    case Fault::overloaded:
    case Fault::storage_full:
      return {503, kNotReady};

    default:
      return {500, kOurFault};
  }
}

}  // namespace lucid::api
