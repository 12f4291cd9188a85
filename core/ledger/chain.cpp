#include "core/ledger/chain.hpp"

#include "core/crypto/tagged_hash.hpp"
#include "core/ledger/chain_state.hpp"
#include "core/merkle/tree.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"

namespace lucid::ledger {
namespace {

/// Block 0 (section 2): no transactions, no certificate, nobody proposed it.
Header genesis_header(const Genesis& genesis, const Hash256& genesis_hash, Slot slot) {
  const Hash256 validators_hash = crypto::validators_hash(genesis.validators);
  Header header;
  header.chain_id = genesis.params.chain_id;
  header.slot = slot;
  header.time = genesis.params.start_time;
  header.transactions_root = merkle::empty_root();
  header.state_digest = genesis_hash;
  header.anchor_log_root = merkle::empty_root();
  header.validators_hash = validators_hash;
  header.next_validators_hash = validators_hash;
  header.seed = genesis_seed(genesis_hash);
  header.last_commit_hash = crypto::certificate_hash(Certificate{});
  header.evidence_hash = merkle::empty_root();
  return header;
}

}  // namespace

Hash256 genesis_seed(const Hash256& genesis_hash) {
  return crypto::tagged_hash("lucid/seed/v1", genesis_hash);
}

Result<Chain> make_chain(Genesis genesis, const crypto::SignatureScheme& scheme) {
  LUCID_TRY(params::check(genesis, scheme));
  const auto slot = slots::slot_at(genesis.params, genesis.params.start_time);
  if (!slot) return fail(Fault::parameter_refused, "start_time", "not before slot_origin", "before it");
  Chain chain;
  chain.genesis_hash = crypto::genesis_hash(genesis);
  chain.identity = {genesis.params.chain_id, chain.genesis_hash};
  chain.header = genesis_header(genesis, chain.genesis_hash, *slot);
  chain.hash = crypto::header_hash(chain.header);
  chain.genesis = std::move(genesis);
  return chain;
}

}  // namespace lucid::ledger
