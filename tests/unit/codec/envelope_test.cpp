#include "core/codec/envelope.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "core/codec/codec.hpp"
#include "core/ledger/block_size.hpp"
#include "tests/fixtures/hex.hpp"
#include "tests/fixtures/peer_messages.hpp"

namespace lucid::codec {
namespace {

constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kHighestRound = std::numeric_limits<std::uint32_t>::max();

Error envelope_refusal(ByteView bytes) {
  const auto message = decode_envelope(bytes);
  EXPECT_FALSE(message) << "accepted " << to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 64)));
  return message ? Error{} : message.error();
}

std::string name_of(const PeerMessage& message) {
  return std::string(kind_name(kind_of(message)));
}

// ---- form

TEST(Envelope, EachKindReadsBackAndHasOneForm) {
  std::set<std::string> kinds;
  for (const auto& [name, message] : test::peer_messages()) {
    const Bytes bytes = encode_envelope(message);
    const auto again = decode_envelope(bytes);
    ASSERT_TRUE(again) << name << ": " << to_text(again.error());
    EXPECT_EQ(*again, message) << name;
    EXPECT_EQ(encode_envelope(*again), bytes) << name;
    EXPECT_EQ(peek_kind(bytes).value(), kind_of(message)) << name;
    EXPECT_EQ(bytes[0], 0x92) << name;
    EXPECT_EQ(bytes[1], static_cast<std::uint8_t>(kind_of(message))) << name;
    EXPECT_EQ(name.rfind(name_of(message), 0), 0u) << name << " is called " << name_of(message);
    kinds.insert(name_of(message));
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<PeerMessage>) << "each kind is among them";
}

TEST(Envelope, ATypeAndItsPlaceInTheVariantHaveOneNumber) {
  for (const auto& [name, message] : test::peer_messages())
    std::visit(
        [&, &name = name, &message = message](const auto& one) {
          EXPECT_EQ(encode_envelope(one), encode_envelope(message)) << name;
          EXPECT_EQ(encode_envelope(one), encode(message)) << name << " is a canonical variant";
        },
        message);
}

TEST(Envelope, AProposalOfPartsIsTheProposal) {
  const ProposalSent whole{test::proposal_again(), {test::precommit_sent()}, test::block_sent()};
  EXPECT_EQ(encode_proposal(whole.proposal, whole.prevotes, whole.block), encode_envelope(whole));
}

