#include "tests/scenario/room_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/codec/codec.hpp"

namespace lucid::test {

using namespace consensus;

namespace {

Height height_in(const Words& words, Height otherwise) {
  const auto height = option(words, "height");
  return height ? std::stoull(*height) : otherwise;
}

Round round_in(const std::string& word) {
  return static_cast<Round>(std::stoul(word));
}

VoteStep vote_step(const std::string& word) {
  return word == "prevote" ? VoteStep::prevote : VoteStep::precommit;
}

bool says(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Lines or_nothing(Lines lines) {
  if (lines.empty()) lines.emplace_back("nothing");
  return lines;
}

}  // namespace

std::string_view timer_name(TimerStep step) {
  static constexpr std::string_view kNames[] = {"open", "propose", "prevote", "precommit", "ask"};
  return kNames[static_cast<std::size_t>(step)];
}

RoomWorld::RoomWorld(const Words& words) {
  const auto members = option(words, "members").value();
  const auto rule =
      option(words, "quorum").value_or("strict") == "strict" ? QuorumRule::strict : QuorumRule::two_thirds;
  room_ = std::make_unique<Room>(members, option(words, "order").value_or(members), rule);
  last_set_ = room_->set();
  if (const auto me = option(words, "me"); me != "nobody") me_ = me.value().at(0);
  with_sync_ = says(words, "sync");
  start_cores();
}

void RoomWorld::start_cores() {
  std::optional<VoteSigner> signer;
  if (me_) signer = room_->signer(*me_);
  core_ = std::make_unique<Consensus>(room_->verifier(), std::move(signer), disk_, ++life_);
  if (with_sync_)
    sync_ = std::make_unique<sync::Sync>(room_->verifier(), sync::bounds_of(room_->params()),
                                         me_ ? std::optional(address_of(*me_)) : std::nullopt, 7);
}

// ---- what a block is called

Header& RoomWorld::block(const std::string& name, Height height, Round round) {
  const auto found = blocks_.find(name);
  if (found != blocks_.end()) return found->second;
  HeightPlan plan = plan_.value();
  plan.height = height;
  const TimeMs earliest = plan.previous_time + plan.params.block_interval_ms;
  Header header = room_->header(name, plan, round, std::max(now_, earliest));
  give_body(name, header, plan.last_commit);
  return blocks_[name] = header;
}

Hash256 RoomWorld::id_of(const std::string& name) const {
  return crypto::header_hash(blocks_.at(name));
}

std::string RoomWorld::name_of_block(const VoteValue& block) const {
  if (!block) return "nil";
  for (const auto& [name, header] : blocks_)
    if (crypto::header_hash(header) == *block) return name;
  return "(unknown block)";
}

// ---- inputs

Lines RoomWorld::input(const Words& words) {
  if (with_sync_)
    if (auto lines = sync_input(words)) return or_nothing(std::move(*lines));
  if (auto input = heard(words)) return or_nothing(step(std::move(*input)));
  if (auto lines = happened(words)) return *lines;
  throw std::runtime_error("no such input");
}

/// What others say, and what this machine's actors answer to consensus.
std::optional<Input> RoomWorld::heard(const Words& words) {
  const std::string& what = words.at(0);
  if (what == "asked") return NewestRecordAsked{address_of(words.at(1).at(0)), {7}};
  if (what == "told") return told(words);
  if (what == "watch") return WatchOver{words.size() > 2 ? std::stoull(words[2]) : watch_};
  if (what == "work") return WorkWaiting{plan_->height, words.at(1) == "yes"};
  if (what == "propose") return proposal(words);
  if (what == "vote") return vote(words);
  if (what == "built") {
    const BuildBlock request = building_.value();
    Header& header = block(words.at(1), request.height, request.round);
    header.time = request.time;
    return BlockBuilt{request.height, request.round, crypto::header_hash(header), header, 1000};
  }
  if (what == "checked") {
    std::optional<Error> fault;
    if (words.at(2) != "valid") fault = Error{Fault::block_merkle_root, "header.transactions_root", "", ""};
    return BlockChecked{plan_->height, id_of(words.at(1)), fault};
  }
  if (what == "certificate")
    return CertificateArrived{
        room_->certificate(option(words, "by").value(), plan_->height, round_in(words.at(2)), id_of(words.at(1)))};
  if (what == "timer") {
    for (const auto timer :
         {TimerStep::open, TimerStep::propose, TimerStep::prevote, TimerStep::precommit, TimerStep::ask})
      if (timer_name(timer) == words.at(1))
        return TimerFired{height_in(words, plan_->height), round_in(words.at(2)), timer};
  }
  if (what == "persist_failed") return PersistFailed{Error{Fault::storage_full, "sign-state", "", ""}};
  return std::nullopt;
}

std::optional<Lines> RoomWorld::happened(const Words& words) {
  const std::string& what = words.at(0);
  if (what == "at") {
    now_ = kGenesisTime + std::stoull(words.at(1));
    return Lines{};
  }
  if (what == "start") {
    const bool answered = words.size() == 1;
    next_height();
    return or_nothing(with_sync_ ? sync_step(tip(), answered) : start_height(answered));
  }
  if (what == "members") {
    next_room_ =
        std::make_unique<Room>(words.at(1), option(words, "order").value_or(words.at(1)), room_->set().quorum_rule);
    return Lines{};
  }
  if (what == "transaction") return transaction(words);
  if (what == "restart") {
    restart(words);
    return Lines{};
  }
  if (what == "offer") {
    Lines out;
    for (const Message& message : core_->offer(std::stoull(words.at(3)), std::stoull(words.at(1))))
      out.push_back(write(message, "offer"));
    return or_nothing(std::move(out));
  }
  if (what == "status") return Lines{"waits for " + core_->status(now_).waiting_for};
  return std::nullopt;
}

Input RoomWorld::proposal(const Words& words) {
  const char signer = words.at(1).at(0);
  const Round round = round_in(words.at(2));
  const std::string& name = words.at(3);
  const Height height = height_in(words, plan_->height);
  const auto made = option(words, "made");
  const auto again = option(words, "again");
  Header& header = block(name, height, made ? round_in(*made) : round);
  if (const auto time = option(words, "time")) header.time = kGenesisTime + std::stoull(*time);
  if (const auto maker = option(words, "maker")) header.proposer = address_of(maker->at(0));
  std::optional<Round> valid_round;
  if (again) valid_round = round_in(*again);
  const Hash256 id = crypto::header_hash(header);
  std::vector<crypto::Verified<Vote>> prevotes;
  if (valid_round)
    for (const char voter : option(words, "by").value_or(""))
      prevotes.push_back(room_->prevote(voter, round_in(option(words, "of").value_or(*again)), id, height));
  return ProposalArrived{room_->proposal(signer, height, round, id, valid_round), header,
                         std::stoull(option(words, "bytes").value_or("1000")), prevotes};
}

Input RoomWorld::vote(const Words& words) {
  const Height height = height_in(words, plan_->height);
  VoteValue value;
  if (words.at(4) != "nil") value = crypto::header_hash(block(words.at(4), height, 0));
  const NilReason reason = says(words, "rejected")    ? NilReason::rejected
                           : says(words, "timed_out") ? NilReason::timed_out
                                                      : NilReason::none;
  return VoteArrived{
      room_->vote(words.at(1).at(0), vote_step(words.at(2)), height, round_in(words.at(3)), value, reason)};
}

/// What another holds of this node's key, or of `of`'s.
Input RoomWorld::told(const Words& words) const {
  const std::uint64_t life = std::stoull(option(words, "life").value_or(std::to_string(life_)));
  const Address from = address_of(words.at(1).at(0));
  if (words.at(2) == "nothing") return NewestRecordTold{from, room_->answer(life)};
  const char signer = option(words, "of").value_or(std::string(1, *me_)).at(0);
  const Height height = height_in(words, plan_->height);
  const Round round = round_in(words.at(3));
  VoteValue value;
  if (words.at(4) != "nil") value = id_of(words.at(4));
  std::optional<Vote> precommit;
  if (const auto locked = option(words, "locked")) {
    const auto at = locked->find('@');
    precommit = *room_->precommit(signer, round_in(locked->substr(at + 1)), id_of(locked->substr(0, at)), height);
  }
  SignedMessage newest;
  if (words.at(2) == "propose")
    newest = *room_->proposal(signer, height, round, *value);
  else
    newest = *room_->vote(signer, vote_step(words.at(2)), height, round, value);
  return NewestRecordTold{from, room_->answer(life, newest, precommit)};
}

/// It waits in the queue, and block_producer says whether a block could be made of what waits.
Lines RoomWorld::transaction(const Words& words) {
  Transaction made{
      1337, std::stoull(words.at(2)), 1'000, Data{BoundedString<64>("n"), BoundedBytes<4096>(Bytes(10))}, {}};
  made.signature = simulated_signatures().sign_recoverable(key_of(words.at(1).at(0)),
                                                           crypto::transaction_digest(room_->verifier().chain(), made));
  const auto verified = std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(
      room_->verifier().verify(codec::encode(made)).value());
  if (const auto status = queue_.add(verified, 0, plan_->height, now_); !status)
    return {"refused: " + std::string(fault_name(status.error().fault))};
  Lines out{queue_.has_includable() ? "work waits" : "no work waits"};
  for (auto& line : step(WorkWaiting{plan_->height, queue_.has_includable()})) out.push_back(std::move(line));
  return out;
}

// ---- the machine

Lines RoomWorld::step(Input input) {
  const Output output = core_->step(now_, std::move(input));
  store(output);
  return write(output);
}

/// What was decided is behind: the next height has the set that follows.
void RoomWorld::next_height() {
  if (!decision_ || (plan_ && plan_->height > decision_->height)) return;
  last_set_ = room_->set();
  if (next_room_) room_ = std::move(next_room_);
}

HeightPlan RoomWorld::next_plan() const {
  if (!decision_) return room_->plan();
  for (const auto& [name, header] : blocks_) {
    if (crypto::header_hash(header) != decision_->block) continue;
    HeightPlan plan = room_->plan_after(*decision_, header);
    plan.last_validators = last_set_;
    return plan;
  }
  throw std::runtime_error("the decided block has no name");
}

Lines RoomWorld::start_height(bool answered) {
  plan_ = next_plan();
  if (!answered) return step(HeightStarted{*plan_});
  Lines out;
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
  return out;
}

void RoomWorld::restart(const Words& words) {
  const bool older = says(words, "older");
  if (older || says(words, "undecided")) {
    if (!older) disk_.floor = decision_->height - 1;
    decision_ = decision_before_;
  }
  start_cores();
}

/// What the sign-state does with a Persist.
void RoomWorld::store(const Output& output) {
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

}  // namespace lucid::test
