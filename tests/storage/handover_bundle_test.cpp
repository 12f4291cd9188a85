// A proof bundle made from the database of a chain that changed its validators twice, and verified with nothing else.
#include <gtest/gtest.h>

#include "core/anchoring/bundle.hpp"
#include "core/anchoring/manifest.hpp"
#include "core/merkle/append_log.hpp"
#include "core/merkle/tree.hpp"
#include "storage/chain_handovers.hpp"
#include "tests/fixtures/sample_chain.hpp"
#include "tests/storage/stored_chain.hpp"

namespace lucid::storage {
namespace {

using fixtures::make_validator;
using testing::StoredChain;

const crypto::SignatureScheme& scheme() {
  return crypto::secp256k1_scheme();
}

/// Four validators; number 9 joins for epoch 2, number 0 leaves for epoch 3; the session is anchored in epoch 3.
class HandoverBundle : public ::testing::Test {
 protected:
  void SetUp() override {
    auto& world = node_.world;
    const Validator joining = make_validator(9);
    node_.grow(world.passing(1, UpdateValidators{SetChange::add, joining.address, joining, 0}));
    run_to(Epoch{1});
    node_.grow(world.passing(1, UpdateValidators{SetChange::remove, make_validator(0).address, std::nullopt, 0}));
    run_to(Epoch{3});
    const Address owner = fixtures::address_of(fixtures::account_key(7));
    node_.grow({world.next(1, anchoring::anchor_of(test::sample_manifest(), owner))});
    make();
  }

  void run_to(Epoch epoch) {
    while (node_.world.state.credits.epoch < epoch) node_.close_slot();
  }
  /// As a node makes it (actors/node_service_sessions.cpp).
  void make() {
    const auto now = node_.snapshot();
    const auto anchor = now->find_anchor(test::sample_manifest().session);
    ASSERT_HOLDS(anchor);
    ASSERT_TRUE(anchor->has_value());
    const Height height = (*anchor)->leaf.height;
    const auto changes = handovers(*now, node_.world.chain.params(), height);
    ASSERT_HOLDS(changes);
    bundle_.genesis = node_.world.chain.genesis;
    bundle_.manifest = BoundedBytes<kMaxManifestBytes>(anchoring::encode_manifest(test::sample_manifest()));
    bundle_.handovers = decltype(bundle_.handovers)(*changes);
    for (Handover& handover : bundle_.handovers)
      for (Validator& member : handover.next.members) member.name.clear();
    bundle_.leaf = (*anchor)->leaf;
    bundle_.leaf_index = (*anchor)->leaf_index;
    bundle_.header = now->block_row(height)->header;
    bundle_.certificate = *now->certificate_of(height);
    const auto path = merkle::log_inclusion_proof(
        [&](std::uint8_t level, std::uint64_t index) { return now->log_node(level, index); }, bundle_.leaf_index,
        bundle_.header.anchor_log_size);
    ASSERT_HOLDS(path);
    bundle_.inclusion = decltype(bundle_.inclusion)(*path);
  }
  /// The fault with which it is refused after `change`; absent: accepted.
  template <class Change>
  std::optional<Fault> after(Change change) const {
    Bundle broken = bundle_;
    change(broken);
    const auto report = anchoring::verify_bundle(scheme(), codec::encode(broken), node_.world.chain.genesis_hash, {});
    return report.refused ? std::optional(report.refused->fault) : std::nullopt;
  }

  StoredChain node_{4, Profile::test};
  Bundle bundle_;
};

TEST_F(HandoverBundle, is_verified_from_the_genesis_alone) {
  ASSERT_EQ(bundle_.handovers.size(), 2u);
  const auto built = anchoring::build_bundle(scheme(), bundle_);
  ASSERT_HOLDS(built);
  const auto report = anchoring::verify_bundle(scheme(), *built, node_.world.chain.genesis_hash, {});
  ASSERT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_TRUE(report.tied);
  std::size_t handed = 0;
  for (const auto& finding : report.proved) handed += finding.claim == anchoring::Claim::handover ? 1 : 0;
  EXPECT_EQ(handed, 2u);
  EXPECT_NE(bundle_.header.validators_hash, node_.world.chain.header.validators_hash);
}

TEST_F(HandoverBundle, without_one_of_its_handovers_is_refused) {
  EXPECT_EQ(after([](Bundle&) {}), std::nullopt);
  EXPECT_EQ(after([](Bundle& b) { b.handovers.clear(); }), Fault::bundle_header);
  EXPECT_EQ(after([](Bundle& b) { b.handovers.erase(b.handovers.begin()); }), Fault::bundle_header);
  EXPECT_EQ(after([](Bundle& b) { b.handovers.pop_back(); }), Fault::bundle_header);
  EXPECT_EQ(after([](Bundle& b) { std::swap(b.handovers[0], b.handovers[1]); }), Fault::bundle_header);
  EXPECT_EQ(after([](Bundle& b) { b.handovers.push_back(b.handovers[1]); }), Fault::bundle_header);
}

TEST_F(HandoverBundle, with_another_set_is_refused) {
  const auto set = [](auto change) { return [change](Bundle& b) { change(b.handovers[0].next); }; };
  EXPECT_EQ(after(set([](ValidatorSet& s) { s.members.pop_back(); })), Fault::bundle_header);
  EXPECT_EQ(after(set([](ValidatorSet& s) { s.quorum_rule = QuorumRule::two_thirds; })), Fault::bundle_header);
  EXPECT_EQ(after(set([](ValidatorSet& s) { s.members[0].vrf_key = s.members[1].vrf_key; })), Fault::bundle_header);
  EXPECT_EQ(after(set([](ValidatorSet& s) { s.members[0].name = BoundedString<64>("x"); })), Fault::bundle_header);
  EXPECT_EQ(after(set([](ValidatorSet& s) { std::swap(s.members[0], s.members[1]); })), Fault::bundle_header);
  EXPECT_EQ(after([](Bundle& b) { b.handovers[0].next = b.handovers[1].next; }), Fault::bundle_header);
}

TEST_F(HandoverBundle, with_a_certificate_of_another_set_or_too_few_is_refused) {
  EXPECT_EQ(after([](Bundle& b) { b.handovers[1].certificate = b.handovers[0].certificate; }),
            Fault::bundle_certificate);
  EXPECT_EQ(after([](Bundle& b) { b.handovers[0].certificate.signatures.resize(2); }), Fault::bundle_certificate);
  EXPECT_EQ(after([](Bundle& b) { b.handovers[0].header.time += 1; }), Fault::bundle_certificate);
  EXPECT_EQ(after([](Bundle& b) { b.certificate = b.handovers[1].certificate; }), Fault::bundle_certificate);
}

// Those who left may sign what they like: nothing after their last block counts.
TEST_F(HandoverBundle, signed_by_those_who_left_is_refused) {
  const ValidatorSet& former = node_.world.chain.genesis.validators;
  const auto resign = [&](Bundle& b) {
    b.certificate.signatures.clear();
    for (std::uint32_t i = 0; i < former.size(); ++i)
      b.certificate.signatures.push_back(
          {i, node_.world
                  .vote(fixtures::number_of(former.members[i].address), VoteStep::precommit, b.header.height,
                        b.certificate.round, b.certificate.block)
                  .signature});
  };
  EXPECT_EQ(after(resign), Fault::bundle_certificate);
}

}  // namespace
}  // namespace lucid::storage
