#include "core/ledger/chain.hpp"

#include <gtest/gtest.h>

#include "core/crypto/tagged_hash.hpp"
#include "core/merkle/tree.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::kStart;
using fixtures::SmallChain;

TEST(GenesisBlock, says_what_section_2_asks) {
  const SmallChain world(3);
  const Header& header = world.chain.header;
  EXPECT_EQ(header.height, 0u);
  EXPECT_EQ(header.time, kStart);
  EXPECT_EQ(header.slot, Slot{0});
  EXPECT_TRUE(header.previous_hash.is_zero());
  EXPECT_TRUE(header.proposer.is_zero());
  EXPECT_EQ(header.state_digest, world.chain.genesis_hash);
  EXPECT_EQ(header.seed, crypto::tagged_hash("lucid/seed/v1", world.chain.genesis_hash));
  EXPECT_EQ(header.transactions_root, merkle::empty_root());
  EXPECT_EQ(header.anchor_log_root, merkle::empty_root());
  EXPECT_EQ(header.validators_hash, header.next_validators_hash);
  EXPECT_EQ(header.vrf_proof, std::nullopt);
  EXPECT_EQ(world.chain.hash, crypto::header_hash(header));
}

TEST(GenesisBlock, a_mainnet_chain_begins_in_a_late_and_partial_epoch) {
  const SmallChain world(3, Profile::mainnet);
  EXPECT_EQ(world.chain.header.slot, *slots::slot_at(world.chain.params(), kStart));
  EXPECT_GT(world.state.credits.epoch, Epoch{500});
  EXPECT_EQ(world.state.credits.epoch, slots::epoch_of(world.chain.params(), world.chain.header.slot));
}

TEST(GenesisBlock, another_genesis_is_another_chain) {
  Genesis genesis = fixtures::make_genesis(3);
  genesis.params.chain_id = 7;
  const SmallChain other(genesis);
  const SmallChain world(3);
  EXPECT_NE(other.chain.genesis_hash, world.chain.genesis_hash);
  EXPECT_NE(other.chain.hash, world.chain.hash);
}

TEST(GenesisBlock, a_refused_genesis_makes_no_chain) {
  Genesis genesis = fixtures::make_genesis(3);
  genesis.params.epoch_slots = 6;
  const auto chain = make_chain(genesis, crypto::secp256k1_scheme());
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().field, "epoch_slots");
}

TEST(ChainState, survives_being_stored) {
  SmallChain world(4);
  world.grow({world.next(1, fixtures::anchor_of(1))});
  world.close_slot();
  world.close_slot();
  const Bytes stored = codec::encode(world.state);
  const auto read = codec::decode<ChainState>(stored, "state");
  ASSERT_TRUE(read) << to_text(read.error());
  EXPECT_EQ(*read, world.state);
  EXPECT_EQ(codec::encode(genesis_state(world.chain)),
            codec::encode(*codec::decode<ChainState>(codec::encode(genesis_state(world.chain)))));
}

TEST(ChainState, of_four_validators_fits_a_page_of_the_database) {
  SmallChain world(4);
  for (std::uint32_t i = 0; i < 25; ++i) {
    world.grow({world.next(1, fixtures::anchor_of(i))});
    world.close_slot();
  }
  EXPECT_LT(codec::encode(world.state).size(), 4'096u);
}

}  // namespace
}  // namespace lucid::ledger
