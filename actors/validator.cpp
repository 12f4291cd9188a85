#include "actors/validator.hpp"

#include "core/codec/codec.hpp"
#include "core/ledger/block_rules.hpp"

namespace lucid::actors {

namespace {

constexpr std::chrono::seconds kLook{30};
constexpr std::chrono::seconds kStoreAgain{1};
/// Of which `why-stalled` shows the votes: as many as pass in some seconds.
constexpr std::size_t kShownRounds = 4;
/// What one offer holds at most: a round of the largest validator set, and blocks that a slow line carries in seconds.
constexpr std::size_t kOfferedMessages = 2 * kMaxValidators;
constexpr std::size_t kOfferedBlocks = 2;

std::optional<consensus::VoteSigner> make_signer(const ValidatorRunner::Deps& deps) {
  if (!deps.key) return std::nullopt;
  auto signer = consensus::VoteSigner::make(deps.key->clone(), deps.verifier);
  if (!signer) throw std::runtime_error(to_text(signer.error()));
  return std::move(*signer);
}

}  // namespace

ValidatorRunner::ValidatorRunner(interface::pointer self, Deps deps)
    : self_(self),
      deps_(std::move(deps)),
      core_(deps_.verifier, make_signer(deps_), std::move(deps_.restored), deps_.life),
      chance_(deps_.seed) {
  for (const auto& block : deps_.restored_blocks) blocks_.emplace(crypto::header_hash(block->header), block);
  deps_.restored_blocks.clear();
  height_since_ms_ = deps_.clock.monotonic_ms();
  act::probe(self_).set_state("waiting for the first height");
  act::tell_after(self_, act::me<interface>(self_), kLook, CheckMoving{});
}

ValidatorRunner::interface::behavior_type ValidatorRunner::make_behavior() {
  return {
      [this](const HeightPlanned& planned) { take(consensus::HeightStarted{*planned.plan}); },
      [this](const WorkWaiting& work) {
        if (work.waiting)
          work_since_ms_.try_emplace(work.height, deps_.clock.monotonic_ms());
        else
          work_since_ms_.erase(work.height);
        take(consensus::WorkWaiting{work.height, work.waiting});
      },
      [this](const BlockBuilt& built) {
        keep_block(built.hash, built.block);
        take(consensus::BlockBuilt{built.height, built.round, built.hash, built.block->header, built.size_bytes});
      },
      [this](const BlockChecked& checked) {
        const auto block = blocks_.find(checked.hash);
        take(consensus::BlockChecked{checked.height, checked.hash, checked.fault,
                                     block == blocks_.end() ? Certificate{} : block->second->last_commit});
      },
      [this](const TimerFired& fired) {
        timers_.erase(fired.key);
        take(consensus::TimerFired{fired.key.height, fired.key.round, fired.key.step});
      },
      [this](const PeerConnected& peer) { connected(peer); },
      [this](const PeerGone& peer) { peers_.erase(peer.peer); },
      [this](const HeardFromPeer& heard) { hear(heard); },
      [this](const BlockWanted& wanted) { give_block(wanted); },
      [this](const DecidedHeard& decided) {
        keep_block(decided.certificate->block, decided.block);
        take(consensus::CertificateArrived{decided.certificate});
      },
      [this](const NewestRecordHeard& heard) {
        if (const auto from = validator_of(heard.from)) take(consensus::NewestRecordTold{*from, heard.answer});
      },
      [this](const OfferTurn&) { offer_turn(); },
      [this](const WatchOver& watch) { take(consensus::WatchOver{watch.number}); },
      [this](const ChildRestarted& child) {
        if (child.name == "slot_clock") arm_timers();
      },
      [this](const StoreAgain&) { store_again(); },
      [this](const CheckMoving&) {
        check_moving();
        act::tell_after(self_, act::me<interface>(self_), kLook, CheckMoving{});
      },
      [this](const GetConsensusStatus&) { return report_status(); },
  };
}

void ValidatorRunner::take(consensus::Input input) {
  if (unstored_) return held_.add(std::move(input));
  step(std::move(input));
}

void ValidatorRunner::step(consensus::Input input) {
  auto output = core_.step(deps_.clock.wall_ms(), std::move(input));
  const Status stored = consensus::perform(output, *this);
  if (!stored && stored.error().fault == Fault::storage_full) {
    deps_.log("nothing is signed until there is room on the disk: " + to_text(stored.error()));
    unstored_ = std::move(output);
    act::tell_after(self_, act::me<interface>(self_), kStoreAgain, StoreAgain{});
  } else {
    settle(stored);
  }
  publish_state();
}

void ValidatorRunner::settle(const Status& stored) {
  if (!stored) report(core_.step(deps_.clock.wall_ms(), consensus::PersistFailed{stored.error()}));
  if (held_.size() == 0) forget_blocks();  // what waits may need blocks that the core has not heard of
  look_at_clock();
}

void ValidatorRunner::store_again() {
  const Status stored = consensus::perform(*unstored_, *this);
  if (!stored && stored.error().fault == Fault::storage_full)
    return act::tell_after(self_, act::me<interface>(self_), kStoreAgain, StoreAgain{});
  unstored_.reset();
  if (stored) deps_.log("there is room on the disk: signing goes on");
  settle(stored);
  while (!unstored_) {
    auto next = held_.next();
    if (!next) break;
    step(std::move(*next));
  }
  publish_state();
}

/// Notes when the height and its first round began, by a clock that nobody sets.
void ValidatorRunner::look_at_clock() {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  if (core_.height() != height_seen_) {
    height_seen_ = core_.height();
    height_since_ms_ = now_ms;
    opened_since_ms_.reset();
    work_since_ms_.erase(work_since_ms_.begin(), work_since_ms_.lower_bound(height_seen_));
  }
  if (core_.opened() && !opened_since_ms_) opened_since_ms_ = now_ms;
}

void ValidatorRunner::keep_block(const Hash256& hash, const BlockPtr& block) {
  blocks_.emplace(hash, block);
}

void ValidatorRunner::forget_blocks() {
  std::erase_if(blocks_, [this](const auto& entry) { return !core_.needs_block(entry.first); });
}

Status ValidatorRunner::persist(const consensus::Persist& persist) {
  std::vector<storage::SignedBlock> blocks;
  for (const auto& hash : persist.durable.blocks)
    if (const auto found = blocks_.find(hash); found != blocks_.end())
      blocks.push_back({hash, codec::encode(*found->second)});
  const std::uint64_t began_ms = deps_.clock.monotonic_ms();
  Status stored = deps_.sign_state->save(persist, blocks);
  deps_.disk->wrote(DiskWatch::Writer::sign_state, stored, deps_.clock.monotonic_ms() - began_ms);
  return stored;
}

void ValidatorRunner::note_sent(const SendToPeers& out) {
  proposals_.at_height(core_.height());
  for (const auto& message : out.messages)
    if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message))
      for (const auto& [peer, validator] : peers_)
        if (out.only ? peer == *out.only : validator.has_value()) proposals_.sent(peer, *proposal->proposal, turn_);
}

