#include "actors/anchor.hpp"

#include <gmock/gmock.h>

#include "core/anchoring/manifest.hpp"
#include "core/crypto/sha256.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// The committed chain, as the test says it is.
class FakeChain final : public AnchorChain {
 public:
  Result<Height> height() const override { return tip; }
  Result<std::uint64_t> next_nonce(const Address&) const override { return nonce; }
  Result<std::optional<Final>> find(const SessionId& session) const override {
    const auto found = finals.find(session);
    if (found == finals.end()) return std::optional<Final>();
    return std::optional(found->second);
  }

  Height tip = 10;
  std::uint64_t nonce = 0;
  std::map<SessionId, Final> finals;
};

/// Keeps what is offered, and takes all of it.
class Intake {
 public:
  using interface = TransactionIntake;
  static constexpr const char* kName = "intake";
  Intake(interface::pointer, std::shared_ptr<std::vector<Bytes>> offered) : offered_(std::move(offered)) {}
  interface::behavior_type make_behavior() {
    return {[this](const SubmitEncoded& batch) {
      SubmitResult result;
      for (const auto& transaction : batch.transactions) {
        offered_->push_back(transaction);
        result.results.emplace_back(crypto::transaction_id(transaction));
      }
      return result;
    }};
  }

 private:
  std::shared_ptr<std::vector<Bytes>> offered_;
};

/// Manifests in memory.
class Manifests {
 public:
  using interface = ManifestKeeper;
  static constexpr const char* kName = "manifests";
  using Map = std::map<SessionId, Bytes>;
  Manifests(interface::pointer, std::shared_ptr<Map> kept) : kept_(std::move(kept)) {}
  interface::behavior_type make_behavior() {
    return {
        [this](const PutManifest& put) {
          (*kept_)[put.session] = *put.bytes;
          return ManifestStored{crypto::sha256(*put.bytes)};
        },
        [this](const GetManifest& get) -> caf::result<ChunkBytes> {
          const auto found = kept_->find(get.session);
          if (found == kept_->end()) return to_caf(Error{Fault::chunk_not_found, "manifest", {}, {}});
          return ChunkBytes{std::make_shared<const Bytes>(found->second)};
        },
    };
  }

 private:
  std::shared_ptr<Map> kept_;
};

class AnchorTest : public ActorTest {
 protected:
  AnchorTest() : verifier_(crypto::secp256k1_scheme(), {1337, fixtures::some_hash(9)}) {
    params_ = lucid::params::profile_params(Profile::test, kTestStart);
    params_.chain_id = 1337;
  }

  void start() {
    const auto intake = act::spawn<Intake>(system(), place(), offered_);
    const auto manifests = act::spawn<Manifests>(system(), place(), manifests_);
    Anchor::Deps deps{clock(),
                      params_,
                      verifier_,
                      std::make_shared<crypto::SigningKey>(fixtures::account_key(0)),
                      outbox_,
                      chain_,
                      Route<TransactionIntake>(intake),
                      Route<ManifestKeeper>(manifests),
                      [this](const std::string& sentence) { log_.push_back(sentence); }};
    anchor_ = act::spawn<Anchor>(system(), place(), std::move(deps));
    run();
  }
  void restart() {
    kill(anchor_);
    offered_->clear();
    start();
  }

  static AnchorRequest request(std::uint32_t number) {
    AnchorRequest request;
    request.session = fixtures::session_id(number);
    request.merkle_root = fixtures::some_hash(0x22);
    request.owner = fixtures::address_of(fixtures::account_key(900));
    request.chunk_count = 1;
    request.total_size = 7;
    request.started_at = kTestStart;
    request.manifest_json = "{}";
    return request;
  }
  Result<AnchorAccepted> anchor(const AnchorRequest& request) {
    return ask<AnchorAccepted>(anchor_, AnchorThis{request});
  }
  Result<AnchoringView> look(std::uint32_t number) {
    return ask<AnchoringView>(anchor_, GetAnchoring{fixtures::session_id(number)});
  }
  Transaction offered(std::size_t i) const { return codec::decode<Transaction>(offered_->at(i), "offered").value(); }

