#include "tools/lucid-sim/liars/forge.hpp"

#include <algorithm>

#include "core/ledger/block_builder.hpp"
#include "core/params/params.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

SizedBlockPtr finished(Block block) {
  return sized(std::make_shared<const Block>(std::move(block)));
}

void spoil(Hash256& hash) {
  hash.data[7] ^= 0x40;
}

/// The transactions are others, and the header says so: what they break is found only by executing them.
void commit_to_transactions(Block& block) {
  std::vector<Hash256> ids;
  for (const auto& encoded : block.transactions) ids.push_back(crypto::transaction_id(encoded));
  block.header.transactions_root = ledger::transactions_root(ids);
}

void break_commit(Block& block, Breach breach) {
  auto& signatures = block.last_commit.signatures;
  if (breach == Breach::commit_of_another_round || signatures.empty()) {
    ++block.last_commit.round;
  } else if (breach == Breach::commit_too_few) {
    signatures.resize(signatures.size() / 2);
  } else if (breach == Breach::commit_twice_the_same) {
    signatures.back() = signatures.front();
  } else {
    signatures.back().validator = static_cast<std::uint32_t>(kMaxValidators);
  }
  block.header.last_commit_hash = crypto::certificate_hash(block.last_commit);
}

void break_transactions(Block& block, Breach breach) {
  auto& transactions = block.transactions;
  const EncodedTransaction garbage(Bytes(breach == Breach::too_big ? kMaxTransactionBytes : 40, 0xc1));
  if (breach == Breach::too_big)
    transactions.insert(transactions.end(), 1 + kMaxBlockBytes / kMaxTransactionBytes, garbage);
  else if (transactions.empty() || breach == Breach::transaction_garbage)
    transactions.push_back(garbage);
  else if (breach == Breach::transaction_twice)
    transactions.push_back(transactions.front());
  else if (breach == Breach::transactions_in_disorder && transactions.size() > 1)
    std::reverse(transactions.begin(), transactions.end());
  else
    transactions.pop_back();
  if (breach != Breach::other_body) commit_to_transactions(block);
}

void break_header(Header& header, Breach breach, const ledger::HeightPlan& plan) {
  switch (breach) {
    case Breach::version:
      ++header.version;
      break;
    case Breach::chain_id:
      ++header.chain_id;
      break;
    case Breach::height:
      ++header.height;
      break;
    case Breach::slot:
      header.slot = header.slot.next();
      break;
    case Breach::time_before_interval:
      header.time = plan.earliest_time - 1;
      break;
    case Breach::time_of_no_year:
      header.time = params::kMaxTime + 1;
      break;
    case Breach::anchor_log_size:
      ++header.anchor_log_size;
      break;
    case Breach::vrf_proof_missing:
      header.vrf_proof = header.vrf_proof ? std::nullopt : std::optional(VrfProof{});
      break;
    case Breach::vrf_proof_wrong:
      if (!header.vrf_proof) header.vrf_proof.emplace();
      header.vrf_proof->data[40] ^= 1;
      break;
    default: {
      static constexpr std::pair<Breach, Hash256 Header::*> kHashes[] = {
          {Breach::previous_hash, &Header::previous_hash},
          {Breach::transactions_root, &Header::transactions_root},
          {Breach::state_digest, &Header::state_digest},
          {Breach::anchor_log_root, &Header::anchor_log_root},
          {Breach::validators_hash, &Header::validators_hash},
          {Breach::next_validators_hash, &Header::next_validators_hash},
          {Breach::seed, &Header::seed},
          {Breach::last_commit_hash, &Header::last_commit_hash},
          {Breach::evidence_hash, &Header::evidence_hash}};
      for (const auto& [kind, field] : kHashes)
        if (kind == breach) spoil(header.*field);
      break;
    }
  }
}

}  // namespace

SizedBlockPtr Forge::build(const SizedBlockPtr& honest, Round round, TimeMs time, bool empty) const {
  const ledger::HeightPlan& plan = node_.plan();
  if (!node_.running() || honest->block->header.height != plan.height) return nullptr;
  std::vector<crypto::TransactionPtr> candidates;
  if (!empty) {
    for (const auto& encoded : honest->block->transactions) {
      auto verified = verifier_.verify(encoded);
      if (!verified) return nullptr;
      candidates.push_back(std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified)));
    }
  }
  ledger::BuildInput input;
  input.round = round;
  input.time = std::max(time, plan.earliest_time);
  input.last_commit = honest->block->last_commit;
  input.candidates = candidates;
  input.prove_vrf = [this](ByteView alpha) { return verifier_.scheme().vrf_prove(node_.keys().vrf, alpha); };
  auto built = ledger::build_block(chain_, verifier_, node_.chain().state(), plan, node_.chain(), input);
  return built ? finished(std::move(built->block)) : nullptr;
}

SizedBlockPtr Forge::rival(const SizedBlockPtr& honest, Chance& chance) const {
  const Header& header = honest->block->header;
  return build(honest, header.round, header.time + 1 + chance.below(20), chance.percent(40));
}

SizedBlockPtr Forge::stale(const SizedBlockPtr& honest, TimeMs now, Chance& chance) const {
  const auto& params = chain_.params();
  // Two precisions away at least: wherever the clock of a correct receiver stands, this is outside its window.
  const TimeMs to_come = now + 2 * params.time_precision_ms + chance.below(20 * params.time_precision_ms);
  const TimeMs past = node_.plan().earliest_time;
  const bool is_past = past + 4 * params.time_delay_ms < now;
  const TimeMs far = now + params.slot_duration_ms * (1 + chance.below(3));
  return build(honest, honest->block->header.round,
               is_past && chance.percent(60) ? past
               : chance.percent(70)          ? to_come
                                             : far,
               false);
}

SizedBlockPtr Forge::forged_round(const SizedBlockPtr& honest, Chance& chance) const {
  const Header& header = honest->block->header;
  const auto members = static_cast<Round>(node_.plan().order.size());
  const Round lower = header.round >= members ? header.round - members : header.round + members;
  const Round other = header.round > 0 ? header.round - 1 : 1;
  const Round rounds[] = {header.round + members, lower, other};
  return build(honest, rounds[chance.below(std::size(rounds))], header.time, false);
}

SizedBlockPtr Forge::broken(const SizedBlockPtr& honest, Breach breach) const {
  if (honest->block->header.height != node_.plan().height) return nullptr;
  Block block = *honest->block;
  if (breach >= Breach::commit_too_few && breach <= Breach::commit_of_another_round)
    break_commit(block, breach);
  else if (breach >= Breach::transaction_twice)
    break_transactions(block, breach);
  else
    break_header(block.header, breach, node_.plan());
  return finished(std::move(block));
}

}  // namespace lucid::sim