/// By what it says itself: others may pass its vote on.
void ValidatorRunner::note_held(PeerId peer, const consensus::Message& message) {
  proposals_.at_height(core_.height());
  if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message)) {
    proposals_.shown(peer, proposal->proposal->height, proposal->proposal->block, proposal->proposal->round);
  } else if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
    if ((*vote)->block && validator_of(peer) == (*vote)->voter)
      proposals_.shown(peer, (*vote)->height, *(*vote)->block, (*vote)->round);
  }
}

/// To every connection of that validator: only the one that it asked over takes it.
void ValidatorRunner::answer(const consensus::AnswerMessage& answer) {
  for (const auto& [peer, validator] : peers_)
    if (validator == answer.to) act::tell(self_, deps_.peers, TellNewestRecord{peer, answer.answer});
}

void ValidatorRunner::start_timer(const consensus::StartTimer& timer) {
  const TimerKey key{timer.height, timer.round, timer.step};
  std::erase_if(timers_, [&](const auto& running) { return running.first.height < key.height; });
  timers_[key] = deps_.clock.monotonic_ms() + timer.delay_ms;
  act::tell(self_, deps_.slot_clock, SetTimer{key, timer.delay_ms});
}

void ValidatorRunner::arm_timers() {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  for (const auto& [key, due_ms] : timers_)
    act::tell(self_, deps_.slot_clock, SetTimer{key, due_ms > now_ms ? due_ms - now_ms : 0});
}

