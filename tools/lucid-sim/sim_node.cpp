#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// From the start of the process to the first height.
constexpr std::uint64_t kBootMs = 1'500;

}  // namespace

SimNode::SimNode(World& world, NodeIndex self, Chance chance)
    : world_(world),
      self_(self),
      chance_(chance),
      keys_(KeyTable::instance().machine(world.plan.machines[self].keys)),
      account_(KeyTable::instance().account_of_machine(world.plan.machines[self].keys)),
      clock_(world.plan.params.start_time, world.plan.machines[self].clock_offset_ms,
             world.plan.machines[self].drift_ppm),
      sync_ms_(world.plan.machines[self].sync_ms) {}

// ---- the process

void SimNode::start(bool old_disk) {
  running_ = true;
  ++life_;
  chain_ = std::make_unique<MemoryChain>(world_.chain, world_.genesis_state);
  for (const CommittedRow& row : disk_.image().chain) chain_->append(row);
  std::set<Address> exempt{account_.address};
  pool_ = std::make_unique<mempool::Mempool>(mempool::Limits{}, std::move(exempt));
  auto signer = consensus::VoteSigner::make(keys_.consensus.clone(), world_.verifier);
  if (!signer) return world_.broken({ViolationKind::crash, world_.events.now(), "start", to_text(signer.error())});
  core_ = std::make_unique<consensus::Consensus>(world_.verifier, std::move(*signer), disk_.restored(),
                                                 life_ * world_.plan.machines.size() + self_);
  for (const auto& [hash, block] : disk_.image().blocks) blocks_.emplace(hash, block);
  see(Started{self_, chain_->height(), old_disk});
  plan_next();
  const sync::Bounds bounds = sync::bounds_of(world_.chain.params());
  sync_ = std::make_unique<sync::Sync>(world_.verifier, bounds, keys_.address, chance_.next());
  after(chance_.between(kBootMs / 3, kBootMs), [this] { connect_peers(); });
  if (!disk_.outbox().empty()) offer_outbox();
}

void SimNode::crash() {
  if (!running_) return;
  running_ = false;
  ++life_;
  crash_in_ = 0;
  if (const auto stored = disk_.lose_power(chance_)) see(Stored{self_, *stored});
  core_.reset();
  pool_.reset();
  sync_.reset();
  told_role_.reset();
  learned_ = 0;
  sync_wakes_at_ = 0;
  inbox_.clear();
  blocks_.clear();
  timers_.clear();
  held_.clear();
  most_messages_ = most_bytes_ = 0;
  candidates_.clear();
  stepping_ = writing_ = offering_ = offering_outbox_ = told_waiting_ = false;
  told_height_ = 0;
  ledger_free_at_ = 0;
  see(Crashed{self_});
}

bool SimNode::survives() {
  if (crash_in_ == 0 || --crash_in_ > 0) return true;
  world_.crash_now(self_);
  return false;
}

// ---- the edge

/// The set that judges what `member` signs at `height`, if it is a member there. Of the height after this one the set
/// may not be known yet: then whoever is in the one after it counts too.
const ValidatorSet* SimNode::set_of(Height height, const Address& member) const {
  const auto holds = [&](const ValidatorSet& set) { return set.find(member) != nullptr; };
  if (height + 1 == plan_.height) return holds(plan_.parent_validators) ? &plan_.parent_validators : nullptr;
  if (height != plan_.height && height != plan_.height + 1) return nullptr;
  if (holds(plan_.validators)) return &plan_.validators;
  const ValidatorSet& next = chain_->state().set_of_next_epoch();
  return height != plan_.height && holds(next) ? &next : nullptr;
}

void SimNode::receive(NodeIndex from, const MessagePtr& message) {
  if (!running_) return;
  std::visit(
      [&](const auto& content) {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<T, VoteMessage>)
          receive_vote(*message, content);
        else if constexpr (std::is_same_v<T, ProposalMessage>)
          receive_proposal(*message, content);
        else if constexpr (std::is_same_v<T, NewestRecordQuestion>)
          take(consensus::NewestRecordAsked{address_of(from), content});
        else if constexpr (std::is_same_v<T, NewestRecordAnswer>)
          receive_answer(from, content);
        else if constexpr (std::is_same_v<T, TransactionMessage>)
          receive_transaction(message, content);
        else
          receive_sync(from, message->content);
      },
      message->content);
}

