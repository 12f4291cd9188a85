// The validator of a machine: inputs into the production core, its outputs into the world.
#include <algorithm>

#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// What a node offers at once to how many peers: all that is needed for a round, not all that is held.
constexpr std::size_t kOfferedMessages = 32;
constexpr std::size_t kOfferedPeers = 3;

/// Absent: a question, which nobody signs.
std::optional<SignedMessage> signed_message(const consensus::Message& message) {
  if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message)) return *proposal->proposal;
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) return **vote;
  return std::nullopt;
}

}  // namespace

void SimNode::take(consensus::Input input) {
  if (stepping_ || writing_) return inbox_.push_back(std::move(input));
  const std::uint64_t life = life_;
  stepping_ = true;
  step(std::move(input));
  if (life == life_) run_inbox();
}

/// What came meanwhile. While the disk is at work it waits.
void SimNode::run_inbox() {
  const std::uint64_t life = life_;
  stepping_ = true;
  while (life == life_ && !inbox_.empty() && !writing_) {
    consensus::Input input = std::move(inbox_.front());
    inbox_.pop_front();
    step(std::move(input));
  }
  if (life == life_) stepping_ = false;
}

void SimNode::step(consensus::Input input) {
  const std::uint64_t life = life_;
  note_held(input);
  consensus::Output output = core_->step(wall_ms(), std::move(input));
  tell_role();
  perform_from(0, output);
  if (life == life_) forget_blocks();
}

/// What comes before core has its first height is refused there, and comes again.
void SimNode::note_held(const consensus::Input& input) {
  if (core_->height() == 0 && !std::holds_alternative<consensus::HeightStarted>(input)) return;
  if (const auto* vote = std::get_if<consensus::VoteArrived>(&input)) {
    if (vote->vote->height >= core_->height()) hold(*vote->vote, nullptr);
  } else if (const auto* proposal = std::get_if<consensus::ProposalArrived>(&input)) {
    if (proposal->proposal->height < core_->height()) return;
    for (const auto& prevote : proposal->prevotes) hold(*prevote, nullptr);
    const auto block = blocks_.find(proposal->proposal->block);
    hold(*proposal->proposal, block == blocks_.end() ? nullptr : block->second->block);
  } else if (const auto* started = std::get_if<consensus::HeightStarted>(&input)) {
    std::erase_if(held_, [&](const HeldKey& key) { return std::get<Height>(key) < started->plan.height; });
  }
}

/// What core's order says, from its part `next` on. Storing takes a while, and what follows it waits.
void SimNode::perform_from(std::size_t next, consensus::Output& output) {
  const auto order = consensus::step_order();
  for (; next < order.size(); ++next) {
    if (order[next] == consensus::StepPart::persist && output.persist) return store(next + 1, std::move(output));
    if (!perform(order[next], output)) return;
  }
}

void SimNode::store(std::size_t next, consensus::Output output) {
  Disk::SignWrite write{*output.persist, {}};
  for (const Hash256& named : output.persist->durable.blocks)
    if (const auto found = blocks_.find(named); found != blocks_.end()) write.blocks.push_back(found->second);
  disk_.begin(std::move(write));
  writing_ = true;
  after(sync_ms_, [this, next, output = std::make_unique<consensus::Output>(std::move(output))] {
    disk_.sync_sign();
    see(Stored{self_, std::move(*output->persist)});
    output->persist.reset();
    writing_ = false;
    const std::uint64_t life = life_;
    stepping_ = true;  // what comes back at once waits until all of this is done
    if (survives()) perform_from(next, *output);
    if (life != life_) return;
    forget_blocks();
    run_inbox();
  });
}

/// False where the machine has ended.
bool SimNode::perform(consensus::StepPart part, const consensus::Output& output) {
  const std::uint64_t life = life_;
  switch (part) {
    case consensus::StepPart::persist:
      break;
    case consensus::StepPart::send:
      if (!send(output.send)) return false;
      if (!output.answer) break;
      answer(*output.answer);
      return survives();
    case consensus::StepPart::timers:
      for (const auto& timer : output.timers) start_timer(timer);
      break;
    case consensus::StepPart::requests:
      for (const auto& wanted : output.requests) {
        request(wanted);
        if (!survives()) return false;
      }
      break;
    case consensus::StepPart::decide:
      if (!output.decide) break;
      decide(*output.decide);
      return life == life_ && survives();
    case consensus::StepPart::report:
      report(output);
      break;
  }
  return life == life_;
}

bool SimNode::send(const std::vector<consensus::Message>& messages) {
  for (const auto& message : messages) {
    const MessagePtr envelope = message_of(message);
    const auto* proposal = std::get_if<ProposalMessage>(&envelope->content);
    if (const auto content = signed_message(message))
      see(Sent{self_, *content, proposal && proposal->block ? proposal->block->block : nullptr});
    if (!proposal || proposal->block) tell_all(envelope);
    if (!survives()) return false;
  }
  if (!messages.empty()) start_offers();
  return true;
}

