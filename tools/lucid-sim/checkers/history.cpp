#include "tools/lucid-sim/checkers/history.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::sim {
namespace {

constexpr TimeMs kYear9999 = 253'402'300'799'999;
constexpr std::uint64_t kEvidenceEpochs = 2;
constexpr std::uint64_t kCreditsOfASession = 5;

}  // namespace

History::History(const ClusterFacts& facts, const crypto::SignatureScheme& scheme)
    : facts_(facts),
      scheme_(scheme),
      sets_(facts, scheme, facts.genesis_header.slot.value / facts.genesis.params.epoch_slots) {
  OwnBlock genesis;
  genesis.plan.slot = facts.genesis_header.slot.value;
  genesis.plan.epoch = sets_.first_epoch();
  genesis.hash = own_header_hash(facts.genesis_header);
  genesis.time = facts.genesis.params.start_time;
  seeds_[genesis.plan.epoch] =
      crypto::sha256(codec::encode_array(std::string_view("lucid/seed/v1"), facts.genesis_hash));
  blocks_.push_back(std::move(genesis));
  plan_next();
}

std::size_t History::quorum_of(Height height) const {
  const ValidatorSet& set = set_of(height);
  return own_quorum(set.members.size(), set.quorum_rule);
}

std::uint64_t History::slot_at(TimeMs time) const {
  const TimeMs since = time - params().slot_origin;
  return (since - since % params().slot_duration_ms) / params().slot_duration_ms;
}

void History::append(const BlockPtr& block, const Hash256& hash, const OwnBody& body) {
  OwnBlock row;
  row.plan = next_;
  row.hash = hash;
  row.block = block;
  row.time = block->header.time;
  if (tip() > 0) carry(*block);
  const Address& proposer = block->header.proposer;
  if (next_.first_of_slot) {
    OwnSlot slot;
    slot.slot = next_.slot;
    slot.epoch = next_.epoch;
    slot.first_height = next_.height;
    slot.primary = next_.slot_order.front();
    slot.winner = proposer;
    if (block->header.vrf_proof)
      if (const auto output = scheme_.vrf_output(*block->header.vrf_proof)) slot.output = *output;
    slots_.push_back(std::move(slot));
  }
  slots_.back().proposers.push_back(proposer);
  run_operations(body, row);
  blocks_.push_back(std::move(row));
  plan_next();
}

void History::carry(const Block& block) {
  const ValidatorSet& set = set_of(tip());
  Carried carried;
  carried.slot = slots_.size() - 1;
  carried.in_epoch = next_.epoch;
  carried.sessions = at(tip()).sessions;
  for (const CommitSignature& entry : block.last_commit.signatures) {
    if (entry.validator >= set.members.size()) continue;
    carried.signers.push_back(set.members[entry.validator].address);
    slots_.back().signers.insert(carried.signers.back());
  }
  carried_.push_back(std::move(carried));
}

void History::run_operations(const OwnBody& body, OwnBlock& row) {
  row.transactions = body.ids;
  for (const auto& transaction : body.transactions) {
    if (!transaction) continue;
    const Operation& operation = transaction->operation;
    if (const auto* anchor = std::get_if<AnchorSession>(&operation)) run(*anchor, row);
    if (const auto* evidence = std::get_if<Evidence>(&operation)) run(*evidence);
    if (const auto* validators = std::get_if<UpdateValidators>(&operation)) sets_.put_forward(next_.epoch, *validators);
    if (const auto* owners = std::get_if<UpdateOwners>(&operation)) sets_.put_forward(next_.epoch, *owners);
    if (const auto* approval = std::get_if<Approve>(&operation)) sets_.approve(next_.epoch, *approval);
  }
}

void History::run(const AnchorSession& anchor, OwnBlock& row) {
  if (anchor.chunk_count == 0 || anchor.chunk_count > kMaxChunksPerSession || anchor.started_at > kYear9999) return;
  if (anchored_.contains(anchor.session)) return;
  const bool asked = params().user_signature_required || anchor.user_signature.has_value();
  if (asked && !is_good_user_signature(anchor)) return;
  anchored_.insert(anchor.session);
  ++row.sessions;
}