void SimNode::receive_vote(const PeerMessage& message, const VoteMessage& content) {
  const ValidatorSet* set = set_of(content.vote.height, content.vote.voter);
  if (!set) return;
  if (std::holds_alternative<std::monostate>(message.checked)) {
    auto verified = world_.verifier.verify(content.vote, *set);
    message.checked = verified ? CheckedVote{std::move(*verified)} : CheckedVote{};
  }
  if (const auto& vote = std::get<CheckedVote>(message.checked).vote) take(consensus::VoteArrived{*vote});
}

void SimNode::receive_proposal(const PeerMessage& message, const ProposalMessage& content) {
  const ValidatorSet* set = set_of(content.proposal.height, content.proposal.proposer);
  if (!set || !content.block || !content.block->whole) return;
  for (const Vote& vote : content.prevotes)
    if (!set_of(vote.height, vote.voter)) return;
  if (std::holds_alternative<std::monostate>(message.checked)) {
    CheckedProposal checked;
    auto verified = world_.verifier.verify(content.proposal, *set);
    bool good = verified.has_value();
    for (const Vote& vote : content.prevotes) {
      auto prevote = world_.verifier.verify(vote, *set_of(vote.height, vote.voter));
      good = good && prevote.has_value();
      if (prevote) checked.prevotes.push_back(std::move(*prevote));
    }
    if (good) checked.proposal = std::move(*verified);
    message.checked = std::move(checked);
  }
  const auto& checked = std::get<CheckedProposal>(message.checked);
  if (!checked.proposal) return;
  blocks_.emplace(content.block->hash, content.block);
  take(consensus::ProposalArrived{*checked.proposal, content.block->block->header, content.block->bytes,
                                  checked.prevotes});
}

const Address& SimNode::address_of(NodeIndex machine) const {
  return KeyTable::instance().machine(world_.plan.machines[machine].keys).address;
}

void SimNode::receive_answer(NodeIndex from, const NewestRecordAnswer& answer) {
  const ValidatorSet& set = plan_.validators.find(keys_.address) ? plan_.validators : plan_.parent_validators;
  if (const auto verified = world_.verifier.verify(answer, set))
    take(consensus::NewestRecordTold{address_of(from), *verified});
}

void SimNode::receive_transaction(const MessagePtr& message, const TransactionMessage& content) {
  if (std::holds_alternative<std::monostate>(message->checked)) {
    auto verified = world_.verifier.verify(content.transaction);
    CheckedTransaction checked;
    if (verified)
      checked.transaction = std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified));
    message->checked = std::move(checked);
  }
  const auto& transaction = std::get<CheckedTransaction>(message->checked).transaction;
  if (transaction && pool_->holds((*transaction)->id)) return;
  // What waits here is offered to all: whoever sent it may have shown it to few.
  const std::uint64_t life = life_;
  if (transaction && add(transaction) && life == life_) tell_all(message);
}

void SimNode::tell_all(const MessagePtr& message) {
  const auto machines = static_cast<NodeIndex>(world_.plan.machines.size());
  for (NodeIndex to = 0; to < machines; ++to)
    if (to != self_) world_.send(self_, to, message);
}

void SimNode::hold(const SignedMessage& message, const BlockPtr& block) {
  const HeldKey key = std::visit(
      [](const auto& content) {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<T, Vote>)
          return HeldKey{content.height, content.round, static_cast<std::uint8_t>(content.step), content.voter,
                         content.block};
        else
          return HeldKey{content.height, content.round, std::uint8_t{2}, content.proposer, content.block};
      },
      message);
  if (held_.insert(key).second) see(Held{self_, message, block});
}

}  // namespace lucid::sim
