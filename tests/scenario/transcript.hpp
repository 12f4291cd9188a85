// Plays a conversation with one consensus core and writes down all that it answers.
//
// A transcript is text. Lines that begin with '#' and empty lines are for the reader. One line `room` says who is
// there; lines that begin with '>' are inputs; the lines after an input, set in by two spaces, are the complete output
// in the order in which it must be performed.
//
//   room me=a members=abcd order=bcda        who this node is, the validators, the leaders of rounds 0, 1, …
//   > at 9000                                the clock, in ms after the genesis block; stays until the next
//   > start                                  the next height (the first one, or the one after the decided block). The
//                                            first time, as many others as it takes answer that they hold nothing of
//                                            this node's key, and that exchange is left out
//   > start unanswered                       the same, and nobody has answered yet
//   > work yes|no                            whether transactions wait
//   > built X                                block_producer answers the last request with a block called X
//   > propose b 0 X [again=0 by=abc] [time=T] [made=R] [maker=c] [bytes=N] [height=H]
//   > checked X valid|invalid
//   > vote b prevote|precommit 0 X|nil [rejected|timed_out] [height=H]
//   > certificate X 0 by=bcd
//   > timer open|propose|prevote|precommit 0
//   > persist_failed
//   > restart                                power goes and comes back: what was persisted is all that is left
//   > asked b                                b has started and asks what is held of its key
//   > told b nothing [life=N]                b answers the question of the start
//   > told b propose|prevote|precommit 0 X|nil [of=c] [height=H] [locked=X@0]
//   > watch over [N]
//   > restart undecided                      the same, before the ledger had stored the decided block
//   > status                                 what it waits for, in words
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/consensus_seat.hpp"

namespace lucid::test {

class Transcript {
 public:
  /// The whole text again, with the outputs as they are now.
  std::string play(const std::string& text);

 private:
  using Words = std::vector<std::string>;

  void open_room(const Words& words);
  void start_core();
  std::vector<std::string> input(const Words& words);
  std::vector<std::string> start(bool answered);
  consensus::Input told(const Words& words) const;
  std::vector<std::string> step(consensus::Input input);
  std::vector<std::string> written(const consensus::Output& output);
  std::vector<std::string> write(const consensus::Output& output);
  std::string write(const consensus::Message& message) const;
  std::string write(const consensus::Request& request) const;
  std::string write(const SignedMessage& message) const;
  std::string write(const consensus::Persist& persist) const;
  void store(const consensus::Output& output);

  consensus::Input proposal_input(const Words& words);
  consensus::HeightPlan next_plan() const;
  Header& block(const std::string& name, Height height, Round round);
  Hash256 id_of(const std::string& name) const;
  std::string name_of_block(const consensus::VoteValue& block) const;
  static std::optional<std::string> option(const Words& words, const std::string& key);

  std::unique_ptr<Room> room_;
  std::optional<char> me_;
  std::unique_ptr<consensus::Consensus> core_;
  TimeMs now_ = kGenesisTime;
  std::optional<consensus::HeightPlan> plan_;
  std::optional<consensus::Decision> decision_;
  std::optional<consensus::Decision> decision_before_;
  std::optional<consensus::BuildBlock> building_;
  std::map<std::string, Header> blocks_;
  consensus::Restored disk_;
  std::uint64_t life_ = 0;
  std::uint64_t watch_ = 0;
};

}  // namespace lucid::test