bool History::is_good_user_signature(const AnchorSession& anchor) const {
  if (!anchor.user_signature) return false;
  const Hash256 digest =
      crypto::sha256(codec::encode_array(std::string_view("lucid/anchor/v1"), params().chain_id, facts_.genesis_hash,
                                         anchor.session, anchor.merkle_root, anchor.manifest_hash, anchor.chunk_count));
  const auto signer = scheme_.recover(digest, *anchor.user_signature);
  return signer && *signer == anchor.owner;
}

void History::run(const Evidence& evidence) {
  const Said one = said_by(evidence.first);
  const Said other = said_by(evidence.second);
  if (one.signer != other.signer || !one.is_at_place_of(other) || one.has_content_of(other)) return;
  if (!(codec::encode(evidence.first) < codec::encode(evidence.second))) return;
  if (one.height == 0 || one.height > next_.height) return;
  const std::uint64_t epoch = plan_of(one.height).epoch;
  if (next_.epoch - epoch > kEvidenceEpochs) return;
  const std::tuple about{one.signer, one.height, one.round, one.step};
  if (proven_.contains(about)) return;
  if (!is_signed_by_member(evidence.first, epoch) || !is_signed_by_member(evidence.second, epoch)) return;
  proven_.insert(about);
  bans_.push_back({name_in(next_.epoch, one.signer, epoch), next_.epoch});
}

bool History::is_signed_by_member(const SignedMessage& message, std::uint64_t epoch) const {
  const Said said = said_by(message);
  for (const Validator& member : set_of_epoch(epoch).members)
    if (member.address == said.signer)
      return scheme_.verify(member.consensus_key, own_digest(facts_, said), said.signature).has_value();
  return false;
}

OwnTally History::tally_of(std::uint64_t epoch) const {
  OwnTally tally;
  std::map<std::size_t, std::set<Address>> signed_in;  // by slot
  for (const Carried& carried : carried_) {
    if (slots_[carried.slot].epoch != epoch || carried.in_epoch > epoch + 1) continue;  // settled by the end of e + 1
    const auto [signers, first] = signed_in.try_emplace(carried.slot);
    if (first)
      for (const Validator& member : set_of_epoch(epoch).members) ++tally[member.address].slots;
    for (const Address& signer : carried.signers) {
      OwnTallyRow& row = tally[signer];
      row.slots_signed += signers->second.insert(signer).second;
      row.validation = std::min(params().validation_cap, row.validation + kCreditsOfASession * carried.sessions);
    }
  }
  return tally;
}

OwnTally History::window_of(std::uint64_t epoch) const {
  OwnTally sums;
  if (epoch < 3) return sums;
  const std::uint64_t newest = epoch - 3;
  const std::uint64_t length = params().leader_window_epochs;
  for (std::uint64_t e = newest + 1 > length ? newest + 1 - length : 0; e <= newest; ++e) {
    if (e < first_epoch()) continue;
    for (const auto& [address, row] : tally_of(e)) {
      OwnTallyRow& sum = sums[address];
      sum.validation += row.validation;
      sum.slots_signed += row.slots_signed;
      sum.slots += row.slots;
    }
  }
  return sums;
}

void History::end_epoch(std::uint64_t epoch) {
  sets_.end(epoch);
  Bytes bytes;
  codec::Encoder encoder(bytes);
  const auto has_it = [&](const OwnSlot& slot) { return slot.epoch == epoch; };
  encoder.array(2 + static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), has_it)));
  encoder.text("lucid/seed/v1");
  encoder.binary(seeds_.at(epoch));
  for (const OwnSlot& slot : slots_)
    if (has_it(slot)) encoder.binary(slot.output);
  seeds_[epoch + 1] = crypto::sha256(bytes);
}