  /// The chain has the session, by that transaction.
  void put_on_chain(std::uint32_t number, const Hash256& transaction, const Hash256& root) {
    AnchorChain::Final final;
    final.leaf.anchor = fixtures::anchor_of(number, 1);
    final.leaf.anchor.merkle_root = root;
    final.leaf.transaction = transaction;
    final.leaf.height = ++chain_->tip;
    final.time = clock().wall_ms();
    chain_->finals[fixtures::session_id(number)] = final;
  }
  void say_final(const Hash256& id, std::optional<Fault> failure = {}) {
    tell(anchor_, BlockFinal{chain_->tip, {}, clock().wall_ms(), {{id, failure}}});
  }
  /// Uploads a manifest of one chunk for the session and makes the request that fits it.
  AnchorRequest with_manifest(std::uint32_t number) {
    const Bytes chunk(700, 0x5a);
    Manifest manifest;
    manifest.session = fixtures::session_id(number);
    manifest.started_at = kTestStart;
    manifest.files.push_back({BoundedString<1024>("recording"), chunk.size(), crypto::sha256(chunk), 0, 1});
    manifest.chunks.push_back({0, 700, 700, ChunkForm::raw, crypto::sha256(chunk), anchoring::segment_root(chunk)});
    (*manifests_)[manifest.session] = anchoring::encode_manifest(manifest);
    AnchorRequest wanted = request(number);
    wanted.merkle_root = anchoring::session_root(manifest);
    wanted.total_size = anchoring::total_size(manifest);
    return wanted;
  }

  static constexpr milliseconds kPatience{3 * 400 + 2 * 400};

  ChainParams params_;
  crypto::Verifier verifier_;
  std::shared_ptr<storage::MemoryStore> outbox_ =
      std::make_shared<storage::MemoryStore>(storage::tables_of(storage::Environment::outbox));
  std::shared_ptr<FakeChain> chain_ = std::make_shared<FakeChain>();
  std::shared_ptr<std::vector<Bytes>> offered_ = std::make_shared<std::vector<Bytes>>();
  std::shared_ptr<Manifests::Map> manifests_ = std::make_shared<Manifests::Map>();
  std::vector<std::string> log_;
  AnchorActor anchor_;
};

TEST_F(AnchorTest, ASessionIsAnsweredOnceItIsStoredAndThenOffered) {
  start();
  const auto commits = outbox_->commits();
  const auto accepted = anchor(request(1));
  ASSERT_TRUE(accepted) << to_text(accepted.error());
  EXPECT_EQ(accepted->anchoring_id, 1u);
  EXPECT_EQ(outbox_->commits(), commits + 1);
  ASSERT_EQ(offered_->size(), 1u);
  EXPECT_EQ(std::get<AnchorSession>(offered(0).operation).session, fixtures::session_id(1));
  EXPECT_EQ(manifests_->at(fixtures::session_id(1)), Bytes({'{', '}'}));
}

TEST_F(AnchorTest, WhereTheOutboxCannotBeWrittenTheAnswerIsTheFaultAndNothingIsKept) {
  start();
  outbox_->fail_at_commit(1, Fault::storage_full);
  const auto refused = anchor(request(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::storage_full);
  EXPECT_TRUE(offered_->empty());
  EXPECT_EQ(look(1).error().fault, Fault::anchor_not_found);
  EXPECT_TRUE(ask<AnchoringSummary>(anchor_, GetAnchoringSummary{})->failing);

  const auto accepted = anchor(request(1));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->anchoring_id, 1u);
  EXPECT_EQ(offered(0).nonce, 0u);
  EXPECT_FALSE(ask<AnchoringSummary>(anchor_, GetAnchoringSummary{})->failing);
}

