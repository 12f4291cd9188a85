#include "core/ledger/block_rules.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/ledger/block_size.hpp"
#include "core/merkle/tree.hpp"
#include "core/params/params.hpp"

namespace lucid::ledger {
namespace {

constexpr std::string_view kRequiredFields =
    "version, chain_id, height, slot, round, time, previous_hash, transactions_root, state_digest, anchor_log_root, "
    "anchor_log_size, validators_hash, next_validators_hash, seed, vrf_proof, last_commit_hash, evidence_hash, "
    "proposer";

/// What execute() says of the block itself; every other fault is the reader's trouble and no verdict.
bool is_verdict(Fault fault) {
  return fault == Fault::transaction_nonce || fault == Fault::transaction_expired || fault == Fault::transaction_size ||
         fault == Fault::vrf_proof_invalid;
}

Status same_number(Fault fault, std::string_view field, std::uint64_t expected, std::uint64_t actual) {
  if (expected == actual) return {};
  return fail(fault, field, std::to_string(expected), std::to_string(actual));
}
template <class Fixed>
Status same_bytes(Fault fault, std::string_view field, const Fixed& expected, const Fixed& actual) {
  if (expected == actual) return {};
  return fail(fault, field, to_hex(expected), to_hex(actual));
}

/// What the two checks share: the report, the ids, the transactions.
class Check {
 public:
  Check(const crypto::Verifier& verifier, const BlockCheck& check)
      : verifier_(verifier),
        check_(check),
        block_(check.block),
        whole_(check.whole && &check.whole->block() == &check.block ? check.whole : nullptr),
        hash_(whole_ ? whole_->hash() : crypto::header_hash(block_.header)) {
    for (std::size_t i = 0; i < kBlockRules; ++i) report.results[i].rule = static_cast<BlockRule>(i);
    if (whole_) return;
    ids_.reserve(block_.transactions.size());
    for (const EncodedTransaction& encoded : block_.transactions) ids_.push_back(crypto::transaction_id(encoded));
  }

  const WholeBlock* whole() const { return whole_; }
  const Hash256& hash() const { return hash_; }
  const std::vector<crypto::TransactionPtr>& transactions() const { return transactions_; }

  void set(BlockRule rule, const Status& status) {
    RuleResult& result = report.results[static_cast<std::size_t>(rule)];
    result.passed = status.has_value();
    if (!status && !result.error) result.error = status.error();
  }
  void detail(BlockRule rule, std::string name, std::string value) {
    report.results[static_cast<std::size_t>(rule)].details.emplace_back(std::move(name), std::move(value));
  }
  void detail_structure() {
    if (!check_.in_detail) return;
    detail(BlockRule::block_structure, "missing_fields", "");
    detail(BlockRule::block_structure, "required_fields", std::string(kRequiredFields));
  }

