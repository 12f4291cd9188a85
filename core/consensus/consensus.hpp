// Agreement on one height after another: the real Tendermint of protocol.md section 3 for any number of validators,
// as a state and one function on it. It owns no block bytes, no clock, no timer and no connection: it is told what
// happened (input.hpp) and says what is to be done (output.hpp). Same inputs, same outputs.
//
// Layers, each tested alone: quorum, vote_set, vote_keeper, proposal_book, round_machine; this puts them together.
// With a validator set of one, the answer to BuildBlock is proposed, prevoted, precommitted and decided in that one
// step, with one Persist.
//
// Thread-safety: one owner. Wall-clock times in milliseconds.
#pragma once

#include <set>

#include "core/consensus/ahead_buffer.hpp"
#include "core/consensus/newest_records.hpp"
#include "core/consensus/output.hpp"
#include "core/consensus/parent_commit.hpp"
#include "core/consensus/proposal_book.hpp"
#include "core/consensus/round_machine.hpp"
#include "core/consensus/start_guard.hpp"
#include "core/consensus/status.hpp"
#include "core/consensus/vote_keeper.hpp"
#include "core/consensus/vote_signer.hpp"

namespace lucid::consensus {

class Consensus {
 public:
  /// Without a signer the node follows and signs nothing. `restored`: what was stored before; it takes effect when
  /// HeightStarted names its height: the core then enters round and step of the newest record and sends all records,
  /// blocks and prevotes again. `life`: a number that no earlier start of this node had (a random one will do); with
  /// more than one validator the core first asks the others what they know of its key, and signs nothing until then.
  Consensus(crypto::Verifier verifier, std::optional<VoteSigner> signer, Restored restored, std::uint64_t life);

  /// Takes one input at wall time `now`. Perform the output entirely before the next call (output.hpp).
  Output step(TimeMs now, Input input);

  ConsensusStatus status(TimeMs now) const;
  /// Who voted what: of the newest `limit` rounds that anything is held of, oldest first. For people, as status().
  std::vector<RoundVotes> votes_by_round(std::size_t limit) const;

  /// The height that is being agreed on; 0 before the first HeightStarted.
  Height height() const { return started_ ? plan_.height : 0; }
  Round round() const { return machine_.round; }
  /// Of height(); there must be one.
  const HeightPlan& plan() const { return plan_; }
  /// Whether round 0 has begun.
  bool opened() const { return machine_.step != RoundStep::waiting; }
  bool decided() const { return machine_.decided; }
  bool may_sign() const { return signer_ && !signing_stopped_ && start_.phase() == StartPhase::cleared; }
  StartPhase start_phase() const { return signer_ ? start_.phase() : StartPhase::cleared; }
  /// Why signing has stopped, if it has.
  const std::optional<Alarm>& signing_stopped() const { return signing_stopped_; }

  /// Everything held of this height, and the question of the start while it waits for answers.
  std::vector<Message> messages() const;
  /// How many messages() has.
  std::size_t message_count() const;
  /// What to offer now to a peer that may lack it: at most `limit` of all that is held. Three in four are what the end
  /// of this round may hang on: its own messages, and the prevotes that a lock or a valid value rests on. The others
  /// begin, as these do where there are more, at a place that `chance` (any random number) decides. Never "the first
  /// k": what comes after them would come to nobody. Not between a step and the end of what it had to store: its own
  /// messages are among them.
  std::vector<Message> offer(std::uint64_t chance, std::size_t limit) const;
  /// Whether the caller must keep the bytes of this block.
  bool needs_block(const Hash256& block) const;

 private:
  /// One that is held, and not copied yet: most of what is held is not offered. Of the start's question both are null.
  struct HeldMessage {
    const KnownProposal* proposal = nullptr;
    const Verified<Vote>* vote = nullptr;
  };

  // One for each input (consensus_inputs.cpp).
  void take(TimeMs now, HeightStarted input, Output& out);
  void take(TimeMs now, WorkWaiting input, Output& out);
  void take(TimeMs now, ProposalArrived input, Output& out);
  void take(TimeMs now, BlockBuilt input, Output& out);
  void take(TimeMs now, BlockChecked input, Output& out);
  void take(TimeMs now, VoteArrived input, Output& out);
  void take(TimeMs now, CertificateArrived input, Output& out);
  void take(TimeMs now, TimerFired input, Output& out);
  void take(TimeMs now, PersistFailed input, Output& out);
  void take(TimeMs now, NewestRecordAsked input, Output& out);
  void take(TimeMs now, NewestRecordTold input, Output& out);
  void take(TimeMs now, WatchOver input, Output& out);