TEST_F(AnchorTest, TheSameSessionAgainGetsTheFirstAnswerAndOtherContentAConflict) {
  start();
  const auto first = anchor(request(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(anchor(request(1))->anchoring_id, first->anchoring_id);
  EXPECT_EQ(offered_->size(), 1u);

  AnchorRequest other = request(1);
  other.merkle_root.data[0] ^= 1;
  EXPECT_EQ(anchor(other).error().fault, Fault::anchor_conflict);
  other = request(1);
  other.owner.data[0] ^= 1;
  EXPECT_EQ(anchor(other).error().fault, Fault::anchor_conflict);
}

TEST_F(AnchorTest, RequestsThatComeTogetherShareOneCommitAndAgreeAboutConflicts) {
  start();
  const auto commits = outbox_->commits();
  AnchorRequest other = request(1);
  other.merkle_root.data[0] ^= 1;
  const auto one = ask_later<AnchorAccepted>(anchor_, AnchorThis{request(1)});
  const auto same = ask_later<AnchorAccepted>(anchor_, AnchorThis{request(1)});
  const auto conflict = ask_later<AnchorAccepted>(anchor_, AnchorThis{other});
  const auto two = ask_later<AnchorAccepted>(anchor_, AnchorThis{request(2)});
  const auto three = ask_later<AnchorAccepted>(anchor_, AnchorThis{request(3)});
  run();
  ASSERT_TRUE(*one && *same && *two && *three);
  EXPECT_EQ((*one)->anchoring_id, (*same)->anchoring_id);
  ASSERT_FALSE(*conflict);
  EXPECT_EQ(conflict->error().fault, Fault::anchor_conflict);
  EXPECT_EQ(outbox_->commits(), commits + 1);
  EXPECT_EQ(offered_->size(), 3u);
}

TEST_F(AnchorTest, WhatABlockMakesFinalIsConfirmed) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  const Hash256 id = crypto::transaction_id(offered_->at(0));
  EXPECT_EQ(look(1)->status, AnchoringStatus::processing);
  put_on_chain(1, id, request(1).merkle_root);
  say_final(id);
  const auto view = look(1);
  EXPECT_EQ(view->status, AnchoringStatus::confirmed);
  EXPECT_EQ(view->height, chain_->tip);
  EXPECT_EQ(ask<AnchoringSummary>(anchor_, GetAnchoringSummary{})->processing, 0u);
  EXPECT_EQ(ask<AnchoringSummary>(anchor_, GetAnchoringSummary{})->completed_today, 1u);
}

TEST_F(AnchorTest, WhatIsNotFinalAfterSomeBlocksIsOfferedAgainAsItIs) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  advance(kPatience);
  ASSERT_EQ(offered_->size(), 2u);
  EXPECT_EQ(offered_->at(0), offered_->at(1));
}

TEST_F(AnchorTest, ARestartOffersWhatIsNotFinalAndNothingElse) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  ASSERT_TRUE(anchor(request(2)));
  const auto before = *offered_;
  const Hash256 done = crypto::transaction_id(offered_->at(0));
  put_on_chain(1, done, request(1).merkle_root);
  chain_->nonce = 1;
  say_final(done);
  restart();
  ASSERT_EQ(offered_->size(), 1u);
  EXPECT_EQ(offered_->at(0), before[1]);
}

TEST_F(AnchorTest, ABlockThatNobodyToldOfIsFoundOnTheChainAfterARestart) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  put_on_chain(1, crypto::transaction_id(offered_->at(0)), request(1).merkle_root);
  chain_->nonce = 1;
  restart();
  EXPECT_TRUE(offered_->empty());
  EXPECT_EQ(look(1)->status, AnchoringStatus::confirmed);
  EXPECT_EQ(ask<AnchoringSummary>(anchor_, GetAnchoringSummary{})->processing, 0u);
}

TEST_F(AnchorTest, AnExpiredTransactionIsSignedAnewWithItsNonce) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  chain_->tip = offered(0).valid_until_height;
  advance(kPatience);
  ASSERT_EQ(offered_->size(), 2u);
  EXPECT_EQ(offered(1).nonce, offered(0).nonce);
  EXPECT_GT(offered(1).valid_until_height, chain_->tip);
  EXPECT_NE(offered_->at(0), offered_->at(1));

  const Hash256 renewed = crypto::transaction_id(offered_->at(1));
  put_on_chain(1, renewed, request(1).merkle_root);
  say_final(renewed);
  EXPECT_EQ(look(1)->status, AnchoringStatus::confirmed);
}

TEST_F(AnchorTest, WhereTheAccountWasUsedElsewhereTheAnchorsGetTheNextNonces) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  ASSERT_TRUE(anchor(request(2)));
  chain_->nonce = 5;
  advance(kPatience);
  ASSERT_EQ(offered_->size(), 4u);
  EXPECT_EQ(offered(2).nonce, 5u);
  EXPECT_EQ(offered(3).nonce, 6u);
  EXPECT_EQ(std::get<AnchorSession>(offered(2).operation).session, fixtures::session_id(1));
}

TEST_F(AnchorTest, WhatMayStillBeIncludedKeepsItsNonceAndWhatIsFinalIsNotSignedAgain) {
  start();
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(anchor(request(i)));
  // The first is stored and not told here yet, another program took the second's nonce.
  put_on_chain(1, crypto::transaction_id(offered_->at(0)), request(1).merkle_root);
  chain_->nonce = 2;
  advance(kPatience);
  ASSERT_EQ(offered_->size(), 4u);
  EXPECT_EQ(offered(3).nonce, 3u);
  EXPECT_EQ(std::get<AnchorSession>(offered(3).operation).session, fixtures::session_id(2));
  EXPECT_EQ(look(1)->status, AnchoringStatus::confirmed);
}