  /// Against the hash that was claimed; a block that claims none is its own witness.
  void check_hash(const Hash256& expected) {
    const Hash256 claimed = check_.claimed_hash.value_or(hash_);
    Status status = same_bytes(Fault::block_hash, "hash", expected, claimed);
    if (status) status = same_bytes(Fault::block_hash, "header", expected, hash_);
    set(BlockRule::block_hash, status);
    if (!check_.in_detail) return;
    detail(BlockRule::block_hash, "expected_hash", to_hex(expected));
    detail(BlockRule::block_hash, "actual_hash", to_hex(claimed == expected ? hash_ : claimed));
  }
  void check_previous(const Hash256& expected) {
    const Header& header = block_.header;
    set(BlockRule::previous_hash,
        same_bytes(Fault::block_previous_hash, "header.previous_hash", expected, header.previous_hash));
    if (!check_.in_detail) return;
    detail(BlockRule::previous_hash, "expected_previous_hash", to_hex(expected));
    detail(BlockRule::previous_hash, "actual_previous_hash", to_hex(header.previous_hash));
    detail(BlockRule::previous_hash, "is_genesis", header.height == 0 ? "true" : "false");
  }
  void check_root() {
    const Hash256& actual = block_.header.transactions_root;
    const Hash256 expected = whole_ ? actual : transactions_root(ids_);
    set(BlockRule::merkle_root, same_bytes(Fault::block_merkle_root, "header.transactions_root", expected, actual));
    if (!check_.in_detail) return;
    detail(BlockRule::merkle_root, "expected_merkle_root", to_hex(expected));
    detail(BlockRule::merkle_root, "actual_merkle_root", to_hex(actual));
  }
  /// `earliest` is the parent's time plus the block interval.
  void check_time(TimeMs earliest) {
    const TimeMs time = block_.header.time;
    const TimeMs latest = std::min(check_.latest_time.value_or(params::kMaxTime), params::kMaxTime);
    Status status;
    if (time < earliest)
      status =
          fail(Fault::block_timestamp, "header.time", "at least " + std::to_string(earliest), std::to_string(time));
    else if (time > latest)
      status = fail(Fault::block_timestamp, "header.time", "at most " + std::to_string(latest), std::to_string(time));
    set(BlockRule::timestamp, status);
    if (!check_.in_detail) return;
    detail(BlockRule::timestamp, "block_time", std::to_string(time));
    if (!check_.current_time) return;
    const TimeMs now = *check_.current_time;
    const TimeMs apart = now > time ? now - time : time - now;
    detail(BlockRule::timestamp, "current_time", std::to_string(now));
    detail(BlockRule::timestamp, "time_diff_seconds", std::to_string(apart / 1000));
  }
  /// Each transaction decodes and carries a good signature. Known ones were checked before.
  Status verify_transactions() {
    Status first_fault;
    transactions_.reserve(block_.transactions.size());
    std::size_t valid = 0;
    for (std::size_t i = 0; i < block_.transactions.size(); ++i) {
      auto transaction = transaction_of(i);
      if (!transaction && first_fault) {
        Error error = transaction.error();
        error.field = "transactions[" + std::to_string(i) + "]." + error.field;
        first_fault = tl::unexpected(std::move(error));
      }
      if (!transaction) continue;
      ++valid;
      transactions_.push_back(std::move(*transaction));
    }
    if (!check_.in_detail) return first_fault;
    detail(BlockRule::transactions, "total_transactions", std::to_string(block_.transactions.size()));
    detail(BlockRule::transactions, "valid_transactions", std::to_string(valid));
    return first_fault;
  }
  bool passed_all_but_transactions() const {
    return std::all_of(report.results.begin(), report.results.end(), [](const RuleResult& result) {
      return result.passed || result.rule == BlockRule::transactions;
    });
  }

  BlockReport report;

 private:
  const std::vector<Hash256>& ids() const { return whole_ ? whole_->ids() : ids_; }
  Result<crypto::TransactionPtr> transaction_of(std::size_t i) const {
    if (check_.known)
      if (auto known = check_.known(ids()[i]); known && (*known)->encoded == block_.transactions[i]) return known;
    auto verified = verifier_.verify(block_.transactions[i]);
    if (!verified) return tl::unexpected(verified.error());
    return std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified));
  }

  const crypto::Verifier& verifier_;
  const BlockCheck& check_;
  const Block& block_;
  const WholeBlock* whole_;
  Hash256 hash_;
  std::vector<Hash256> ids_;  // where `whole_` has none
  std::vector<crypto::TransactionPtr> transactions_;
};

