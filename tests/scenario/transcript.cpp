#include "tests/scenario/transcript.hpp"

#include <algorithm>
#include <stdexcept>

namespace lucid::test {

using namespace consensus;

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string since_genesis(TimeMs time) {
  return number(time - kGenesisTime);
}

std::string place(Height height, Round round) {
  return number(height) + "/" + number(round);
}

std::string_view timer_name(TimerStep step) {
  static constexpr std::string_view kNames[] = {"open", "propose", "prevote", "precommit", "ask"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string_view sign_name(SignStep step) {
  static constexpr std::string_view kNames[] = {"propose", "prevote", "precommit"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string error_text(const Error& error) {
  return std::string(fault_name(error.fault)) + (error.field.empty() ? "" : " (" + error.field + ")");
}

std::string names_of(const std::vector<crypto::Verified<Vote>>& votes) {
  std::string out;
  for (const auto& vote : votes) out += name_of(vote->voter);
  return out;
}

}  // namespace

std::optional<std::string> Transcript::option(const Words& words, const std::string& key) {
  for (const std::string& word : words)
    if (word.rfind(key + "=", 0) == 0) return word.substr(key.size() + 1);
  return std::nullopt;
}

std::string Transcript::play(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  ", 0) == 0) continue;  // an old output
    out += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    std::istringstream rest(line[0] == '>' ? line.substr(1) : line);
    Words words;
    for (std::string word; rest >> word;) words.push_back(word);
    if (words.at(0) == "room") {
      open_room(words);
      continue;
    }
    if (line[0] != '>') throw std::runtime_error("not a line of a transcript: " + line);
    try {
      for (const std::string& answer : input(words)) out += "  " + answer + "\n";
    } catch (const std::exception& error) {
      throw std::runtime_error("in the line '" + line + "': " + error.what());
    }
  }
  return out;
}

void Transcript::open_room(const Words& words) {
  const auto members = option(words, "members").value();
  const auto rule =
      option(words, "quorum").value_or("strict") == "strict" ? QuorumRule::strict : QuorumRule::two_thirds;
  room_ = std::make_unique<Room>(members, option(words, "order").value_or(members), rule);
  if (const auto me = option(words, "me"); me != "nobody") me_ = me.value().at(0);
  start_core();
}

void Transcript::start_core() {
  std::optional<VoteSigner> signer;
  if (me_) signer = room_->signer(*me_);
  core_ = std::make_unique<Consensus>(room_->verifier(), std::move(signer), disk_, ++life_);
}

HeightPlan Transcript::next_plan() const {
  if (!decision_) return room_->plan();
  for (const auto& [name, header] : blocks_)
    if (crypto::header_hash(header) == decision_->block) return room_->plan_after(*decision_, header);
  throw std::runtime_error("the decided block has no name");
}

Header& Transcript::block(const std::string& name, Height height, Round round) {
  const auto found = blocks_.find(name);
  if (found != blocks_.end()) return found->second;
  HeightPlan plan = plan_.value();
  if (height != plan.height) plan.height = height;
  const TimeMs earliest = plan.previous_time + plan.params.block_interval_ms;
  return blocks_[name] = room_->header(name, plan, round, std::max(now_, earliest));
}

Hash256 Transcript::id_of(const std::string& name) const {
  return crypto::header_hash(blocks_.at(name));
}

std::string Transcript::name_of_block(const VoteValue& block) const {
  if (!block) return "nil";
  for (const auto& [name, header] : blocks_)
    if (crypto::header_hash(header) == *block) return name;
  return "(unknown block)";
}

Input Transcript::proposal_input(const Words& words) {
  const char signer = words.at(1).at(0);
  const auto round = static_cast<Round>(std::stoul(words.at(2)));
  const std::string& name = words.at(3);
  const Height height = std::stoull(option(words, "height").value_or(number(plan_->height)));
  const auto made = option(words, "made");
  const auto again = option(words, "again");
  Header& header = block(name, height, made ? static_cast<Round>(std::stoul(*made)) : round);
  if (const auto time = option(words, "time")) header.time = kGenesisTime + std::stoull(*time);
  if (const auto maker = option(words, "maker")) header.proposer = address_of(maker->at(0));
  std::optional<Round> valid_round;
  if (again) valid_round = static_cast<Round>(std::stoul(*again));
  const Hash256 id = crypto::header_hash(header);
  std::vector<crypto::Verified<Vote>> prevotes;
  if (valid_round)
    for (const char voter : option(words, "by").value_or(""))
      prevotes.push_back(room_->prevote(voter, *valid_round, id, height));
  return ProposalArrived{room_->proposal(signer, height, round, id, valid_round), header,
                         std::stoull(option(words, "bytes").value_or("1000")), prevotes};
}

std::vector<std::string> Transcript::input(const Words& words) {
  const std::string& what = words.at(0);
  if (what == "at") {
    now_ = kGenesisTime + std::stoull(words.at(1));
    return {};
  }
  if (what == "start") {
    plan_ = next_plan();
    return start(words.size() == 1);
  }
  if (what == "asked") return step(NewestRecordAsked{address_of(words.at(1).at(0)), {7}});
  if (what == "told") return step(told(words));
  if (what == "watch") return step(WatchOver{words.size() > 2 ? std::stoull(words[2]) : watch_});
  if (what == "work") return step(WorkWaiting{plan_->height, words.at(1) == "yes"});
  if (what == "built") {
    const BuildBlock request = building_.value();
    Header& header = block(words.at(1), request.height, request.round);
    header.time = request.time;
    return step(BlockBuilt{request.height, request.round, crypto::header_hash(header), header, 1000});
  }
  if (what == "propose") return step(proposal_input(words));
  if (what == "checked") {
    std::optional<Error> fault;
    if (words.at(2) != "valid") fault = Error{Fault::block_merkle_root, "header.transactions_root", "", ""};
    return step(BlockChecked{plan_->height, id_of(words.at(1)), fault});
  }
  if (what == "vote") {
    const VoteStep vote_step = words.at(2) == "prevote" ? VoteStep::prevote : VoteStep::precommit;
    const Height height = std::stoull(option(words, "height").value_or(number(plan_->height)));
    VoteValue value;
    if (words.at(4) != "nil") value = crypto::header_hash(block(words.at(4), height, 0));
    const auto said = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    const NilReason reason = said("rejected")    ? NilReason::rejected
                             : said("timed_out") ? NilReason::timed_out
                                                 : NilReason::none;
    return step(VoteArrived{
        room_->vote(words.at(1).at(0), vote_step, height, static_cast<Round>(std::stoul(words.at(3))), value, reason)});
  }
  if (what == "certificate")
    return step(CertificateArrived{room_->certificate(
        option(words, "by").value(), plan_->height, static_cast<Round>(std::stoul(words.at(2))), id_of(words.at(1)))});
  if (what == "timer") {
    for (const auto timer :
         {TimerStep::open, TimerStep::propose, TimerStep::prevote, TimerStep::precommit, TimerStep::ask})
      if (timer_name(timer) == words.at(1))
        return step(TimerFired{plan_->height, static_cast<Round>(std::stoul(words.at(2))), timer});
  }
  if (what == "persist_failed") return step(PersistFailed{Error{Fault::storage_full, "sign-state", "", ""}});
  if (what == "restart") {
    if (words.size() > 1 && words[1] == "undecided") {
      disk_.floor = decision_->height - 1;
      decision_ = decision_before_;
    }
    start_core();
    return {};
  }
  if (what == "status") return {"waits for " + core_->status(now_).waiting_for};
  throw std::runtime_error("no such input");
}

std::vector<std::string> Transcript::step(Input input) {
  const Output output = core_->step(now_, std::move(input));
  store(output);
  return written(output);
}

std::vector<std::string> Transcript::written(const Output& output) {
  auto lines = write(output);
  if (lines.empty()) lines.emplace_back("nothing");
  return lines;
}

std::vector<std::string> Transcript::start(bool answered) {
  if (!answered) return step(HeightStarted{*plan_});
  std::vector<std::string> out;
  const auto take = [&](Input input) {
    Output output = core_->step(now_, std::move(input));
    store(output);
    leave_out_the_exchange(output);
    for (auto& line : write(output)) out.push_back(std::move(line));
  };
  take(HeightStarted{*plan_});
  for (const Validator& member : room_->set().members)
    if (core_->start_phase() == StartPhase::asking && name_of(member.address) != me_)
      take(NewestRecordTold{member.address, room_->answer(life_)});
  if (out.empty()) out.emplace_back("nothing");
  return out;
}

/// What another holds of this node's key, or of `of`'s.
Input Transcript::told(const Words& words) const {
  const std::uint64_t life = std::stoull(option(words, "life").value_or(number(life_)));
  const Address from = address_of(words.at(1).at(0));
  if (words.at(2) == "nothing") return NewestRecordTold{from, room_->answer(life)};
  const char signer = option(words, "of").value_or(std::string(1, *me_)).at(0);
  const Height height = std::stoull(option(words, "height").value_or(number(plan_->height)));
  const auto round = static_cast<Round>(std::stoul(words.at(3)));
  VoteValue value;
  if (words.at(4) != "nil") value = id_of(words.at(4));
  std::optional<Vote> precommit;
  if (const auto locked = option(words, "locked")) {
    const auto at = locked->find('@');
    precommit = *room_->precommit(signer, static_cast<Round>(std::stoul(locked->substr(at + 1))),
                                  id_of(locked->substr(0, at)), height);
  }
  SignedMessage newest;
  if (words.at(2) == "propose")
    newest = *room_->proposal(signer, height, round, *value);
  else
    newest =
        *room_->vote(signer, words.at(2) == "prevote" ? VoteStep::prevote : VoteStep::precommit, height, round, value);
  return NewestRecordTold{from, room_->answer(life, newest, precommit)};
}

/// What the sign-state does with a Persist.
void Transcript::store(const Output& output) {
  if (output.persist) {
    const Persist& persist = *output.persist;
    for (const SignRecord& record : persist.records) {
      std::erase_if(disk_.records, [&](const SignRecord& old) { return old.height < record.height; });
      disk_.records.push_back(record);
    }
    disk_.durable = persist.durable;
    disk_.blocks.clear();
    for (const Hash256& id : persist.durable.blocks)
      for (const auto& [name, header] : blocks_)
        if (crypto::header_hash(header) == id) disk_.blocks.push_back({id, header, 1000});
  }
  if (output.decide) {
    decision_before_ = decision_;
    decision_ = output.decide;
    disk_.floor = decision_->height;
  }
  for (const Request& request : output.requests)
    if (const auto* build = std::get_if<BuildBlock>(&request))
      building_ = *build;
    else if (const auto* watch = std::get_if<StartWatch>(&request))
      watch_ = watch->number;
}

std::vector<std::string> Transcript::write(const Output& output) {
  std::vector<std::string> out;
  if (output.persist) out.push_back(write(*output.persist));
  for (const Message& message : output.send) out.push_back(write(message));
  if (output.answer) {
    const auto& [to, answer] = *output.answer;
    out.push_back("tell " + std::string(1, name_of(to)) + " " + (answer.newest ? write(*answer.newest) : "nothing") +
                  (answer.precommit ? " and " + write(SignedMessage(*answer.precommit)) : ""));
  }
  for (const StartTimer& timer : output.timers)
    out.push_back("timer " + std::string(timer_name(timer.step)) + " " + place(timer.height, timer.round) + " in " +
                  number(timer.delay_ms) + " ms");
  for (const Request& request : output.requests) out.push_back(write(request));
  if (output.decide) {
    std::string signers;
    for (const CommitSignature& one : output.decide->certificate.signatures)
      signers += name_of(room_->set().members.at(one.validator).address);
    out.push_back("decide " + name_of_block(output.decide->block) + " at height " + number(output.decide->height) +
                  " by " + signers + " in round " + number(output.decide->certificate.round));
  }
  for (const Evidence& evidence : output.evidence) {
    const auto* vote = std::get_if<Vote>(&evidence.first);
    const char culprit = name_of(vote ? vote->voter : std::get<Proposal>(evidence.first).proposer);
    out.push_back("evidence against " + std::string(1, culprit) + (vote ? " (votes)" : " (proposals)"));
  }
  for (const Alarm& alarm : output.alarms)
    out.push_back("alarm " + std::string(alarm_name(alarm.kind)) + ": " + error_text(alarm.error));
  if (output.refused) out.push_back("refused: " + error_text(*output.refused));
  if (output.rejected) out.push_back("rejected: " + error_text(*output.rejected));
  return out;
}

std::string Transcript::write(const Persist& persist) const {
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

std::string Transcript::write(const SignedMessage& message) const {
  const SignRecord record = record_of(message);
  return std::string(sign_name(record.step)) + " " + place(record.height, record.round) + " " +
         name_of_block(record.value);
}

std::string Transcript::write(const Message& message) const {
  if (std::holds_alternative<NewestRecordQuestion>(message)) return "ask all for the newest record";
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
    const Vote& v = **vote;
    static constexpr std::string_view kReasons[] = {"", " (rejected)", " (timed out)"};
    return std::string("send ") + (v.step == VoteStep::prevote ? "prevote " : "precommit ") + place(v.height, v.round) +
           " " + name_of_block(v.block) + std::string(kReasons[static_cast<std::size_t>(v.reason)]) +
           (me_ && name_of(v.voter) == *me_ ? "" : " of " + std::string(1, name_of(v.voter)));
  }
  const auto& proposal = std::get<ProposalMessage>(message);
  std::string out = "send proposal " + place(proposal.proposal->height, proposal.proposal->round) + " " +
                    name_of_block(proposal.proposal->block);
  if (proposal.proposal->valid_round)
    out += " again, valid in " + number(*proposal.proposal->valid_round) + " by " + names_of(proposal.prevotes);
  return out;
}

std::string Transcript::write(const Request& request) const {
  if (const auto* check = std::get_if<CheckBlock>(&request)) return "check " + name_of_block(check->block);
  if (const auto* fetch = std::get_if<FetchBlock>(&request))
    return "fetch " + name_of_block(fetch->block) + " of round " + number(fetch->round);
  if (const auto* watch = std::get_if<StartWatch>(&request))
    return "watch " + number(watch->number) + " for " + number(watch->delay_ms) + " ms";
  const auto& build = std::get<BuildBlock>(request);
  std::string signers;
  for (const CommitSignature& one : build.last_commit.signatures)
    signers += name_of(room_->set().members.at(one.validator).address);
  return "build " + place(build.height, build.round) + " at " + since_genesis(build.time) + " up to " +
         number(build.max_bytes) + " bytes, parent signed by " + (signers.empty() ? "nobody" : signers);
}

}  // namespace lucid::test