void ValidatorRunner::request(const consensus::Request& request) {
  if (const auto* build = std::get_if<consensus::BuildBlock>(&request)) {
    act::tell(self_, deps_.block_producer,
              BuildBlock{build->height, build->round, build->time, build->max_bytes, build->last_commit});
  } else if (const auto* check = std::get_if<consensus::CheckBlock>(&request)) {
    if (const auto found = blocks_.find(check->block); found != blocks_.end())
      act::tell(self_, deps_.ledger, CheckBlock{check->height, check->block, found->second});
  } else if (const auto* watch = std::get_if<consensus::StartWatch>(&request)) {
    act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(watch->delay_ms),
                    WatchOver{watch->number});
  } else {
    // Asked for at once, and of another peer with each turn until it is here.
    const auto& fetch = std::get<consensus::FetchBlock>(request);
    if (wanted_height_ != fetch.height) wanted_.clear();
    wanted_height_ = fetch.height;
    wanted_.insert(fetch.block);
    if (const auto peer = next_peer()) ask_for_blocks(*peer);
  }
}

// ---- peers

void ValidatorRunner::hear(const HeardFromPeer& heard) {
  note_held(heard.from, heard.message);
  if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&heard.message))
    return take(consensus::VoteArrived{*vote});
  if (const auto* question = std::get_if<NewestRecordQuestion>(&heard.message)) {
    if (const auto from = validator_of(heard.from)) take(consensus::NewestRecordAsked{*from, *question});
    return;
  }
  const auto& proposal = std::get<consensus::ProposalMessage>(heard.message);
  if (!heard.block || unstored_) return;
  // Kept under the hash that was signed: another block, or another body, in its place would never go away again.
  const bool is_it = crypto::header_hash(heard.block->header) == proposal.proposal->block;
  if (const auto fits = is_it ? ledger::check_body(*heard.block)
                              : fail(Fault::block_hash, "block", to_hex(proposal.proposal->block), "another block");
      !fits)
    return deps_.log("a proposal was refused: " + to_text(fits.error()));
  keep_block(proposal.proposal->block, heard.block);
  take(consensus::ProposalArrived{proposal.proposal, heard.block->header, heard.block_bytes, proposal.prevotes});
}

std::optional<Address> ValidatorRunner::validator_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : found->second;
}

void ValidatorRunner::connected(const PeerConnected& peer) {
  peers_[peer.peer] = peer.validator;
  proposals_.forget(peer.peer);
  offer(peer.peer);
  if (!offering_) act::tell_after(self_, act::me<interface>(self_), offer_every(), OfferTurn{});
  offering_ = true;
}

void ValidatorRunner::offer_turn() {
  offering_ = !peers_.empty();
  if (!offering_) return;
  ++turn_;
  offered_last_ = *next_peer();
  offer(offered_last_);
  ask_for_blocks(offered_last_);
  act::tell_after(self_, act::me<interface>(self_), offer_every(), OfferTurn{});
}

std::chrono::milliseconds ValidatorRunner::offer_every() const {
  return std::chrono::milliseconds(deps_.offer_every_ms);
}

