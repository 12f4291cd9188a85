// What a room's cores put out, as the lines of a transcript.
#include "core/consensus/step_runner.hpp"
#include "tests/scenario/room_world.hpp"

namespace lucid::test {

using namespace consensus;

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string place(Height height, Round round) {
  return number(height) + "/" + number(round);
}

std::string_view sign_name(SignStep step) {
  static constexpr std::string_view kNames[] = {"propose", "prevote", "precommit"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string error_text(const Error& error) {
  return std::string(fault_name(error.fault)) + (error.field.empty() ? "" : " (" + error.field + ")");
}

std::string letter(sync::PeerId peer) {
  return std::string(1, static_cast<char>(peer.value));
}

std::string range_text(const GetBlocks& request) {
  return number(request.from) + (request.count == 1 ? "" : " to " + number(request.from + request.count - 1));
}

std::string signers_of(const Certificate& certificate, const ValidatorSet& set) {
  std::string out;
  for (const CommitSignature& one : certificate.signatures) out += name_of(set.members.at(one.validator).address);
  return out.empty() ? "nobody" : out;
}

}  // namespace

/// Writes down what has to be performed, in the order in which it is.
class RoomWorld::Writer final : public StepEffects {
 public:
  explicit Writer(const RoomWorld& room) : room_(room) {}
  Lines lines() && { return std::move(lines_); }

  Status persist(const Persist& persist) override {
    lines_.push_back(room_.write(persist));
    return {};
  }
  void send(const std::vector<Message>& messages) override {
    for (const Message& message : messages) lines_.push_back(room_.write(message, "send"));
  }
  void answer(const AnswerMessage& message) override {
    const auto& [to, answer] = message;
    lines_.push_back("tell " + std::string(1, name_of(to)) + " " +
                     (answer.newest ? room_.write(*answer.newest) : "nothing") +
                     (answer.precommit ? " and " + room_.write(SignedMessage(*answer.precommit)) : ""));
  }
  void start_timer(const StartTimer& timer) override {
    lines_.push_back("timer " + std::string(timer_name(timer.step)) + " " + place(timer.height, timer.round) + " in " +
                     number(timer.delay_ms) + " ms");
  }
  void request(const Request& request) override { lines_.push_back(room_.write(request)); }
  void decide(const Decision& decision) override {
    lines_.push_back("decide " + room_.name_of_block(decision.block) + " at height " + number(decision.height) +
                     " by " + signers_of(decision.certificate, room_.room_->set()) + " in round " +
                     number(decision.certificate.round));
  }
  void report(const Output& output) override {
    for (const Evidence& evidence : output.evidence) {
      const auto* vote = std::get_if<Vote>(&evidence.first);
      const char culprit = name_of(vote ? vote->voter : std::get<Proposal>(evidence.first).proposer);
      lines_.push_back("evidence against " + std::string(1, culprit) + (vote ? " (votes)" : " (proposals)"));
    }
    for (const Alarm& alarm : output.alarms)
      lines_.push_back("alarm " + std::string(alarm_name(alarm.kind)) + ": " + error_text(alarm.error));
    if (output.refused) lines_.push_back("refused: " + error_text(*output.refused));
    if (output.rejected) lines_.push_back("rejected: " + error_text(*output.rejected));
  }

 private:
  const RoomWorld& room_;
  Lines lines_;
};

Lines RoomWorld::write(const Output& output) const {
  Writer writer(*this);
  (void)perform(output, writer);  // a writer does not fail
  return std::move(writer).lines();
}

std::string RoomWorld::write(const Persist& persist) const {
  std::string out = "persist";
  for (const SignRecord& record : persist.records)
    out += " " + std::string(sign_name(record.step)) + " " + place(record.height, record.round) + " " +
           name_of_block(record.value) + ",";
  const DurableRound& durable = persist.durable;
  if (durable.locked_round)
    out += " locked " + name_of_block(durable.locked_block) + " in " + number(*durable.locked_round) + ",";
  if (durable.valid_round)
    out += " valid " + name_of_block(durable.valid_block) + " in " + number(*durable.valid_round) + ",";
  std::string blocks;
  for (const Hash256& id : durable.blocks) blocks += " " + name_of_block(id);
  out += " blocks:" + (blocks.empty() ? " none" : blocks);
  if (!durable.prevotes.empty()) {
    out += ", prevotes of ";
    for (const Vote& vote : durable.prevotes) out += name_of(vote.voter);
  }
  if (durable.halted) out += ", halted";
  if (durable.watching) out += ", watching";
  return out;
}

std::string RoomWorld::write(const SignedMessage& message) const {
  const SignRecord record = record_of(message);
  return std::string(sign_name(record.step)) + " " + place(record.height, record.round) + " " +
         name_of_block(record.value);
}

std::string RoomWorld::write(const Message& message, const std::string& verb) const {
  if (std::holds_alternative<NewestRecordQuestion>(message)) return "ask all for the newest record";
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
    const Vote& v = **vote;
    static constexpr std::string_view kReasons[] = {"", " (rejected)", " (timed out)"};
    return verb + (v.step == VoteStep::prevote ? " prevote " : " precommit ") + place(v.height, v.round) + " " +
           name_of_block(v.block) + std::string(kReasons[static_cast<std::size_t>(v.reason)]) +
           (me_ && name_of(v.voter) == *me_ ? "" : " of " + std::string(1, name_of(v.voter)));
  }
  const auto& proposal = std::get<ProposalMessage>(message);
  std::string out = verb + " proposal " + place(proposal.proposal->height, proposal.proposal->round) + " " +
                    name_of_block(proposal.proposal->block);
  if (proposal.proposal->valid_round) {
    out += " again, valid in " + number(*proposal.proposal->valid_round) + " by ";
    for (const auto& vote : proposal.prevotes) out += name_of(vote->voter);
  }
  return out;
}

std::string RoomWorld::write(const Request& request) const {
  if (const auto* check = std::get_if<CheckBlock>(&request)) return "check " + name_of_block(check->block);
  if (const auto* fetch = std::get_if<FetchBlock>(&request))
    return "fetch " + name_of_block(fetch->block) + " of round " + number(fetch->round);
  if (const auto* watch = std::get_if<StartWatch>(&request))
    return "watch " + number(watch->number) + " for " + number(watch->delay_ms) + " ms";
  const auto& build = std::get<BuildBlock>(request);
  return "build " + place(build.height, build.round) + " at " + number(build.time - kGenesisTime) + " up to " +
         number(build.max_bytes) + " bytes, parent signed by " + signers_of(build.last_commit, plan_->last_validators);
}

/// A timer that stays as it is goes without saying.
Lines RoomWorld::write(const sync::Output& output) {
  Lines out;
  for (const auto& drop : output.drops)
    out.push_back("sync: drop " + letter(drop.peer) + ", " + std::string(sync::drop_reason_name(drop.reason)) + ": " +
                  error_text(drop.error));
  for (const Error& alarm : output.alarms) out.push_back("sync: alarm " + error_text(alarm));
  if (output.execute) out.push_back("sync: to the ledger " + name_of_block(output.execute->hash));
  if (output.decided) out.push_back("sync: to consensus " + name_of_block(output.decided->hash));
  if (output.agree) out.push_back("sync: agree on height " + number(*output.agree));
  std::string told;
  for (const auto peer : output.tell_tip) told += letter(peer);
  if (!told.empty()) out.push_back("sync: tell " + told + " the tip " + number(sync_->tip()));
  for (const auto& request : output.requests)
    out.push_back("sync: ask " + letter(request.peer) + " for " + range_text(request.request));
  if (output.wake_at_ms && output.wake_at_ms != sync_wakes_) {
    const std::uint64_t wait_ms = *output.wake_at_ms - (now_ - kGenesisTime);
    out.push_back("sync: timer in " + number(wait_ms) + " ms");
  }
  sync_wakes_ = output.wake_at_ms;
  if (output.refused) out.push_back("sync: refused: " + error_text(*output.refused));
  return out;
}

}  // namespace lucid::test