void SimNode::answer(const consensus::AnswerMessage& answer) {
  const auto machines = static_cast<NodeIndex>(world_.plan.machines.size());
  for (NodeIndex to = 0; to < machines; ++to)
    if (to != self_ && address_of(to) == answer.to) world_.send(self_, to, make_message(answer.answer));
}

MessagePtr SimNode::message_of(const consensus::Message& message) const {
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message))
    return make_message(VoteMessage{**vote}, CheckedVote{*vote});
  if (const auto* question = std::get_if<NewestRecordQuestion>(&message)) return make_message(*question);
  const auto& proposal = std::get<consensus::ProposalMessage>(message);
  ProposalMessage out{*proposal.proposal, {}, nullptr};
  out.prevotes.reserve(proposal.prevotes.size());
  for (const auto& prevote : proposal.prevotes) out.prevotes.push_back(*prevote);
  if (const auto found = blocks_.find(proposal.proposal->block); found != blocks_.end()) out.block = found->second;
  return make_message(std::move(out), CheckedProposal{proposal.proposal, proposal.prevotes});
}

void SimNode::start_timer(const consensus::StartTimer& timer) {
  const TimerKey key{timer.height, timer.round, timer.step};
  timers_.erase(timers_.begin(), timers_.lower_bound(TimerKey{timer.height, 0, consensus::TimerStep::open}));
  const std::uint64_t generation = timers_[key] = ++newest_timer_;
  after(clock_.true_delay_ms(timer.delay_ms), [this, key, generation] {
    const auto found = timers_.find(key);
    if (found == timers_.end() || found->second != generation) return;
    timers_.erase(found);
    const auto& [height, round, step] = key;
    take(consensus::TimerFired{height, round, step});
  });
}

void SimNode::request(const consensus::Request& request) {
  if (const auto* wanted = std::get_if<consensus::BuildBlock>(&request))
    build(*wanted);
  else if (const auto* asked = std::get_if<consensus::CheckBlock>(&request))
    check(*asked);
  else if (const auto* watch = std::get_if<consensus::StartWatch>(&request))
    after(clock_.true_delay_ms(watch->delay_ms),
          [this, number = watch->number] { take(consensus::WatchOver{number}); });
  // FetchBlock: peers offer what they hold, and sync brings what was decided.
}

void SimNode::decide(const consensus::Decision& decision) {
  const auto found = blocks_.find(decision.block);
  if (found == blocks_.end()) return;
  see(Decided{self_, decision.height, decision.block, found->second->block, decision.certificate,
              learned_ == decision.height});
  commit(found->second, decision.certificate);
}

void SimNode::report(const consensus::Output& output) {
  for (const auto& alarm : output.alarms) see(AlarmRaised{self_, alarm.kind, to_text(alarm.error)});
  for (const auto& evidence : output.evidence) {
    see(EvidenceFound{self_, evidence});
    accept(evidence);
  }
}

// ---- what is held is offered again

void SimNode::start_offers() {
  if (offering_) return;
  offering_ = true;
  after(world_.plan.offer_ms, [this] { offer_again(); });
}

void SimNode::offer_again() {
  offering_ = false;
  if (core_->message_count() == 0) return;
  tell_memory();
  if (writing_) return start_offers();  // what core holds of its own is not all stored yet
  const auto machines = static_cast<NodeIndex>(world_.plan.machines.size());
  std::vector<NodeIndex> peers;
  for (NodeIndex to = 0; to < machines; ++to)
    if (to != self_) peers.push_back(to);
  chance_.shuffle(peers);
  if (peers.size() > kOfferedPeers) peers.resize(kOfferedPeers);
  for (const NodeIndex to : peers) {
    for (const consensus::Message& offered : core_->offer(chance_.next(), kOfferedMessages)) {
      const MessagePtr envelope = message_of(offered);
      const auto* proposal = std::get_if<ProposalMessage>(&envelope->content);
      if (!proposal || proposal->block) world_.send(self_, to, envelope);
    }
  }
  start_offers();
}

/// Whenever it is more than ever before in this life.
void SimNode::tell_memory() {
  const std::uint64_t messages = core_->message_count();
  std::uint64_t bytes = 0;
  for (const auto& [hash, block] : blocks_) bytes += block->bytes;
  if (messages <= most_messages_ && bytes <= most_bytes_) return;
  most_messages_ = std::max(most_messages_, messages);
  most_bytes_ = std::max(most_bytes_, bytes);
  see(MemoryUsed{self_, core_->height(), messages, bytes});
}

/// Proposals that wait in the inbox, while the disk is at work, name blocks that core does not know yet.
void SimNode::forget_blocks() {
  if (!blocks_.empty() && inbox_.empty())
    std::erase_if(blocks_, [&](const auto& entry) { return !core_->needs_block(entry.first); });
}

}  // namespace lucid::sim