  Status store_proposal(TimeMs arrived, ProposalArrived& input, Output& out);
  Status store_valid_prevotes(const Proposal& proposal, const std::vector<Verified<Vote>>& prevotes, Output& out);
  Status store_vote(const Verified<Vote>& vote, Output& out, bool any_round = false);
  Status check_built(const BlockBuilt& input) const;

  // What becomes true, and what follows (consensus.cpp).
  void advance(TimeMs now, Output& out);
  std::optional<RoundEvent> next_event(TimeMs now) const;
  std::optional<RoundEvent> proposal_event() const;
  VoteValue prevoted_block() const;
  std::vector<MarkedBlock> prevoted_earlier() const;
  std::optional<RoundEvent> earlier_prevotes_event() const;
  std::optional<RoundEvent> decision_event() const;
  void perform(TimeMs now, const RoundEvent& event, Output& out);
  void perform(TimeMs now, const RoundAction& action, Output& out);
  void enter_round(TimeMs now, Round round, Output& out);
  TimeMs earliest_time() const;
  bool may_open(TimeMs now) const;
  void start_open_timer(TimeMs now, Output& out) const;
  void start_timer(TimerStep step, std::uint64_t delay_ms, Output& out) const;
  void ask_about_blocks(Output& out);
  void ask_about(const Hash256& block, Round round, Output& out);
  void decide(Round round, const Hash256& block, const Certificate* learned, Output& out);
  bool is_proposer(Round round) const;
  std::vector<HeldMessage> held() const;
  Message message_of(const HeldMessage& held) const;
  bool is_urgent(const HeldMessage& held) const;
  void show_valid(Output& out) const;

  // The start, copies of the key and what others sign (consensus_start.cpp).
  bool holds_still() const;
  void ask_others(Output& out) const;
  void look_at_start(Output& out);
  void leave_start(Output& out);
  void start_watch(Output& out) const;
  bool is_own(const Address& signer) const { return signer_ && signer_->address() == signer; }
  bool judge_own(const SignedMessage& seen, bool told, Output& out);
  void take_over(const SignedMessage& seen, Output& out);
  void note_restored(const SignRecord& newer, Output& out);
  void enter_newest_record();
  void note(const SignedMessage& message);
  void note(const Certificate& certificate, const ValidatorSet& set, Output& out);

  // Signing (consensus_signing.cpp).
  void propose(const Proposal& proposal, Output& out);
  void vote(VoteStep step, const RoundAction& action, Output& out);
  Error rejection() const;
  void not_signed(const Error& error, Output& out);
  void stop_signing(AlarmKind kind, Error error, Output& out);
  void note_foreign(const SignRecord& seen, Output& out);
  DurableRound durable() const;
  void restore_height(Output& out);
  void restore_record(const SignRecord& record, Output& out);

  // Words (consensus_status.cpp).
  std::string waiting_for(TimeMs now) const;
  std::vector<VoterStatus> voter_status(Round round) const;
  std::optional<MissingBlock> missing_block() const;
  std::string name_of(const Address& validator) const;
  std::string signing_text() const;

  crypto::Verifier verifier_;
  std::optional<VoteSigner> signer_;
  Restored restored_;
  std::optional<Alarm> signing_stopped_;
  bool halted_ = false;  // the stop outlasts a restart

  bool started_ = false;
  HeightPlan plan_;
  RoundState machine_;
  std::optional<VoteKeeper> votes_;
  ProposalBook book_;
  ParentCommit parent_;
  AheadBuffer ahead_;
  StartGuard start_;
  NewestRecords newest_;
  std::map<Height, bool> work_waiting_;  // of this height and the next
  std::optional<BuildBlock> building_;
  std::optional<Hash256> own_block_;  // of the newest own proposal
  std::set<Hash256> fetch_asked_;
  std::set<Hash256> alarmed_;  // blocks for which decided_block_invalid was raised
  std::optional<Hash256> decided_block_;
  std::optional<RejectedProposal> last_rejection_;  // of this height
  bool durable_changed_ = false;
};

}  // namespace lucid::consensus
