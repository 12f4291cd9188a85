// One decided block for each height, decided by a quorum, in turn, and valid (protocol.md sections 2, 3, 7 and 8).
#include <algorithm>

#include "core/codec/codec.hpp"
#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

class AgreementChecker final : public Observer {
 public:
  explicit AgreementChecker(SharedPtr shared) : shared_(std::move(shared)) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    if (const auto* stored = std::get_if<Stored>(&sighting)) return note_proposals(*stored);
    if (const auto* decided = std::get_if<Decided>(&sighting)) return see(*decided);
    if (const auto* alarm = std::get_if<AlarmRaised>(&sighting)) return see(*alarm);
  }

 private:
  void violated(std::string_view invariant, std::string words) {
    shared_->findings.violated(ViolationKind::safety, now_, invariant, std::move(words));
  }

  void note_proposals(const Stored& stored) {
    if (shared_->lies(stored.node)) return;
    for (const consensus::SignRecord& record : stored.persist.records)
      if (record.step == consensus::SignStep::propose && record.value && !record.valid_round)
        proposed_.insert({record.height, record.round, *record.value});
  }

  void see(const Decided& decided) {
    if (shared_->lies(decided.node)) return;
    History& history = shared_->history;
    const Height height = decided.height;
    if (height == 0 || height > history.tip() + 1)
      return violated("decided-valid", "node " + number(decided.node) + " decided height " + number(height) +
                                           " when height " + number(history.tip()) + " was the newest");
    check_certificate(decided.certificate, height, decided.hash, "decided-by-quorum");
    if (height <= history.tip()) {
      if (history.at(height).hash != decided.hash)
        violated("one-decided-block", "node " + number(decided.node) + " decided " + short_text(decided.hash) +
                                          " for height " + number(height) + ", another " +
                                          short_text(history.at(height).hash));
      return;
    }
    check_turn(decided);
    const OwnBody body = read_body(*decided.block);
    check_valid(*decided.block, decided.hash, body);
    proposed_.erase(proposed_.begin(), proposed_.lower_bound({height, 0, {}}));
    history.append(decided.block, decided.hash, body);
  }

  /// q precommits of one round by distinct members of the set of `height`, in validator order.
  void check_certificate(const Certificate& certificate, Height height, const Hash256& hash,
                         std::string_view invariant) {
    const ValidatorSet& set = shared_->history.set_of(height);
    const auto wrong = [&](const std::string& words) {
      violated(invariant, "the certificate of height " + number(height) + " " + words);
    };
    if (certificate.height != height || certificate.block != hash)
      return wrong("is of height " + number(certificate.height) + " for " + short_text(certificate.block));
    Precommits& verified = verified_precommits(certificate, set.members.size());
    std::size_t signers = 0;
    std::uint32_t least = 0;
    for (const CommitSignature& entry : certificate.signatures) {
      if (entry.validator >= set.members.size() || entry.validator < least)
        return wrong("names validator " + number(entry.validator) + " out of place");
      least = entry.validator + 1;
      if (!is_good(verified, set.members[entry.validator], entry))
        return wrong("has a bad signature of validator " + number(entry.validator));
      ++signers;
    }
    const std::size_t quorum = shared_->history.quorum_of(height);
    if (signers < quorum) wrong("has " + number(signers) + " signers where " + number(quorum) + " decide");
  }

  /// What precommits of one round for one block are signed over, and those that were verified.
  struct Precommits {
    Height height = 0;
    Round round = 0;
    Hash256 block;
    Hash256 digest;
    std::vector<std::optional<Signature>> good;  // the newest of each validator of the height's set
  };

  Precommits& verified_precommits(const Certificate& certificate, std::size_t members) {
    for (auto known = verified_.rbegin(); known != verified_.rend(); ++known)
      if (known->height == certificate.height && known->round == certificate.round && known->block == certificate.block)
        return *known;
    if (verified_height_ + 2 < certificate.height) {
      verified_.clear();
      verified_height_ = certificate.height;
    }
    const Said said{{}, certificate.height, certificate.round, 2, certificate.block, {}, {}};
    verified_.push_back({said.height, said.round, certificate.block, own_digest(shared_->facts, said), {}});
    verified_.back().good.resize(members);
    return verified_.back();
  }

  /// Each signature is verified once, however many nodes show it.
  bool is_good(Precommits& verified, const Validator& member, const CommitSignature& entry) {
    std::optional<Signature>& known = verified.good[entry.validator];
    if (known == entry.signature) return true;
    if (!shared_->history.scheme().verify(member.consensus_key, verified.digest, entry.signature)) return false;
    known = entry.signature;
    return true;
  }

  void check_turn(const Decided& decided) {
    const Header& header = decided.block->header;
    const OwnPlan& plan = shared_->history.next();
    const auto wrong = [&](std::string_view invariant, const std::string& words) {
      violated(invariant,
               "the block of height " + number(plan.height) + ", made in round " + number(header.round) + words);
    };
    if (header.proposer != plan.proposer(header.round))
      wrong("decided-in-turn",
            " by " + short_text(header.proposer) + ", was the turn of " + short_text(plan.proposer(header.round)));
    if (header.round > decided.certificate.round)
      wrong("decided-in-turn", ", was decided in round " + number(decided.certificate.round));
    if (!proposed_.contains({plan.height, header.round, decided.hash}) && shared_->is_honest(header.proposer))
      wrong("decided-by-its-proposer", ", was never proposed by " + short_text(header.proposer) + ", whom it names");
  }

  void invalid(const std::string& words) {
    violated("decided-valid", "the block of height " + number(shared_->history.next().height) + ": " + words);
  }
  void must(bool holds, const char* words) {
    if (!holds) invalid(words);
  }

  // Everything that a header says but its digest, which the chain checker compares between nodes.
  void check_valid(const Block& block, const Hash256& hash, const OwnBody& body) {
    const History& history = shared_->history;
    const OwnPlan& plan = history.next();
    const OwnBlock& parent = history.at(history.tip());
    const Header& header = block.header;
    const ChainParams& params = history.params();
    must(own_header_hash(header) == hash, "its header does not hash to what was decided");
    must(header.version == 1 && header.chain_id == params.chain_id, "version or chain");
    if (header.height != plan.height) invalid("its header names height " + number(header.height));
    must(header.previous_hash == parent.hash, "its parent is not the block decided before");
    if (header.slot.value != plan.slot)
      invalid("slot " + number(header.slot.value) + " where it belongs to " + number(plan.slot));
    if (header.time < parent.time + params.block_interval_ms)
      invalid(number(header.time) + " ms is less than an interval after " + number(parent.time));
    must(header.seed == plan.seed, "its seed is not that of its epoch");
    must(header.validators_hash == hash_of_set(plan.epoch), "validators_hash is not that of the set of its epoch");
    must(header.last_commit_hash == own_certificate_hash(block.last_commit), "last_commit_hash");
    check_vrf(header, plan);
    if (plan.height == 1)
      must(block.last_commit == Certificate{}, "block 1 carries a certificate");
    else
      check_certificate(block.last_commit, plan.height - 1, parent.hash, "decided-valid");
    check_body(block, body, plan);
  }

  void check_vrf(const Header& header, const OwnPlan& plan) {
    if (header.vrf_proof.has_value() != plan.first_of_slot)
      return invalid("it carries a VRF proof and is not its slot's first, or lacks one");
    if (!header.vrf_proof) return;
    const Bytes alpha = codec::encode_array(std::string_view("lucid/vrf/v1"), plan.seed, plan.slot);
    for (const Validator& member : shared_->history.set_of_epoch(plan.epoch).members)
      if (member.address == header.proposer &&
          shared_->history.scheme().vrf_verify(member.vrf_key, alpha, *header.vrf_proof))
        return;
    invalid("its proposer did not make its VRF proof");
  }

  void check_body(const Block& block, const OwnBody& body, const OwnPlan& plan) {
    const ChainParams& params = shared_->history.params();
    const Header& header = block.header;
    std::uint64_t most = params.max_block_bytes;
    for (Round round = 0; round < header.round && round < 5; ++round) most /= 2;
    encoded_.clear();
    codec::encode_to(encoded_, block);
    must(encoded_.size() <= most, "it is bigger than a block of its round may be");
    must(block.transactions.size() <= params.max_transactions_per_block, "too many transactions");
    std::vector<Bytes> evidence;
    for (const auto& transaction : body.transactions) {
      must(transaction.has_value(), "a transaction that cannot be read");
      if (!transaction) continue;
      must(transaction->chain_id == params.chain_id, "a transaction of another chain");
      must(transaction->valid_until_height >= plan.height, "a transaction that had expired");
      if (const auto* found = std::get_if<Evidence>(&transaction->operation)) evidence.push_back(codec::encode(*found));
    }
    must(header.transactions_root == own_merkle_root({body.ids.begin(), body.ids.end()}), "transactions_root");
    must(header.evidence_hash == own_merkle_root({evidence.begin(), evidence.end()}), "evidence_hash");
  }

  const Hash256& hash_of_set(std::uint64_t epoch) {
    if (!set_hash_ || set_hash_->first != epoch)
      set_hash_ = {epoch, own_validators_hash(shared_->history.set_of_epoch(epoch))};
    return set_hash_->second;
  }

  void see(const AlarmRaised& alarm) {
    using consensus::AlarmKind;
    if (shared_->lies(alarm.node)) return;
    // What a correct core says of itself only when a rule was broken.
    const bool grave = alarm.kind == AlarmKind::decided_block_invalid || alarm.kind == AlarmKind::two_blocks_decided ||
                       alarm.kind == AlarmKind::invariant_broken || alarm.kind == AlarmKind::signing_broken;
    if (grave)
      violated("no-alarm", "node " + number(alarm.node) + " raised " + std::string(consensus::alarm_name(alarm.kind)) +
                               ": " + alarm.words);
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::set<std::tuple<Height, Round, Hash256>> proposed_;  // new values of honest nodes
  Height verified_height_ = 0;
  std::vector<Precommits> verified_;  // of the newest heights
  Bytes encoded_;                     // the newest block
  std::optional<std::pair<std::uint64_t, Hash256>> set_hash_;
};

}  // namespace

std::unique_ptr<Observer> agreement_checker(SharedPtr shared) {
  return std::make_unique<AgreementChecker>(std::move(shared));
}

}  // namespace lucid::sim
