#include "core/crypto/verifier.hpp"

#include <gtest/gtest.h>
#include <set>

#include "tests/fixtures/sample_chain.hpp"

namespace lucid::crypto {
namespace {

class VerifierTest : public testing::Test {
 protected:
  const SignatureScheme& scheme_ = secp256k1_scheme();
  test::Members members_{{1, 2, 3, 4}};
  ChainIdentity chain_{1337, test::filled(0x42)};
  Verifier verifier_{scheme_, chain_};
  SigningKey account_ = test::small_key<SigningKey>(9);

  SigningKey key_of(std::size_t index) const { return test::small_key<SigningKey>(members_.numbers[index]); }

  Vote vote(VoteStep step = VoteStep::prevote, std::optional<Hash256> block = test::filled(7)) const {
    Vote vote;
    vote.step = step;
    vote.height = 12;
    vote.round = 1;
    vote.block = block;
    vote.voter = members_.set.members[2].address;
    vote.signature = scheme_.sign(key_of(2), vote_digest(chain_, vote));
    return vote;
  }
  Proposal proposal() const {
    Proposal proposal;
    proposal.height = 12;
    proposal.round = 3;
    proposal.block = test::filled(7);
    proposal.valid_round = 1;
    proposal.proposer = members_.set.members[1].address;
    proposal.signature = scheme_.sign(key_of(1), proposal_digest(chain_, proposal));
    return proposal;
  }
  Transaction transaction() const {
    Transaction transaction;
    transaction.chain_id = 1337;
    transaction.nonce = 5;
    transaction.valid_until_height = 99;
    transaction.operation = Data{BoundedString<64>("name"), BoundedBytes<4096>{1, 2, 3}};
    sign(transaction);
    return transaction;
  }
  void sign(Transaction& transaction) const {
    transaction.signature = scheme_.sign_recoverable(account_, transaction_digest(chain_, transaction));
  }
  Address account_address() const { return scheme_.address(scheme_.public_key(account_).value()).value(); }
  Certificate certificate(const std::vector<std::uint32_t>& signers) const {
    Certificate certificate;
    certificate.height = 12;
    certificate.round = 2;
    certificate.block = test::filled(7);
    for (std::uint32_t signer : signers) {
      Vote vote;
      vote.step = VoteStep::precommit;
      vote.height = 12;
      vote.round = 2;
      vote.block = certificate.block;
      certificate.signatures.push_back({signer, scheme_.sign(key_of(signer), vote_digest(chain_, vote))});
    }
    return certificate;
  }
  Error certificate_refusal(const Certificate& certificate) const {
    const auto verified = verifier_.verify(certificate, 12, test::filled(7), members_.set);
    EXPECT_FALSE(verified);
    return verified ? Error{} : verified.error();
  }
};

TEST_F(VerifierTest, AMembersVoteIsVerified) {
  EXPECT_EQ(*verifier_.verify(vote(), members_.set).value(), vote());
  EXPECT_TRUE(verifier_.verify(vote(VoteStep::precommit, std::nullopt), members_.set));
}

TEST_F(VerifierTest, AVoteOfSomeoneOutsideTheSetIsRefused) {
  Vote stranger = vote();
  stranger.voter = account_address();
  EXPECT_EQ(verifier_.verify(stranger, members_.set).error().fault, Fault::vote_not_member);
}

TEST_F(VerifierTest, EverySignedFieldOfAVoteIsBound) {
  const auto refused = [&](auto change) {
    Vote changed = vote();
    change(changed);
    return verifier_.verify(changed, members_.set).error().fault;
  };
  EXPECT_EQ(refused([](Vote& v) { v.step = VoteStep::precommit; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Vote& v) { ++v.height; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Vote& v) { ++v.round; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Vote& v) { v.block.reset(); }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Vote& v) { v.block->data[0] ^= 1; }), Fault::signature_invalid);
  EXPECT_EQ(refused([&](Vote& v) { v.voter = members_.set.members[3].address; }), Fault::signature_invalid);
}

TEST_F(VerifierTest, TheReasonOfANilVoteIsNotSigned) {
  Vote nil = vote(VoteStep::prevote, std::nullopt);
  nil.reason = NilReason::rejected;
  EXPECT_TRUE(verifier_.verify(nil, members_.set));
}

TEST_F(VerifierTest, AVoteForAnotherChainOrGenesisIsRefused) {
  const Verifier other_id(scheme_, {1338, chain_.genesis_hash}), other_genesis(scheme_, {1337, test::filled(0x43)});
  EXPECT_EQ(other_id.verify(vote(), members_.set).error().fault, Fault::signature_invalid);
  EXPECT_EQ(other_genesis.verify(vote(), members_.set).error().fault, Fault::signature_invalid);
}

TEST_F(VerifierTest, AProposalBindsEachOfItsFields) {
  EXPECT_TRUE(verifier_.verify(proposal(), members_.set));
  const auto refused = [&](auto change) {
    Proposal changed = proposal();
    change(changed);
    return verifier_.verify(changed, members_.set).error().fault;
  };
  EXPECT_EQ(refused([](Proposal& p) { ++p.height; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Proposal& p) { ++p.round; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Proposal& p) { p.block.data[0] ^= 1; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Proposal& p) { p.valid_round.reset(); }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Proposal& p) { p.valid_round = 0; }), Fault::signature_invalid);
  EXPECT_EQ(refused([](Proposal& p) { p.proposer = Address{}; }), Fault::vote_not_member);
}

