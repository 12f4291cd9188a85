#include "tests/actors/engine_fixture.hpp"

#include "storage/schema.hpp"

namespace lucid::actors {

namespace {

Genesis test_genesis(std::uint32_t validators) {
  Genesis genesis = fixtures::make_genesis(validators, Profile::test);
  genesis.params = lucid::params::profile_params(Profile::test, kTestStart);
  return genesis;
}

}  // namespace

EngineTest::EngineTest(std::uint32_t validators)
    : world_(test_genesis(validators)),
      chain_(std::make_shared<const ledger::Chain>(world_.chain)),
      verifier_(signatures_, chain_->identity),
      chain_env_(std::make_shared<storage::MemoryStore>(storage::tables_of(storage::Environment::chain))),
      sign_env_(std::make_shared<storage::MemoryStore>(storage::tables_of(storage::Environment::sign))),
      disk_(std::make_shared<DiskWatch>(consensus::slow_disk_ms(chain_->params()))) {
  auto opened = storage::ChainStore::open(*chain_env_, *chain_);
  EXPECT_TRUE(opened) << to_text(opened.error());
  blocks_ = std::make_shared<storage::ChainStore>(std::move(*opened));
}

void EngineTest::start() {
  peers_.set(listen<SendToPeers, AskForBlock, TellNewestRecord, OfferTransactions>(sent_));
  sync_peers_.set(listen<TellTip, AskForBlocks, GiveBlocks, DropPeer>(said_));
  slot_clock_.set(make_slot_clock(system(), place(), {chain_->params(), clock(), validator_, {}}));
  start_ledger();
  work_tally_.set(act::spawn<WorkTally>(system(), place(),
                                        WorkTally::Deps{ledger_, [](Epoch epoch) -> Result<credits::EpochTally> {
                                                          return fail(Fault::storage_not_found, "epoch",
                                                                      "a settled one", std::to_string(epoch.value));
                                                        }}));
  start_validator();
  start_block_sync();
  start_block_producer();
  start_leader_selector();
  run();
}

void EngineTest::start_ledger() {
  const auto snapshot = blocks_->snapshot();
  ASSERT_TRUE(snapshot);
  auto tip = (*snapshot)->tip();
  ASSERT_TRUE(tip);
  Ledger::Deps deps{clock(),
                    chain_,
                    verifier_,
                    blocks_,
                    std::make_shared<const ledger::ChainState>(std::move(tip->state)),
                    std::make_shared<const Certificate>(std::move(tip->certificate)),
                    std::make_shared<crypto::VrfSecretKey>(fixtures::vrf_key(0)),
                    {block_sync_, leader_selector_, block_producer_, work_tally_},
                    {Route<FinalListener>(listen<BlockFinal>(finals_))},
                    validator_,
                    disk_,
                    logger(),
                    block_producer_};
  ledger_.set(act::spawn<Ledger>(system(), place(), std::move(deps)));
}

void EngineTest::start_validator() {
  ValidatorRunner::Deps deps{clock(),
                             verifier_,
                             std::make_shared<crypto::SigningKey>(fixtures::validator_key(0)),
                             std::make_shared<storage::SignState>(*sign_env_),
                             {},
                             1,
                             {},
                             slot_clock_,
                             block_producer_,
                             ledger_,
                             Route<AgreementPeers>(peers_),
                             1'000,
                             1,
                             disk_,
                             logger()};
  validator_.set(act::spawn<ValidatorRunner>(system(), place(), std::move(deps)));
}

void EngineTest::start_block_sync() {
  BlockSync::Deps deps{clock(),
                       chain_->params(),
                       verifier_,
                       fixtures::address_of(fixtures::validator_key(0)),
                       read_final(blocks_),
                       ledger_,
                       validator_,
                       sync_peers_,
                       1,
                       logger(),
                       block_producer_};
  block_sync_.set(act::spawn<BlockSync>(system(), place(), std::move(deps)));
}

BlockProducerActor EngineTest::start_block_producer() {
  verifiers_ = {act::spawn<SignatureChecker>(system(), place("verifier-1"), verifier_),
                act::spawn<SignatureChecker>(system(), place("verifier-2"), verifier_)};
  BlockProducer::Deps deps{clock(),    chain_->params(),
                           verifier_,  {},
                           {},         {},
                           verifiers_, ledger_,
                           validator_, logger(),
                           peers_,     std::make_shared<crypto::SigningKey>(fixtures::validator_key(0)),
                           {},         1'000,
                           1};
  deps.has_evidence = [this](const ledger::EvidenceKey& key) -> Result<bool> {
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    return snapshot->has_evidence(key);
  };
  deps.next_nonce = [this](const Address& sender) -> Result<std::uint64_t> {
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    return snapshot->next_nonce(sender);
  };
  auto actor = act::spawn<BlockProducer>(system(), place(), std::move(deps));
  block_producer_.set(actor);
  return actor;
}

LeaderSelectorActor EngineTest::start_leader_selector() {
  auto actor = act::spawn<LeaderSelector>(system(), place(), LeaderSelector::Deps{chain_, ledger_, block_sync_});
  leader_selector_.set(actor);
  return actor;
}

SubmitResult EngineTest::submit(std::vector<Bytes> transactions) {
  auto result = ask<SubmitResult>(block_producer_, SubmitEncoded{std::move(transactions)});
  EXPECT_TRUE(result) << to_text(result.error());
  return result.value_or(SubmitResult{});
}

std::size_t EngineTest::transactions_final() {
  std::size_t count = 0;
  for (const auto& block : finals()) count += block.transactions.size();
  return count;
}

std::shared_ptr<const ledger::ChainState> EngineTest::tip() {
  const auto answer = ask<TipChanged>(ledger_, GetTip{});
  EXPECT_TRUE(answer) << to_text(answer.error());
  return answer ? answer->state : std::make_shared<const ledger::ChainState>();
}

bool EngineTest::logged(const std::string& part) const {
  for (const auto& sentence : log_)
    if (sentence.find(part) != std::string::npos) return true;
  return false;
}

std::uint64_t EngineTest::handled(const std::string& actor, const std::string& type) {
  for (const auto& count : view(actor).handled)
    if (count.type == type) return count.count;
  return 0;
}

}  // namespace lucid::actors