TEST_F(AnchorTest, ABacklogOfManyIsOfferedInTurnsAndKeepsItsSignatures) {
  start();
  std::vector<std::shared_ptr<Result<AnchorAccepted>>> answers;
  for (std::uint32_t i = 0; i < 600; ++i) answers.push_back(ask_later<AnchorAccepted>(anchor_, AnchorThis{request(i)}));
  run();
  ASSERT_EQ(offered_->size(), 600u);
  std::set<Bytes> signed_once(offered_->begin(), offered_->end());
  ++chain_->tip;  // signed now, all would be other bytes
  advance(3 * kPatience);
  EXPECT_GE(offered_->size(), 1'200u);
  signed_once.insert(offered_->begin(), offered_->end());
  EXPECT_EQ(signed_once.size(), 600u);
}

TEST_F(AnchorTest, AnAnchorThatTheChainRefusedForItsLikeCountsAsConfirmed) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  const Hash256 mine = crypto::transaction_id(offered_->at(0));
  put_on_chain(1, fixtures::some_hash(0x77), request(1).merkle_root);
  say_final(mine, Fault::session_already_anchored);
  const auto view = look(1);
  EXPECT_EQ(view->status, AnchoringStatus::confirmed);
  EXPECT_EQ(view->transaction, fixtures::some_hash(0x77));
}

TEST_F(AnchorTest, AnAnchorThatTheChainRefusedForOtherContentHasFailedAndSaysSo) {
  start();
  ASSERT_TRUE(anchor(request(1)));
  const Hash256 mine = crypto::transaction_id(offered_->at(0));
  put_on_chain(1, fixtures::some_hash(0x77), fixtures::some_hash(0x78));
  say_final(mine, Fault::session_already_anchored);
  const auto view = look(1);
  EXPECT_EQ(view->status, AnchoringStatus::failed);
  EXPECT_EQ(view->failure, Fault::session_already_anchored);
  EXPECT_EQ(anchor(request(1)).error().fault, Fault::anchor_conflict);
}

TEST_F(AnchorTest, AnUploadedManifestGivesTheAnchorItsHashAndStorageRoot) {
  start();
  const AnchorRequest wanted = with_manifest(1);
  ASSERT_TRUE(anchor(wanted));
  const auto operation = std::get<AnchorSession>(offered(0).operation);
  EXPECT_EQ(operation.manifest_hash, crypto::sha256(manifests_->at(wanted.session)));
  EXPECT_TRUE(operation.storage_root);
}

TEST_F(AnchorTest, ARequestThatDoesNotFitTheUploadedManifestIsRefusedByItsField) {
  start();
  AnchorRequest wanted = with_manifest(1);
  wanted.merkle_root.data[0] ^= 1;
  auto refused = anchor(wanted);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().field, HasSubstr("merkle_root"));

  wanted = with_manifest(1);
  wanted.total_size += 1;
  refused = anchor(wanted);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().field, HasSubstr("total_size"));

  wanted = with_manifest(1);
  wanted.chunk_count += 1;
  refused = anchor(wanted);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().field, HasSubstr("chunk_count"));
  EXPECT_TRUE(offered_->empty());
}

TEST_F(AnchorTest, AnOwnersSignatureIsChecked) {
  start();
  AnchorRequest wanted = request(1);
  wanted.user_signature = RecoverableSignature{};
  auto refused = anchor(wanted);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().field, HasSubstr("signature"));

  AnchorSession signed_one = fixtures::anchor_of(1, 1);
  signed_one.manifest_hash = crypto::sha256(Bytes{'{', '}'});
  wanted.user_signature = crypto::secp256k1_scheme().sign_recoverable(
      fixtures::account_key(900), crypto::user_anchor_digest(verifier_.chain(), signed_one));
  const auto accepted = anchor(wanted);
  EXPECT_TRUE(accepted) << to_text(accepted.error());

  wanted.session = fixtures::session_id(2);  // signed for another session
  refused = anchor(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::user_signature_invalid);
}

TEST_F(AnchorTest, WhereTheGenesisAsksForTheOwnersSignatureItMustBeThere) {
  params_.user_signature_required = true;
  start();
  const auto refused = anchor(request(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::user_signature_invalid);
  EXPECT_TRUE(offered_->empty());
}

}  // namespace
}  // namespace lucid::actors