// From the msgpack specification: an array of two, the number of the kind, the message.
TEST(Envelope, SomeAreTheseBytesByHand) {
  EXPECT_EQ(to_hex(encode_envelope(Refused{RefusalReason::other_genesis})), "92029102");
  EXPECT_EQ(to_hex(encode_envelope(Ping{5})), "92039105");
  EXPECT_EQ(to_hex(encode_envelope(Pong{5, 300, 70'000, {DiskState::slow, 180}})), "92049405cd012cce000111709201ccb4");
  EXPECT_EQ(to_hex(encode_envelope(TipNotice{300})), "920b91cd012c");
  EXPECT_EQ(to_hex(encode_envelope(GetBlocks{301, 16})), "920c92cd012d10");
}

// ---- what is refused

TEST(Envelope, EveryTruncationIsRefused) {
  for (const auto& [name, message] : test::peer_messages()) {
    const Bytes bytes = encode_envelope(message);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      EXPECT_EQ(envelope_refusal(ByteView(bytes).first(length)).fault, Fault::decode_truncated)
          << name << " of " << length;
  }
}

TEST(Envelope, WhateverFollowsIsRefused) {
  for (const auto& [name, message] : test::peer_messages()) {
    Bytes bytes = encode_envelope(message);
    bytes.push_back(0xc0);
    EXPECT_EQ(envelope_refusal(bytes).fault, Fault::decode_trailing) << name;
  }
}

TEST(Envelope, AChangedByteIsRefusedOrIsAnotherMessageOfOneForm) {
  for (const auto& [name, message] : test::peer_messages()) {
    const Bytes bytes = encode_envelope(message);
    for (std::size_t place = 0; place < bytes.size(); ++place)
      for (const int change : {0x01, 0x80, 0xff}) {
        Bytes changed = bytes;
        changed[place] = static_cast<std::uint8_t>(changed[place] ^ change);
        const auto read = decode_envelope(changed);
        if (!read) continue;
        EXPECT_NE(*read, message) << name << " at " << place;
        EXPECT_EQ(encode_envelope(*read), changed) << name << " at " << place;
      }
  }
}

TEST(Envelope, AnUnknownKindIsNamed) {
  for (const auto& [hex, number] : {std::pair{"921091cd012c", "16"}, {"920091cd012c", "0"}, {"92ccff9105", "255"}}) {
    const Error error = envelope_refusal(test::bytes_of(hex));
    EXPECT_EQ(error.fault, Fault::decode_variant);
    EXPECT_EQ(error.expected, "a kind from 1 to 15");
    EXPECT_EQ(error.actual, number);
  }
}

TEST(Envelope, AnotherShapeIsRefused) {
  EXPECT_EQ(envelope_refusal({}).fault, Fault::decode_truncated);
  EXPECT_EQ(envelope_refusal(test::bytes_of("c0")).fault, Fault::decode_type);
  EXPECT_EQ(envelope_refusal(test::bytes_of("9103")).fault, Fault::decode_length);
  EXPECT_EQ(envelope_refusal(test::bytes_of("93039105c0")).fault, Fault::decode_bound);
  EXPECT_EQ(envelope_refusal(test::bytes_of("dc0002039105")).fault, Fault::decode_not_canonical);
  EXPECT_EQ(envelope_refusal(test::bytes_of("92cc039105")).fault, Fault::decode_not_canonical);
  EXPECT_EQ(envelope_refusal(test::bytes_of("920391cc05")).fault, Fault::decode_not_canonical);
  EXPECT_EQ(envelope_refusal(test::bytes_of("92039205c0")).fault, Fault::decode_bound) << "a field too many";
  EXPECT_EQ(envelope_refusal(test::bytes_of("920390c0")).fault, Fault::decode_length) << "a field too few";
  EXPECT_EQ(envelope_refusal(test::bytes_of("92029108")).fault, Fault::decode_variant) << "a reason that there is not";
  EXPECT_EQ(envelope_refusal(test::bytes_of("920391a135")).fault, Fault::decode_type);
  // Arrays in arrays, as deep as a frame goes: no type has that depth, and nothing recurses on input.
  Bytes deep{0x92, 0x06};
  deep.resize(1 << 20, 0x91);
  EXPECT_EQ(envelope_refusal(deep).fault, Fault::decode_length);
}

TEST(Envelope, ErrorsNameTheField) {
  const Error error = envelope_refusal(test::bytes_of("920c92cd012dc0"));
  EXPECT_EQ(error.field, "envelope.count");
}

// ---- bounds

TEST(Envelope, EachKindHasABoundThatItsBytesAloneDecide) {
  for (const auto& [name, message] : test::peer_messages()) {
    const PeerKind kind = kind_of(message);
    Bytes bytes{0x92, static_cast<std::uint8_t>(kind)};
    bytes.resize(max_bytes(kind), 0xc1);  // no value begins so
    EXPECT_EQ(peek_kind(bytes).value(), kind) << name;
    bytes.push_back(0xc1);
    const Error error = envelope_refusal(bytes);
    EXPECT_EQ(error.fault, Fault::decode_bound) << name;
    EXPECT_EQ(error.field, "envelope." + name_of(message));
    EXPECT_EQ(error.actual, std::to_string(bytes.size()));
  }
}

TEST(Envelope, SmallThingsHaveSmallBounds) {
  EXPECT_LE(max_bytes(PeerKind::hello), 1024u) << "what a connection may send before it is known";
  EXPECT_LE(max_bytes(PeerKind::refused), 1024u);
  EXPECT_LE(max_bytes(PeerKind::vote), 1024u);
  EXPECT_LE(max_bytes(PeerKind::tip_notice), 64u);
  for (std::uint8_t number = 1; number <= static_cast<std::uint8_t>(last_of(PeerKind{})); ++number)
    EXPECT_LE(max_bytes(static_cast<PeerKind>(number)), 4u * 1024 * 1024) << "fits a frame";
}

/// The largest of those with a fixed form.
std::vector<PeerMessage> largest_messages() {
  Hello hello = test::signed_hello();
  hello.protocol = kHighestRound;
  hello.chain_id = hello.height = kHighest;
  Vote vote = test::precommit_sent();
  vote.height = kHighest;
  vote.round = kHighestRound;
  Proposal proposal = test::proposal_again();
  proposal.height = kHighest;
  proposal.round = kHighestRound;
  proposal.valid_round = kHighestRound;
  const auto hash = test::counted<Hash256>(1);
  return {hello,
          Refused{last_of(RefusalReason{})},
          Ping{kHighest},
          Pong{kHighest, kHighest, kHighest, {last_of(DiskState{}), kHighestRound}},
          vote,
          BlockAsked{kHighest, hash},
          NewestRecordQuestion{kHighest},
          NewestRecordAnswer{kHighest, proposal, vote},
          TipNotice{kHighest},
          GetBlocks{kHighest, kHighestRound},
          ChunkAsked{hash, kHighest},
          ChunkPiece{hash, kHighest, kHighest, BoundedBytes<kChunkPieceBytes>(Bytes(kChunkPieceBytes))}};
}

TEST(Envelope, TheLargestOfEachFixedFormFits) {
  for (const PeerMessage& message : largest_messages()) {
    const auto again = decode_envelope(encode_envelope(message));
    ASSERT_TRUE(again) << to_text(again.error());
    EXPECT_EQ(*again, message) << name_of(message);
  }
}

/// As many bytes of transactions as make the encoded block `bytes` large.
Block block_of(std::size_t bytes) {
  Block block = test::block_sent();
  block.header.height = kHighest;
  block.transactions.clear();
  block.last_commit.signatures.assign(kMaxValidators, {127, test::counted<Signature>(1)});
  while (ledger::encoded_size(block) + kMaxTransactionBytes + 5 <= bytes)
    block.transactions.push_back(EncodedTransaction(Bytes(kMaxTransactionBytes, 7)));
  block.transactions.push_back(EncodedTransaction(Bytes(bytes - ledger::encoded_size(block) - 5, 7)));
  while (ledger::encoded_size(block) < bytes) block.transactions.back().push_back(7);
  while (ledger::encoded_size(block) > bytes) block.transactions.back().pop_back();
  return block;
}

TEST(Envelope, TheLargestBlockFitsAProposalWithAllPrevotes) {
  ProposalSent proposal{test::proposal_again(), {}, block_of(kMaxBlockBytes)};
  ASSERT_EQ(encode(proposal.block).size(), kMaxBlockBytes);
  Vote vote = test::precommit_sent();
  vote.height = kHighest;
  vote.round = kHighestRound;
  proposal.prevotes.assign(kMaxValidators, vote);
  const auto again = decode_envelope(encode_envelope(proposal));
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(std::get<ProposalSent>(*again), proposal);
}

TEST(Envelope, TheLargestAnswerFits) {
  // Blocks and certificates together have kMaxAnswerBytes, as whoever answers counts them.
  Blocks answer{kHighest, kHighest, {}};
  Certificate certificate = test::certificate_sent();
  certificate.height = kHighest;
  certificate.signatures.assign(kMaxValidators, {127, test::counted<Signature>(1)});
  const std::size_t each = kMaxAnswerBytes / kMaxBlocksPerAnswer - encode(certificate).size();
  answer.blocks.assign(kMaxBlocksPerAnswer, {block_of(each), certificate});
  const auto again = decode_envelope(encode_envelope(answer));
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(std::get<Blocks>(*again), answer);
}

TEST(Envelope, TheLargestOffersFit) {
  TransactionsOffered many, large;
  many.transactions.assign(kMaxOfferedTransactions, EncodedTransaction(Bytes(64, 7)));
  large.transactions.assign(2, EncodedTransaction(Bytes(kMaxTransactionBytes, 7)));
  large.transactions.push_back(EncodedTransaction(Bytes(kOfferedBytes - 2 * kMaxTransactionBytes, 7)));
  for (const TransactionsOffered& offered : {many, large}) {
    const auto again = decode_envelope(encode_envelope(offered));
    ASSERT_TRUE(again) << to_text(again.error());
    EXPECT_EQ(std::get<TransactionsOffered>(*again), offered);
  }
  many.transactions.push_back(EncodedTransaction(Bytes(64, 7)));
  EXPECT_EQ(envelope_refusal(encode_envelope(many)).fault, Fault::decode_bound);
}

}  // namespace
}  // namespace lucid::codec
