#include "tests/property/consensus_network.hpp"

#include <algorithm>

namespace lucid::test {

using namespace consensus;

namespace {

constexpr std::uint64_t kLedgerMs = 400;  // building, checking and storing take up to this long

std::string text(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

Network::Network(std::string members, std::uint64_t seed, Trouble trouble)
    : members_(std::move(members)), trouble_(trouble), chance_(seed), room_(members_) {
  const std::uint64_t precision = room_.params().time_precision_ms;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Node node;
    node.name = members_[i];
    node.honest = !trouble_.liar || i + 1 < members_.size();
    // Correct clocks lie within half the precision of the true time.
    node.clock_skew_ms = static_cast<std::int64_t>(chance_.below(precision)) - static_cast<std::int64_t>(precision / 2);
    nodes_.push_back(std::move(node));
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].honest) continue;
    boot(i);
    after(chance_.below(trouble_.offer_every_ms), {Kind::offer_again, i, 0, {}, {}});
  }
  for (std::uint64_t i = 0; i < trouble_.crashes; ++i)
    after(chance_.below(trouble_.healed_after), {Kind::crash, chance_.below(nodes_.size()), 0, {}, {}});
  for (std::uint64_t i = 0; i < trouble_.power_cuts; ++i)
    after(chance_.below(trouble_.healed_after), {Kind::power_cut, 0, 0, {}, {}});
  if (trouble_.liar) after(chance_.below(3'000), {Kind::lie, 0, 0, {}, {}});
}

void Network::after(std::uint64_t delay_ms, Event event) {
  events_.emplace(std::pair(now_ + delay_ms, sequence_++), std::move(event));
}

HeightPlan Network::plan_after(const Node& node) const {
  HeightPlan plan = room_.plan();
  if (!node.chain.empty()) plan = room_.plan_after(node.chain.back(), headers_.at(node.chain.back().block));
  // The order turns with the height; every validator leads in turn.
  std::rotate(plan.order.begin(), plan.order.begin() + static_cast<std::ptrdiff_t>(plan.height % plan.order.size()),
              plan.order.end());
  return plan;
}

void Network::boot(std::size_t index) {
  Node& node = nodes_[index];
  ++node.life;
  node.disk.floor = node.chain.size();
  node.core = std::make_unique<Consensus>(room_.verifier(), room_.signer(node.name), node.disk, node.life);
  after(chance_.below(kLedgerMs), {Kind::start_height, index, node.life, {}, plan_after(node)});
}

bool Network::run_until(Height height, TimeMs limit_ms) {
  const auto done = [&] {
    return std::all_of(nodes_.begin(), nodes_.end(),
                       [&](const Node& node) { return !node.honest || node.chain.size() >= height; });
  };
  while (!events_.empty() && !done() && broken_.empty()) {
    auto first = events_.extract(events_.begin());
    now_ = first.key().first;
    if (now_ > kGenesisTime + limit_ms) return false;
    handle(first.mapped());
  }
  return done();
}

void Network::handle(Event& event) {
  switch (event.kind) {
    case Kind::input:
      if (event.life == nodes_[event.node].life) give(event.node, std::move(*event.input));
      return;
    case Kind::start_height:
      if (event.life != nodes_[event.node].life) return;
      give(event.node, HeightStarted{event.plan});
      // Work waits at some nodes and not at others, sometimes later.
      after(chance_.below(5'000),
            {Kind::input, event.node, event.life, std::make_shared<Input>(WorkWaiting{event.plan.height, true}), {}});
      return;
    case Kind::offer_again:
      offer_again(event.node);
      after(offer_every(), {Kind::offer_again, event.node, 0, {}, {}});
      return;
    case Kind::crash:
      if (nodes_[event.node].honest) boot(event.node);
      return;
    case Kind::power_cut:
      for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].honest) boot(i);
      return;
    case Kind::lie:
      lie();
      after(1 + chance_.below(1'500), {Kind::lie, 0, 0, {}, {}});
      return;
  }
}

void Network::give(std::size_t index, Input input) {
  Node& node = nodes_[index];
  const TimeMs clock = static_cast<TimeMs>(static_cast<std::int64_t>(now_) + node.clock_skew_ms);
  perform(index, node.core->step(clock, std::move(input)));
}

// The one runner: persist, then send, then the rest. A crash may fall between any two of them.
void Network::perform(std::size_t index, Output output) {
  Node& node = nodes_[index];
  if (output.persist) {
    store(node, *output.persist);
    const bool crash_here = !healed() && trouble_.crashes > 0 && chance_.percent(2);
    if (crash_here) return boot(index);
  }
  for (const Message& message : output.send)
    for (std::size_t other = 0; other < nodes_.size(); ++other)
      if (other != index) send(message, index, other);
  if (output.answer)
    for (std::size_t asker = 0; asker < nodes_.size(); ++asker)
      if (address_of(nodes_[asker].name) == output.answer->to) tell(index, asker, output.answer->answer);
  for (const StartTimer& timer : output.timers)
    after(timer.delay_ms, {Kind::input,
                           index,
                           node.life,
                           std::make_shared<Input>(TimerFired{timer.height, timer.round, timer.step}),
                           {}});
  for (const Request& request : output.requests) answer(index, request);
  if (output.decide) decided(index, *output.decide);
  evidence_count_ += output.evidence.size();
  for (const Evidence& evidence : output.evidence) {
    const auto* vote = std::get_if<Vote>(&evidence.first);
    const char culprit = name_of(vote ? vote->voter : std::get<Proposal>(evidence.first).proposer);
    if (!trouble_.liar || culprit != members_.back())
      broken_.push_back(std::string("evidence names the correct node ") + culprit);
  }
  for (const Alarm& alarm : output.alarms)
    broken_.push_back(std::string("alarm ") + std::string(alarm_name(alarm.kind)) + " at " + node.name + ": " +
                      lucid::to_text(alarm.error));
  highest_round_ = std::max(highest_round_, node.core->round());
}

void Network::store(Node& node, const Persist& persist) {
  for (const SignRecord& record : persist.records) {
    check_signed_once(record, node.name);
    std::erase_if(node.disk.records, [&](const SignRecord& old) { return old.height < record.height; });
    node.disk.records.push_back(record);
  }
  node.disk.durable = persist.durable;
  node.disk.blocks.clear();
  for (const Hash256& block : persist.durable.blocks) node.disk.blocks.push_back({block, headers_.at(block), 1000});
  if (persist.durable.locked_round && *persist.durable.locked_round > node.core->round())
    broken_.push_back("locked in a round to come");
}

void Network::check_signed_once(const SignRecord& record, char name) {
  const auto [entry, fresh] = signed_.try_emplace({name, record.height, record.round, record.step}, record);
  if (!fresh && !entry->second.same_content(record))
    broken_.push_back(std::string("two signed values of ") + name + " at height " + text(record.height));
}

void Network::send(const Message& message, std::size_t from, std::size_t to) {
  Node& node = nodes_[to];
  if (!node.honest) return;
  if (!healed() && chance_.percent(trouble_.loss_percent)) return;
  std::shared_ptr<Input> input;
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
    input = std::make_shared<Input>(VoteArrived{*vote});
  } else if (const auto* question = std::get_if<NewestRecordQuestion>(&message)) {
    input = std::make_shared<Input>(NewestRecordAsked{address_of(nodes_[from].name), *question});
  } else {
    const auto& proposal = std::get<ProposalMessage>(message);
    input = std::make_shared<Input>(
        ProposalArrived{proposal.proposal, headers_.at(proposal.proposal->block), 1000, proposal.prevotes});
  }
  after(message_delay(), {Kind::input, to, node.life, std::move(input), {}});
}

void Network::tell(std::size_t from, std::size_t to, const NewestRecordAnswer& answer) {
  if (!healed() && chance_.percent(trouble_.loss_percent)) return;
  const auto verified = room_.verifier().verify(answer, room_.set());
  if (!verified) {
    broken_.push_back("an answer does not hold: " + lucid::to_text(verified.error()));
    return;
  }
  after(message_delay(), {Kind::input,
                          to,
                          nodes_[to].life,
                          std::make_shared<Input>(NewestRecordTold{address_of(nodes_[from].name), *verified}),
                          {}});
}

/// To one random peer: the certificate of what it lacks, or all messages held, beginning at a random one.
void Network::offer_again(std::size_t from) {
  const std::size_t to = chance_.below(nodes_.size());
  if (to == from || !nodes_[to].honest) return;
  Node& peer = nodes_[to];
  const Node& node = nodes_[from];
  if (peer.chain.size() < node.chain.size()) {
    if (!healed() && chance_.percent(trouble_.loss_percent)) return;
    const Decision& decision = node.chain[peer.chain.size()];
    const auto verified = room_.verifier().verify(decision.certificate, decision.height, decision.block, room_.set());
    if (!verified) {
      broken_.push_back("a certificate does not hold: " + lucid::to_text(verified.error()));
      return;
    }
    after(message_delay(), {Kind::input, to, peer.life, std::make_shared<Input>(CertificateArrived{*verified}), {}});
    return;
  }
  const auto messages = node.core->messages();
  if (messages.empty()) return;
  const std::size_t offset = chance_.below(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) send(messages[(offset + i) % messages.size()], from, to);
}

void Network::answer(std::size_t index, const Request& request) {
  const Node& node = nodes_[index];
  std::shared_ptr<Input> input;
  if (const auto* build = std::get_if<BuildBlock>(&request)) {
    const HeightPlan plan = plan_after(node);
    Header header = room_.header("block " + text(blocks_made_++), plan, build->round, build->time);
    const Hash256 id = crypto::header_hash(header);
    headers_[id] = header;
    if (plan.height > 1 && build->last_commit.signatures.size() < room_.set().quorum())
      broken_.push_back("the parent's certificate has no quorum");
    input = std::make_shared<Input>(BlockBuilt{build->height, build->round, id, header, 1000});
  } else if (const auto* check = std::get_if<CheckBlock>(&request)) {
    input = std::make_shared<Input>(BlockChecked{check->height, check->block, {}});
  } else {
    return;  // FetchBlock: others offer the proposal again anyway
  }
  after(1 + chance_.below(kLedgerMs), {Kind::input, index, node.life, std::move(input), {}});
}

void Network::decided(std::size_t index, const Decision& decision) {
  Node& node = nodes_[index];
  if (decision.height != node.chain.size() + 1) {
    broken_.push_back("decided height " + text(decision.height) + " on a chain of " + text(node.chain.size()));
    return;
  }
  const auto [agreed, fresh] = agreed_.try_emplace(decision.height, decision.block);
  if (!fresh && agreed->second != decision.block)
    broken_.push_back("two blocks decided at height " + text(decision.height));
  const Header& header = headers_.at(decision.block);
  const HeightPlan plan = plan_after(node);
  if (header.proposer != plan.proposer(header.round)) broken_.push_back("decided a block of someone out of turn");
  if (header.time < plan.earliest_time()) broken_.push_back("decided a block dated too early");
  if (!room_.verifier().verify(decision.certificate, decision.height, decision.block, room_.set()))
    broken_.push_back("decided without a quorum of precommits");
  // The ledger stores the block and raises the floor, unless power goes first.
  const bool crash_here = !healed() && trouble_.crashes > 0 && chance_.percent(2);
  if (crash_here) return boot(index);
  node.chain.push_back(decision);
  after(1 + chance_.below(kLedgerMs), {Kind::start_height, index, node.life, {}, plan_after(node)});
}

/// The liar knows what every honest node sees. In the round in which each stands it signs, for that node alone, votes
/// for the block proposed there, for any other block, or for nil; where it leads it proposes one of two blocks.
void Network::lie() {
  const char liar = members_.back();
  for (std::size_t to = 0; to + 1 < nodes_.size(); ++to) {
    const Node& node = nodes_[to];
    const Height height = node.core->height();
    if (height != node.chain.size() + 1) continue;
    const Round round = node.core->round() + static_cast<Round>(chance_.below(10) == 0);
    const HeightPlan plan = plan_after(node);
    if (plan.proposer(round) == address_of(liar)) {
      const auto [entry, fresh] = lies_.try_emplace({height, round, chance_.below(2)});
      if (fresh) {
        const Header header =
            room_.header("lie " + text(blocks_made_++), plan, round, std::max(now_, plan.earliest_time()));
        entry->second = crypto::header_hash(header);
        headers_[entry->second] = header;
      }
      send(Message{ProposalMessage{room_.proposal(liar, height, round, entry->second), {}}}, nodes_.size() - 1, to);
    }
    std::vector<VoteValue> values{std::nullopt};
    for (const Message& message : node.core->messages())
      if (const auto* proposal = std::get_if<ProposalMessage>(&message)) values.emplace_back(proposal->proposal->block);
    const VoteValue value = chance_.percent(60) ? values.back() : values[chance_.below(values.size())];
    for (const VoteStep step : {VoteStep::prevote, VoteStep::precommit})
      if (chance_.percent(50)) send(Message{room_.vote(liar, step, height, round, value)}, nodes_.size() - 1, to);
  }
}

std::string Network::where() const {
  std::string out = "at " + text(now_ - kGenesisTime) + " ms:\n";
  for (const Node& node : nodes_)
    if (node.core) out += std::string(1, node.name) + ": " + to_text(node.core->status(now_)) + "\n";
  return out;
}

}  // namespace lucid::test