/// The one after whoever had the last turn.
std::optional<PeerId> ValidatorRunner::next_peer() const {
  if (peers_.empty()) return std::nullopt;
  const auto next = peers_.upper_bound(offered_last_);
  return next == peers_.end() ? peers_.begin()->first : next->first;
}

void ValidatorRunner::offer(PeerId peer) {
  if (unstored_) return;  // the core would offer what is not stored, too
  proposals_.at_height(core_.height());
  auto offered = core_.offer(chance_(), kOfferedMessages);
  std::size_t blocks = 0;
  std::erase_if(offered, [&](const consensus::Message& message) {
    const auto* proposal = std::get_if<consensus::ProposalMessage>(&message);
    return proposal && (!proposals_.is_due(peer, *proposal->proposal, turn_) || ++blocks > kOfferedBlocks);
  });
  if (!offered.empty()) send(std::move(offered), peer);
}

void ValidatorRunner::ask_for_blocks(PeerId peer) {
  if (wanted_height_ != core_.height()) wanted_.clear();
  std::erase_if(wanted_, [this](const Hash256& block) { return blocks_.contains(block); });
  for (const auto& block : wanted_) act::tell(self_, deps_.peers, AskForBlock{peer, wanted_height_, block});
}

void ValidatorRunner::give_block(const BlockWanted& wanted) {
  if (unstored_ || wanted.height != core_.height() || !blocks_.contains(wanted.block)) return;
  for (const auto& message : core_.messages())
    if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message);
        proposal && proposal->proposal->block == wanted.block)
      return send({message}, wanted.from);
}

// ---- outcome

void ValidatorRunner::decide(const consensus::Decision& decision) {
  const auto found = blocks_.find(decision.block);
  if (found == blocks_.end()) {
    deps_.log("block " + to_hex(decision.block) + " is decided and its bytes are not here");
    return;
  }
  act::tell(self_, deps_.ledger, CommitBlock{decision.block, found->second, decision.certificate});
}

void ValidatorRunner::report(const consensus::Output& output) {
  for (const auto& alarm : output.alarms)
    deps_.log("ALARM " + std::string(consensus::alarm_name(alarm.kind)) + ": " + to_text(alarm.error));
  if (output.rejected) deps_.log("a proposal was rejected: " + to_text(*output.rejected));
  if (output.refused) deps_.log("an input was refused: " + to_text(*output.refused));
  for (const auto& evidence : output.evidence) act::tell(self_, deps_.block_producer, EvidenceSeen{evidence});
}

void ValidatorRunner::check_moving() {
  const ConsensusReport report = report_status();
  if (report.moving != moving_)
    deps_.log(report.moving ? "the chain moves again" : "the chain does not move: " + report.status.waiting_for);
  moving_ = report.moving;
}

void ValidatorRunner::publish_state() {
  const auto status = core_.status(deps_.clock.wall_ms());
  act::probe(self_).set_state("height " + std::to_string(status.height) + ", round " + std::to_string(status.round) +
                              ", " + std::string(status.step) + ": " + status.waiting_for + " " +
                              (unstored_ ? "There is no room on the disk." : status.signing));
}

ConsensusReport ValidatorRunner::report_status() const {
  const TimeMs now = deps_.clock.wall_ms();
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  ConsensusReport out;
  out.status = core_.status(now);
  if (unstored_) {
    out.status.may_sign = false;
    out.status.signing = "this node signs nothing until there is room on its disk";
  }
  out.rounds = core_.votes_by_round(kShownRounds);
  out.times.here_ms = now_ms - height_since_ms_;
  if (opened_since_ms_) out.times.opened_ms = now_ms - *opened_since_ms_;
  if (const auto work = work_since_ms_.find(core_.height()); work != work_since_ms_.end())
    out.times.working_ms = now_ms - work->second;
  out.moving = out.status.started && consensus::overdue_ms(out.status, out.times, now) <
                                         consensus::patience_ms(core_.plan().params, core_.plan().validators);
  return out;
}

}  // namespace lucid::actors