/// What needs no signature: each field that plan and parameters fix, and the sizes (rule block_structure).
Status check_form(const Chain& chain, const HeightPlan& plan, const Block& block, const WholeBlock* whole) {
  const ChainParams& params = chain.params();
  const Header& header = block.header;
  const Fault fault = Fault::block_structure;
  LUCID_TRY(same_number(fault, "header.version", kHeaderVersion, header.version));
  LUCID_TRY(same_number(fault, "header.chain_id", params.chain_id, header.chain_id));
  LUCID_TRY(same_number(fault, "header.height", plan.height, header.height));
  LUCID_TRY(same_number(fault, "header.slot", plan.slot.value, header.slot.value));
  LUCID_TRY(same_bytes(Fault::block_proposer, "header.proposer", plan.proposer(header.round), header.proposer));
  LUCID_TRY(same_bytes(fault, "header.validators_hash", plan.validators_hash, header.validators_hash));
  LUCID_TRY(same_bytes(fault, "header.seed", plan.seed, header.seed));
  if (header.vrf_proof.has_value() != plan.first_of_slot)
    return fail(Fault::vrf_proof_invalid, "header.vrf_proof",
                plan.first_of_slot ? "a proof in a slot's first block" : "none after a slot's first block",
                header.vrf_proof ? "a proof" : "none");
  if (block.transactions.size() > params.max_transactions_per_block)
    return fail(Fault::block_size, "transactions", "at most " + std::to_string(params.max_transactions_per_block),
                std::to_string(block.transactions.size()));
  const std::uint64_t size = whole ? whole->encoded_bytes() : encoded_size(block);
  if (size > block_bytes_max(params, header.round))
    return fail(Fault::block_size, "block",
                "at most " + std::to_string(block_bytes_max(params, header.round)) + " bytes",
                std::to_string(size) + " bytes");
  if (whole) return {};
  return same_bytes(fault, "header.last_commit_hash", crypto::certificate_hash(block.last_commit),
                    header.last_commit_hash);
}

/// What only execution can tell, by the rule it belongs to.
void compare(Check& check, const Header& expected, const Header& actual) {
  Status structure = same_bytes(Fault::block_structure, "header.next_validators_hash", expected.next_validators_hash,
                                actual.next_validators_hash);
  if (!structure) check.set(BlockRule::block_structure, structure);
  Status roots =
      same_bytes(Fault::block_merkle_root, "header.evidence_hash", expected.evidence_hash, actual.evidence_hash);
  if (roots)
    roots = same_number(Fault::block_merkle_root, "header.anchor_log_size", expected.anchor_log_size,
                        actual.anchor_log_size);
  if (roots)
    roots = same_bytes(Fault::block_merkle_root, "header.anchor_log_root", expected.anchor_log_root,
                       actual.anchor_log_root);
  if (!roots) check.set(BlockRule::merkle_root, roots);
  check.set(BlockRule::transactions,
            same_bytes(Fault::block_transactions, "header.state_digest", expected.state_digest, actual.state_digest));
}

/// evidence_hash from the body alone.
Hash256 evidence_root(const std::vector<crypto::TransactionPtr>& transactions) {
  std::vector<Hash256> leaves;
  for (const auto& transaction : transactions)
    if (const auto* evidence = std::get_if<Evidence>(&(*transaction)->transaction.operation))
      leaves.push_back(merkle::leaf_hash(codec::encode(*evidence)));
  return merkle::root(leaves);
}

}  // namespace

std::string_view rule_name(BlockRule rule) {
  static constexpr std::array<std::string_view, kBlockRules> kNames = {"block_structure", "block_hash", "previous_hash",
                                                                       "merkle_root",     "timestamp",  "transactions"};
  return kNames[static_cast<std::size_t>(rule)];
}

std::string_view rule_description(BlockRule rule) {
  static constexpr std::array<std::string_view, kBlockRules> kTexts = {
      "Every header field is there and is what the chain before it asks: version, chain, height, slot, proposer, "
      "validator sets, seed and VRF proof, the parent's commit certificate, sizes.",
      "The block's hash is SHA-256 of the tag and the canonical encoding of its header.",
      "The header names its parent's hash; genesis names 64 zeros.",
      "The header's roots are those of the block's transactions and evidence and of the anchor log after them.",
      "The block is dated at least one block interval after its parent, and not after the latest time allowed.",
      "Each transaction is canonical, signed, unexpired, with its account's next nonce, and executing all of them "
      "gives the header's state digest."};
  return kTexts[static_cast<std::size_t>(rule)];
}