TEST_F(VerifierTest, AQuorumOfPrecommitsIsACertificate) {
  EXPECT_TRUE(verifier_.verify(certificate({0, 1, 3}), 12, test::filled(7), members_.set));
  EXPECT_TRUE(verifier_.verify(certificate({0, 1, 2, 3}), 12, test::filled(7), members_.set));
}

TEST_F(VerifierTest, ACertificateIsRefusedForWhatIsWrongWithIt) {
  EXPECT_EQ(certificate_refusal(certificate({0, 3})).field, "certificate.signatures");
  EXPECT_EQ(certificate_refusal(certificate({})).field, "certificate.signatures");
  EXPECT_EQ(certificate_refusal(certificate({0, 3, 1})).field, "certificate.signatures[2].validator");
  EXPECT_EQ(certificate_refusal(certificate({0, 1, 1})).field, "certificate.signatures[2].validator");
  Certificate outside = certificate({0, 1, 3});
  outside.signatures[2].validator = 4;
  EXPECT_EQ(certificate_refusal(outside).field, "certificate.signatures[2].validator");
  Certificate false_one = certificate({0, 1, 3});
  false_one.signatures[2].signature = false_one.signatures[1].signature;
  EXPECT_EQ(certificate_refusal(false_one).field, "certificate.signatures[2].signature");
  Certificate surplus = certificate({0, 1, 2, 3});
  surplus.signatures[3].signature = Signature{};
  EXPECT_EQ(certificate_refusal(surplus).field, "certificate.signatures[3].signature") << "beyond the quorum too";
  Certificate other_round = certificate({0, 1, 3});
  ++other_round.round;
  EXPECT_EQ(certificate_refusal(other_round).field, "certificate.signatures[0].signature");
  Certificate other_height = certificate({0, 1, 3});
  ++other_height.height;
  EXPECT_EQ(certificate_refusal(other_height).field, "certificate.height");
  Certificate other_block = certificate({0, 1, 3});
  other_block.block.data[0] ^= 1;
  EXPECT_EQ(certificate_refusal(other_block).field, "certificate.block");
  EXPECT_EQ(certificate_refusal(other_block).fault, Fault::block_certificate);
}

TEST_F(VerifierTest, PrevotesMakeNoCertificate) {
  Certificate prevotes = certificate({0, 1, 3});
  for (auto& entry : prevotes.signatures) {
    Vote vote;
    vote.height = 12;
    vote.round = 2;
    vote.block = prevotes.block;
    entry.signature = scheme_.sign(key_of(entry.validator), vote_digest(chain_, vote));
  }
  EXPECT_EQ(certificate_refusal(prevotes).field, "certificate.signatures[0].signature");
}

TEST_F(VerifierTest, NobodyIsNoQuorum) {
  const ValidatorSet nobody;
  Certificate empty = certificate({});
  EXPECT_EQ(verifier_.verify(empty, 12, test::filled(7), nobody).error().fault, Fault::block_certificate);
}

// Wrong: 2f+1 where n is not 3f+1.
TEST_F(VerifierTest, TheQuorumOfSixIsFive) {
  const test::Members six({1, 2, 3, 4, 5, 6});
  Header header;
  header.height = 12;
  const auto four = six.certify(chain_, header, {0, 1, 2, 3}), five = six.certify(chain_, header, {0, 1, 2, 3, 4});
  EXPECT_FALSE(verifier_.verify(four, 12, header_hash(header), six.set));
  EXPECT_TRUE(verifier_.verify(five, 12, header_hash(header), six.set));
}

