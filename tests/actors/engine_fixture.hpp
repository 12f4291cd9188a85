// The engine of one validator (of a network of one, unless told) on memory stores under virtual time: slot_clock,
// ledger, work_tally, validator, block_producer and leader_selector, wired as the node wires them. Peers are the test's
// to play. The profile is test: a block each 400 ms at most, slots of 4 s.
#pragma once

#include "actors/block_producer.hpp"
#include "actors/block_sync.hpp"
#include "actors/counted_signatures.hpp"
#include "actors/leader_selector.hpp"
#include "actors/ledger.hpp"
#include "actors/slot_clock.hpp"
#include "actors/validator.hpp"
#include "actors/work_tally.hpp"
#include "storage/memory_store.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::actors {

class EngineTest : public ActorTest {
 protected:
  explicit EngineTest(std::uint32_t validators = 1);
  /// All of them, in the node's order.
  void start();
  /// One block_producer more, in the place of whichever was there before.
  BlockProducerActor start_block_producer();
  LeaderSelectorActor start_leader_selector();

  /// A transaction of account `number`, encoded.
  Bytes transaction(std::uint32_t number, std::uint64_t nonce) const {
    return world_.encoded(fixtures::account_key(number), nonce, fixtures::anchor_of(number));
  }
  SubmitResult submit(std::vector<Bytes> transactions);
  /// The blocks told to be final, in order.
  const std::vector<BlockFinal>& finals() { return finals_->of<BlockFinal>(); }
  std::size_t transactions_final();
  std::shared_ptr<const ledger::ChainState> tip();
  bool logged(const std::string& part) const;
  std::uint64_t handled(const std::string& actor, const std::string& type);

  fixtures::SmallChain world_;  // for its keys and its genesis: it does not grow
  std::shared_ptr<const ledger::Chain> chain_;
  CountedSignatures signatures_;
  crypto::Verifier verifier_;
  std::shared_ptr<storage::MemoryStore> chain_env_, sign_env_;
  std::shared_ptr<DiskWatch> disk_;
  std::shared_ptr<storage::ChainStore> blocks_;
  Route<SlotClockActor> slot_clock_;
  Route<LedgerActor> ledger_;
  Route<WorkTallyActor> work_tally_;
  Route<ValidatorActor> validator_;
  Route<BlockSyncActor> block_sync_;
  Route<BlockProducerActor> block_producer_;
  Route<LeaderSelectorActor> leader_selector_;
  std::vector<VerifierActor> verifiers_;
  std::shared_ptr<Heard<BlockFinal>> finals_ = std::make_shared<Heard<BlockFinal>>();
  using SentToPeers = Heard<SendToPeers, AskForBlock, TellNewestRecord, OfferTransactions>;
  std::shared_ptr<SentToPeers> sent_ = std::make_shared<SentToPeers>();
  Route<SentToPeers::Interface> peers_;
  using SaidToPeers = Heard<TellTip, AskForBlocks, GiveBlocks, DropPeer>;
  std::shared_ptr<SaidToPeers> said_ = std::make_shared<SaidToPeers>();
  Route<SaidToPeers::Interface> sync_peers_;
  std::vector<std::string> log_;

 private:
  std::function<void(const std::string&)> logger() {
    return [this](const std::string& sentence) { log_.push_back(sentence); };
  }
  void start_ledger();
  void start_validator();
  void start_block_sync();
};

}  // namespace lucid::actors
