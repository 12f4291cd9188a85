// The world `room` of a transcript: one node's consensus core among validators with names of one letter, its disk, what
// waits for a block, and, where the room line says so, its sync.
//
//   room me=a members=abcd order=bcda [quorum=two_thirds] [sync]     who this node is (or me=nobody), the validators,
//                                            the leaders of rounds 0, 1, …; whether sync stands beside consensus
//   > at 9000                                the clock, in ms after the genesis block; stays until the next
//   > start                                  the ledger has committed: the next height (the first one, or the one after
//                                            the decided block). The first time, as many others as it takes answer that
//                                            they hold nothing of this node's key, and that exchange is left out. With
//                                            sync beside, sync hears it, and consensus only once sync says so.
//   > start unanswered                       the same, and nobody has answered yet
//   > members abce order=bcea                of the heights after this one
//   > work yes|no                            whether transactions wait
//   > transaction u 0                        of account u with nonce 0 comes: whether transactions wait follows from it
//   > built X                                block_producer answers the last request with a block called X
//   > propose b 0 X [again=0 by=abc [of=1]] [time=T] [made=R] [maker=c] [bytes=N] [height=H]    again, with prevotes
//   `by`
//                                            these, of another round than it says if `of` is given
//   > checked X valid|invalid
//   > vote b prevote|precommit 0 X|nil [rejected|timed_out] [height=H]
//   > certificate X 0 by=bcd
//   > timer open|propose|prevote|precommit 0 [height=H]
//   > persist_failed
//   > restart                                power goes and comes back: what was persisted is all that is left
//   > restart undecided                      the same, before the ledger had stored the decided block
//   > restart older                          the same, and the ledger's disk is older than the sign-state's: the floor
//                                            stands at a height that is to be decided anew
//   > asked b                                b has started and asks what is held of its key
//   > told b nothing [life=N]                b answers the question of the start
//   > told b propose|prevote|precommit 0 X|nil [of=c] [height=H] [locked=X@0]
//   > watch over [N]
//   > offer 6 from 13                        what a peer is offered: at most 6 of all that is held, 13 by chance
//   > status                                 what it waits for, in words
//
// With sync beside (room_sync.cpp):
//   > connect bcd, gone b, claim b 7         peers come and go, and say where their chain ends
//   > nothing bcd                            they answer: there is no block after this node's tip
//   > blocks b X:bcd Y:bcd [from=1] [tip=2]  b answers with certified blocks; a digit is a signature of nobody under
//   that
//                                            validator's index
//   > executed X                             the ledger has executed and committed what sync gave it
//   > not executed                           it could not
//   > timer sync
#pragma once

#include <map>

#include "core/mempool/mempool.hpp"
#include "core/sync/sync.hpp"
#include "tests/fixtures/consensus_seat.hpp"
#include "tests/scenario/transcript.hpp"

namespace lucid::test {

class RoomWorld final : public World {
 public:
  explicit RoomWorld(const Words& words);
  Lines input(const Words& words) override;

 private:
  void start_cores();
  std::optional<consensus::Input> heard(const Words& words);
  std::optional<Lines> happened(const Words& words);
  consensus::Input proposal(const Words& words);
  consensus::Input vote(const Words& words);
  consensus::Input told(const Words& words) const;
  Lines transaction(const Words& words);

  Lines step(consensus::Input input);
  void next_height();
  consensus::HeightPlan next_plan() const;
  Lines start_height(bool answered);
  void restart(const Words& words);
  void store(const consensus::Output& output);

  Header& block(const std::string& name, Height height, Round round);
  Hash256 id_of(const std::string& name) const;
  std::string name_of_block(const consensus::VoteValue& block) const;

  // Sync beside consensus (room_sync.cpp).
  std::optional<Lines> sync_input(const Words& words);
  Lines sync_step(sync::Input input, bool answered = true);
  sync::Committed tip() const;
  Blocks answer(const Words& words);
  Certificate certificate_of(const Header& header, const std::string& signers) const;
  void give_body(const std::string& name, Header& header, const Certificate& last_commit);

  // Outputs as text (room_words.cpp).
  class Writer;
  Lines write(const consensus::Output& output) const;
  std::string write(const consensus::Message& message, const std::string& verb) const;
  std::string write(const consensus::Request& request) const;
  std::string write(const SignedMessage& message) const;
  std::string write(const consensus::Persist& persist) const;
  Lines write(const sync::Output& output);

  std::unique_ptr<Room> room_;
  std::unique_ptr<Room> next_room_;  // of the heights after this one, where it is another
  ValidatorSet last_set_;            // of the height before
  std::optional<char> me_;
  std::unique_ptr<consensus::Consensus> core_;
  TimeMs now_ = kGenesisTime;
  std::optional<consensus::HeightPlan> plan_;
  std::optional<consensus::Decision> decision_;
  std::optional<consensus::Decision> decision_before_;
  std::optional<consensus::BuildBlock> building_;
  std::map<std::string, Header> blocks_;
  std::map<std::string, Certificate> parents_;  // what each block carries of its parent
  consensus::Restored disk_;
  std::uint64_t life_ = 0;
  std::uint64_t watch_ = 0;
  mempool::Mempool queue_{{}, {}};

  bool with_sync_ = false;
  std::unique_ptr<sync::Sync> sync_;
  std::optional<std::uint64_t> sync_wakes_;
  std::optional<sync::FinalBlock> executing_;
};

/// "propose", …: how timers are called in inputs and outputs.
std::string_view timer_name(consensus::TimerStep step);

}  // namespace lucid::test