TEST_F(VerifierTest, ATransactionLeadsToItsSenderAndId) {
  const Bytes encoded = codec::encode(transaction());
  const auto verified = verifier_.verify(encoded);
  ASSERT_TRUE(verified) << to_text(verified.error());
  EXPECT_EQ((*verified)->sender, account_address());
  EXPECT_EQ((*verified)->transaction, transaction());
  EXPECT_EQ((*verified)->id, transaction_id(encoded));
  EXPECT_EQ(static_cast<const Bytes&>((*verified)->encoded), encoded);
}

TEST_F(VerifierTest, EveryFlippedByteOfATransactionLeadsElsewhereOrNowhere) {
  const Bytes encoded = codec::encode(transaction());
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    Bytes broken = encoded;
    broken[at] ^= 1;
    const auto verified = verifier_.verify(broken);
    EXPECT_TRUE(!verified || (*verified)->sender != account_address()) << at;
  }
}

TEST_F(VerifierTest, ATransactionOfAnotherChainIsRefusedBeforeItsSignature) {
  Transaction other = transaction();
  other.chain_id = 1;
  other.signature = {};
  EXPECT_EQ(verifier_.verify(codec::encode(other)).error().fault, Fault::transaction_chain);
}

TEST_F(VerifierTest, ATransactionOverTheBoundIsRefusedUnread) {
  const Bytes large(kMaxTransactionBytes + 1);
  EXPECT_EQ(verifier_.verify(large).error().fault, Fault::transaction_size);
}

TEST_F(VerifierTest, ATransactionThatIsNotCanonicalIsRefused) {
  Bytes encoded = codec::encode(transaction());
  encoded.push_back(0);
  EXPECT_EQ(verifier_.verify(encoded).error().fault, Fault::decode_trailing);
  EXPECT_EQ(verifier_.verify({}).error().fault, Fault::decode_truncated);
}

TEST_F(VerifierTest, ASignatureThatLeadsToNobodyIsRefused) {
  Transaction broken = transaction();
  broken.signature = {};
  EXPECT_EQ(verifier_.verify(codec::encode(broken)).error().fault, Fault::transaction_signature);
  broken = transaction();
  broken.signature.data[64] = 27;
  EXPECT_EQ(verifier_.verify(codec::encode(broken)).error().fault, Fault::transaction_signature);
}

TEST_F(VerifierTest, TheOwnersSignatureIsByTheOwner) {
  AnchorSession anchor;
  anchor.session = SessionId{};
  anchor.owner = account_address();
  anchor.chunk_count = 3;
  EXPECT_EQ(verifier_.verify_user_signature(anchor).error().fault, Fault::user_signature_invalid) << "none";
  anchor.user_signature = scheme_.sign_recoverable(account_, user_anchor_digest(chain_, anchor));
  EXPECT_TRUE(verifier_.verify_user_signature(anchor));
  AnchorSession changed = anchor;
  changed.chunk_count = 4;
  EXPECT_EQ(verifier_.verify_user_signature(changed).error().fault, Fault::user_signature_invalid);
  changed = anchor;
  changed.user_signature->data[64] = 2;
  EXPECT_EQ(verifier_.verify_user_signature(changed).error().fault, Fault::user_signature_invalid);
  changed = anchor;
  changed.owner = members_.set.members[0].address;
  EXPECT_EQ(verifier_.verify_user_signature(changed).error().fault, Fault::user_signature_invalid);
}

TEST_F(VerifierTest, NoDigestOfOneKindIsThatOfAnother) {
  Vote precommit = vote(VoteStep::precommit);
  Proposal plain = proposal();
  plain.round = 1;
  plain.valid_round.reset();
  std::set<Hash256> digests{vote_digest(chain_, vote()),
                            vote_digest(chain_, precommit),
                            proposal_digest(chain_, plain),
                            approve_digest(chain_, test::filled(7)),
                            transaction_digest(chain_, transaction()),
                            user_anchor_digest(chain_, AnchorSession{})};
  EXPECT_EQ(digests.size(), 6u);
}

TEST_F(VerifierTest, TheSetsHashCoversKeysOrderAndRuleButNoNames) {
  const Hash256 hash = validators_hash(members_.set);
  ValidatorSet renamed = members_.set;
  renamed.members[0].name = BoundedString<64>("another");
  EXPECT_EQ(validators_hash(renamed), hash);
  ValidatorSet reordered = members_.set;
  std::swap(reordered.members[0], reordered.members[1]);
  EXPECT_NE(validators_hash(reordered), hash);
  ValidatorSet rule = members_.set;
  rule.quorum_rule = QuorumRule::two_thirds;
  EXPECT_NE(validators_hash(rule), hash);
  ValidatorSet keys = members_.set;
  keys.members[0].tls_key.data[0] ^= 1;
  EXPECT_NE(validators_hash(keys), hash);
}

}  // namespace
}  // namespace lucid::crypto