void History::plan_next() {
  const OwnBlock& parent = blocks_.back();
  OwnPlan plan;
  plan.height = tip() + 1;
  plan.slot = std::max(parent.plan.slot, slot_at(parent.time + params().block_interval_ms));
  plan.epoch = epoch_at(plan.slot);
  while (seeds_.rbegin()->first < plan.epoch) end_epoch(seeds_.rbegin()->first);
  plan.seed = seeds_.at(plan.epoch);
  plan.first_of_slot = slots_.empty() || slots_.back().slot != plan.slot;
  next_ = plan;
  next_.slot_order = plan.first_of_slot ? order_of_next_slot() : parent.plan.slot_order;
  next_.order = next_.slot_order;
  if (plan.first_of_slot) return;
  const auto& order = next_.slot_order;
  std::size_t first = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] == parent.block->header.proposer) first = i;
  for (std::size_t i = 0; i < order.size(); ++i) next_.order[i] = order[(first + i) % order.size()];
}

// ---- who leads

std::vector<Address> History::order_of_next_slot() {
  // All of the window is settled: within an epoch it stays as it is.
  if (!window_ || window_->first != next_.epoch) window_ = {next_.epoch, window_of(next_.epoch)};
  std::vector<Candidate> candidates;
  for (const Validator& member : set_of_epoch(next_.epoch).members)
    candidates.push_back(candidate(member, window_->second));
  OwnOrderInput input{params(), candidates, {}, next_.seed, next_.slot};
  if (!slots_.empty()) input.previous_primary = slots_.back().primary;
  return own_order(input);
}

Candidate History::candidate(const Validator& member, const OwnTally& window) const {
  Candidate out;
  out.address = member.address;
  out.vrf_key = member.vrf_key;
  out.absent = was_absent(member.address);
  out.banned = is_banned(member.address, next_.epoch);
  if (const auto row = window.find(member.address); row != window.end()) {
    out.credits = row->second.validation;
    out.slots_signed = row->second.slots_signed;
    out.slots = row->second.slots;
  }
  // Back over the epochs without a break in which it was a member; a ban keeps the memory of one that left.
  const auto& names = sets_.renamed();
  std::uint64_t first = next_.epoch;
  Address name = member.address;
  while (first > first_epoch()) {
    Address before = name;
    for (auto renamed = names.rbegin(); renamed != names.rend(); ++renamed)
      if (renamed->epoch == first && renamed->to == before) before = renamed->from;
    const auto& members = set_of_epoch(first - 1).members;
    const bool was_member =
        std::any_of(members.begin(), members.end(), [&](const Validator& one) { return one.address == before; });
    if (!was_member && !is_banned(before, first - 1)) break;
    name = before;
    --first;
  }
  out.since = first == first_epoch() ? facts_.genesis_header.slot.value : first * params().epoch_slots;
  for (auto slot = slots_.rbegin(); slot != slots_.rend() && slot->slot >= out.since; ++slot) {
    const auto is_it = [&](const Address& address) {
      return name_in(next_.epoch, address, slot->epoch) == member.address;
    };
    const bool led = is_it(slot->primary);
    if (led && slot->epoch == next_.epoch && slot->winner != slot->primary) ++out.lost_slots;
    const bool had_turn = led || std::any_of(slot->proposers.begin(), slot->proposers.end(), is_it);
    if (had_turn && !out.last_turn) out.last_turn = slot->slot;
    if (out.last_turn && slot->epoch != next_.epoch) break;
  }
  return out;
}

bool History::is_banned(const Address& address, std::uint64_t epoch) const {
  return std::any_of(bans_.begin(), bans_.end(), [&](const Ban& ban) {
    return ban.accepted_in <= epoch && epoch <= ban.accepted_in + 1 &&
           name_in(epoch, ban.validator, ban.accepted_in) == address;
  });
}

bool History::was_absent(const Address& address) const {
  if (slots_.size() < 3) return false;
  for (std::size_t back = 1; back <= 3; ++back) {
    const OwnSlot& slot = slots_[slots_.size() - back];
    const auto& members = set_of_epoch(slot.epoch).members;
    const bool was_member =
        std::any_of(members.begin(), members.end(), [&](const Validator& one) { return one.address == address; });
    if (!was_member || slot.signers.contains(address)) return false;
  }
  return true;
}

Address History::name_in(std::uint64_t later, Address address, std::uint64_t epoch) const {
  for (const Renamed& renamed : sets_.renamed())
    if (renamed.epoch > epoch && renamed.epoch <= later && renamed.from == address) address = renamed.to;
  return address;
}

}  // namespace lucid::sim
