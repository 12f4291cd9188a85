// validator: runs the consensus core. Each message becomes one input of the core; what the core answers is performed by
// the step runner, which stores before it sends. What it holds of its height it offers to peers again, one at a time
// and from a random place, since anything may be lost on the way. Every 30 s it looks whether the chain moves, and says
// so in words.
//
// Where the disk has no room for what a step must store, the step waits until there is: nothing of it is sent, and the
// core hears nothing more, as if the write took so long.
//
// Has a thread of its own: storing the sign-state waits for the disk. It is never restarted within a process: what it
// signed last is in its memory too, and only a start reads it back from the disk; the node stops instead.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>

#include "actors/disk_watch.hpp"
#include "actors/held_inputs.hpp"
#include "actors/offered_proposals.hpp"
#include "actors/peer_messages.hpp"
#include "actors/runtime/act.hpp"
#include "actors/slot_clock.hpp"
#include "actors/supervisor.hpp"
#include "core/consensus/consensus.hpp"
#include "core/consensus/step_runner.hpp"
#include "storage/sign_state.hpp"

namespace lucid::actors {

using BlockBuilder = act::iface<void(BuildBlock), void(EvidenceSeen)>;
using BlockJudge = act::iface<void(CheckBlock), void(CommitBlock)>;
using ValidatorActor =
    act::iface<void(HeightPlanned), void(WorkWaiting), void(BlockBuilt), void(BlockChecked), void(TimerFired),
               void(PeerConnected), void(PeerGone), void(HeardFromPeer), void(BlockWanted), void(DecidedHeard),
               void(NewestRecordHeard), void(OfferTurn), void(WatchOver), void(ChildRestarted), void(StoreAgain),
               void(CheckMoving), ConsensusReport(GetConsensusStatus)>;

class ValidatorRunner final : private consensus::StepEffects {
 public:
  using interface = ValidatorActor;
  static constexpr const char* kName = "validator";

  struct Deps {
    const Clock& clock;
    crypto::Verifier verifier;
    std::shared_ptr<crypto::SigningKey> key;  // null: a node that only follows
    std::shared_ptr<storage::SignState> sign_state;
    consensus::Restored restored;
    std::uint64_t life = 0;  // a number that no earlier start had
    std::vector<BlockPtr> restored_blocks;
    Route<SlotClockActor> slot_clock;
    Route<BlockBuilder> block_producer;
    Route<BlockJudge> ledger;
    Route<AgreementPeers> peers;
    std::uint64_t offer_every_ms = 1'000;         // each time to another peer
    std::uint64_t seed = 0;                       // where an offer begins; any number
    std::shared_ptr<DiskWatch> disk;              // told how long the sign-state's writes take
    std::function<void(const std::string&)> log;  // alarms and refusals, one sentence each
  };

  ValidatorRunner(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void take(consensus::Input input);
  void step(consensus::Input input);
  void settle(const Status& stored);
  void store_again();
  void keep_block(const Hash256& hash, const BlockPtr& block);
  void forget_blocks();
  void arm_timers();
  void hear(const HeardFromPeer& heard);
  std::optional<Address> validator_of(PeerId peer) const;
  void connected(const PeerConnected& peer);
  void offer_turn();
  std::chrono::milliseconds offer_every() const;
  std::optional<PeerId> next_peer() const;
  void offer(PeerId peer);
  void ask_for_blocks(PeerId peer);
  void give_block(const BlockWanted& wanted);
  void send(std::vector<consensus::Message> messages, std::optional<PeerId> only);
  void note_sent(const SendToPeers& out);
  void note_held(PeerId peer, const consensus::Message& message);
  void look_at_clock();
  void check_moving();
  void publish_state();
  ConsensusReport report_status() const;

  Status persist(const consensus::Persist& persist) override;
  void send(const std::vector<consensus::Message>& messages) override;
  void answer(const consensus::AnswerMessage& answer) override;
  void start_timer(const consensus::StartTimer& timer) override;
  void request(const consensus::Request& request) override;
  void decide(const consensus::Decision& decision) override;
  void report(const consensus::Output& output) override;

  interface::pointer self_;
  Deps deps_;
  consensus::Consensus core_;
  std::optional<consensus::Output> unstored_;       // there is no room for it: nothing of it is done
  HeldInputs held_;                                 // came since
  std::map<Hash256, BlockPtr> blocks_;              // bytes that the core may still ask for
  std::map<TimerKey, std::uint64_t> timers_;        // running ones, and when they are due (monotonic)
  std::map<PeerId, std::optional<Address>> peers_;  // connected
  OfferedProposals proposals_;                      // of this height
  std::uint64_t turn_ = 0;                          // of offers
  PeerId offered_last_;
  bool offering_ = false;     // a turn is due
  std::set<Hash256> wanted_;  // blocks of this height that are signed and not here
  Height wanted_height_ = 0;
  std::mt19937_64 chance_;
  std::map<Height, std::uint64_t> work_since_ms_;  // monotonic: since when transactions wait for it
  Height height_seen_ = 0;
  std::uint64_t height_since_ms_ = 0;             // monotonic: when it began here
  std::optional<std::uint64_t> opened_since_ms_;  // monotonic: when its round 0 began
  bool moving_ = true;                            // as last logged
};

}  // namespace lucid::actors