bool BlockReport::valid() const {
  return std::all_of(results.begin(), results.end(), [](const RuleResult& result) { return result.passed; });
}

std::optional<Error> BlockReport::first_error() const {
  for (const RuleResult& result : results)
    if (result.error) return result.error;
  return std::nullopt;
}

Result<BlockReport> check_next_block(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                                     const HeightPlan& plan, const StateReader& reader, const BlockCheck& input) {
  const Block& block = input.block;
  Check check(verifier, input);
  check.set(BlockRule::block_structure, check_form(chain, plan, block, check.whole()));
  check.detail_structure();
  check.check_hash(check.hash());
  check.check_previous(plan.parent_hash);
  check.check_root();
  check.check_time(plan.earliest_time);
  if (check.passed_all_but_transactions() || input.thorough) {
    const auto* known = input.parent_commit;
    Status signatures =
        known && **known == block.last_commit ? Status{} : verify_last_commit(verifier, plan, block.last_commit);
    if (signatures)
      if (auto vrf = verify_vrf(verifier, plan, block.header.proposer, block.header.vrf_proof); !vrf)
        signatures = tl::unexpected(vrf.error());
    check.report.certificate_valid = signatures.has_value();
    if (!signatures) check.set(BlockRule::block_structure, signatures);
  }
  const bool all_before = check.passed_all_but_transactions();
  if (!all_before && !input.thorough) {
    check.set(BlockRule::transactions,
              fail(Fault::block_transactions, "transactions", "the other rules to hold first", "one that failed"));
    return std::move(check.report);
  }
  const Status verified = check.verify_transactions();
  check.set(BlockRule::transactions, verified);
  if (!all_before || !verified) return std::move(check.report);
  const BlockDraft draft{block.header.round, block.header.time,    block.header.vrf_proof,
                         block.last_commit,  check.transactions(), check.whole()};
  auto execution = execute(chain, verifier, state, plan, reader, draft);
  if (!execution) {
    if (!is_verdict(execution.error().fault)) return tl::unexpected(execution.error());
    check.set(BlockRule::transactions, tl::unexpected(execution.error()));
    return std::move(check.report);
  }
  compare(check, execution->header, block.header);
  if (check.report.valid()) check.report.execution = std::move(*execution);
  return std::move(check.report);
}

BlockReport check_past_block(const Chain& chain, const crypto::Verifier& verifier, const Header& committed,
                             const std::optional<Header>& parent, const BlockCheck& input) {
  const Block& block = input.block;
  Check check(verifier, input);
  const Hash256 expected = crypto::header_hash(committed);
  Status structure = same_number(Fault::block_structure, "header.height", committed.height, block.header.height);
  if (structure)
    structure = same_bytes(Fault::block_structure, "header.last_commit_hash",
                           crypto::certificate_hash(block.last_commit), block.header.last_commit_hash);
  if (structure && block.header == committed) check.report.certificate_valid = true;
  check.set(BlockRule::block_structure, structure);
  check.detail_structure();
  check.check_hash(expected);
  check.check_previous(parent ? crypto::header_hash(*parent) : Hash256{});
  check.check_root();
  check.check_time(parent ? parent->time + chain.params().block_interval_ms : chain.params().start_time);
  Status transactions = check.verify_transactions();
  check.set(BlockRule::transactions, transactions);
  if (transactions && check.report.result(BlockRule::merkle_root).passed) {
    const Status evidence = same_bytes(Fault::block_merkle_root, "header.evidence_hash",
                                       evidence_root(check.transactions()), block.header.evidence_hash);
    if (!evidence) check.set(BlockRule::merkle_root, evidence);
  }
  return std::move(check.report);
}

}  // namespace lucid::ledger
