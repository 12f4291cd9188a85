#include "core/anchoring/bundle.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/sample_chain.hpp"

namespace lucid::anchoring {
namespace {

using test::SampleBundle;

const crypto::SignatureScheme& scheme() {
  return crypto::secp256k1_scheme();
}

BundleReport check(const SampleBundle& sample, const TrustedHash& trusted = {},
                   const std::vector<FileAtHand>& files = {}) {
  return verify_bundle(scheme(), sample.bytes(), trusted, files);
}

Fault fault_of(const BundleReport& report) {
  EXPECT_TRUE(report.refused) << "accepted";
  return report.refused ? report.refused->fault : Fault::internal;
}

std::vector<Claim> claims(const BundleReport& report) {
  std::vector<Claim> out;
  for (const Finding& finding : report.proved) out.push_back(finding.claim);
  return out;
}

bool mentions(const std::vector<std::string>& notes, std::string_view words) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST(Bundle, AGoodOneProvesEachThingInOrder) {
  const auto report = check(SampleBundle());
  ASSERT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_EQ(claims(report), (std::vector<Claim>{Claim::form, Claim::genesis, Claim::certificate, Claim::inclusion,
                                                Claim::manifest, Claim::chunks}));
  EXPECT_FALSE(report.tied);
  EXPECT_TRUE(mentions(report.notes, "valid, not tied to a genesis you trust"));
}

TEST(Bundle, AHandoverByTheOldSetMakesTheNewSetCount) {
  const auto report = check(SampleBundle(true));
  ASSERT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_EQ(claims(report)[2], Claim::handover);
}

TEST(Bundle, TheOwnersSignatureIsProvedWhereThereIsOne) {
  const auto report = check(SampleBundle(false, true));
  ASSERT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_EQ(claims(report)[4], Claim::owner_signature);
  EXPECT_TRUE(mentions(check(SampleBundle()).notes, "no signature of the owner"));
}

TEST(Bundle, ATrustedGenesisOrHeaderTiesIt) {
  const SampleBundle sample(true);
  for (const Hash256& trusted : {sample.chain.genesis_hash, crypto::header_hash(sample.bundle.header),
                                 crypto::header_hash(sample.bundle.handovers[0].header)}) {
    const auto report = check(sample, trusted);
    EXPECT_TRUE(report.holds());
    EXPECT_TRUE(report.tied);
  }
}

TEST(Bundle, OneOfAnotherChainIsRefused) {
  const auto report = check(SampleBundle(), test::filled(0x99));
  EXPECT_EQ(fault_of(report), Fault::bundle_genesis);
  EXPECT_FALSE(report.tied);
}

// Without a trusted hash: nothing but the bundle's own bonds can notice.
TEST(Bundle, EveryFlippedByteIsRefused) {
  for (const bool handed_over : {false, true}) {
    const Bytes good = SampleBundle(handed_over, true).bytes();
    ASSERT_TRUE(verify_bundle(scheme(), good, {}, {}).holds());
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const std::uint8_t mask : std::initializer_list<std::uint8_t>{0x01, 0x80, 0xff}) {
        Bytes broken = good;
        broken[at] = static_cast<std::uint8_t>(broken[at] ^ mask);
        const auto report = verify_bundle(scheme(), broken, {}, {});
        ASSERT_FALSE(report.holds()) << "byte " << at << " of " << good.size() << ", mask " << int{mask};
        ASSERT_FALSE(to_text(*report.refused).empty());
      }
    }
  }
}

TEST(Bundle, EveryShortenedOneAndAnythingBehindItIsRefused) {
  const Bytes good = SampleBundle().bytes();
  for (std::size_t size = 0; size < good.size(); ++size)
    ASSERT_EQ(fault_of(verify_bundle(scheme(), ByteView(good).first(size), {}, {})), Fault::bundle_form) << size;
  Bytes longer = good;
  longer.push_back(0xc0);
  EXPECT_EQ(fault_of(verify_bundle(scheme(), longer, {}, {})), Fault::bundle_form);
}

TEST(Bundle, AnotherVersionIsRefused) {
  SampleBundle sample;
  sample.bundle.version = 2;
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_form);
}

TEST(Bundle, LessThanAQuorumIsRefused) {
  SampleBundle sample;
  sample.bundle.certificate.signatures.pop_back();
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
}

TEST(Bundle, MoreThanAQuorumIsFine) {
  SampleBundle sample;
  sample.bundle.certificate = sample.members.certify(sample.chain, sample.bundle.header, {0, 1, 2, 3});
  EXPECT_TRUE(check(sample).holds());
}

TEST(Bundle, OneSignatureTwiceIsNoQuorum) {
  SampleBundle sample;
  auto& signatures = sample.bundle.certificate.signatures;
  signatures[2] = signatures[1];
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
}

TEST(Bundle, SignaturesOfPeopleOutsideTheSetAreRefused) {
  SampleBundle sample;
  const test::Members strangers({21, 22, 23, 24});
  sample.bundle.certificate = strangers.certify(sample.chain, sample.bundle.header, {0, 1, 2});
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
  sample.bundle.certificate.signatures[2].validator = 4;
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
}

TEST(Bundle, ACertificateOfAnotherBlockOrHeightIsRefused) {
  SampleBundle sample;
  Header other = sample.bundle.header;
  other.round = 1;
  sample.bundle.certificate = sample.members.certify(sample.chain, other, {0, 1, 2});
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
  SampleBundle higher;
  ++higher.bundle.certificate.height;
  EXPECT_EQ(fault_of(check(higher)), Fault::bundle_certificate);
}

TEST(Bundle, SignaturesForAnotherChainAreRefused) {
  SampleBundle sample;
  sample.chain.genesis_hash = test::filled(0x10);
  sample.sign(sample.members);
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
}

TEST(Bundle, AHeaderOfAnotherChainVersionOrSetIsRefusedThoughSigned) {
  SampleBundle other_chain;
  other_chain.bundle.header.chain_id = 1;
  other_chain.sign(other_chain.members);
  EXPECT_EQ(fault_of(check(other_chain)), Fault::bundle_header);
  SampleBundle other_version;
  other_version.bundle.header.version = 2;
  other_version.sign(other_version.members);
  EXPECT_EQ(fault_of(check(other_version)), Fault::bundle_header);
  SampleBundle other_set;
  other_set.bundle.header.validators_hash = test::filled(0x12);
  other_set.sign(other_set.members);
  EXPECT_EQ(fault_of(check(other_set)), Fault::bundle_header);
}

TEST(Bundle, TheNewSetWithoutItsHandoverIsRefused) {
  SampleBundle sample(true);
  sample.bundle.handovers.clear();
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_header);
}

TEST(Bundle, AHandoverSignedByTheNewSetItselfIsRefused) {
  SampleBundle sample(true);
  Handover& handover = sample.bundle.handovers[0];
  handover.certificate = sample.successors.certify(sample.chain, handover.header, {0, 1, 2, 3, 4});
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_certificate);
}

TEST(Bundle, AHandoverToASetThatTheHeaderDoesNotNameIsRefused) {
  SampleBundle sample(true);
  const test::Members strangers({21, 22, 23, 24}, false);
  sample.bundle.handovers[0].next = strangers.set;
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_header);
}

TEST(Bundle, NamesAndAddressesInAHandoverAreBound) {
  SampleBundle named(true);
  named.bundle.handovers[0].next.members[1].name = BoundedString<64>("eve");
  EXPECT_EQ(fault_of(check(named)), Fault::bundle_header);
  SampleBundle moved(true);
  moved.bundle.handovers[0].next.members[1].address.data[19] ^= 1;
  EXPECT_EQ(fault_of(check(moved)), Fault::bundle_header);
  SampleBundle swapped(true);
  std::swap(swapped.bundle.handovers[0].next.members[0], swapped.bundle.handovers[0].next.members[1]);
  EXPECT_EQ(fault_of(check(swapped)), Fault::bundle_header);
}

TEST(Bundle, HandoversOutOfOrderAreRefused) {
  SampleBundle sample(true);
  sample.bundle.handovers.push_back(sample.bundle.handovers[0]);
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_header);
  SampleBundle late(true);
  late.bundle.header.height = 11;
  late.sign(late.successors);
  EXPECT_EQ(fault_of(check(late)), Fault::bundle_header);
}

TEST(Bundle, AnEmptyOrFalseGenesisSetIsRefused) {
  SampleBundle sample;
  sample.bundle.genesis.validators.members.clear();
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_genesis);
  SampleBundle rule;
  rule.bundle.genesis.validators.quorum_rule = QuorumRule::two_thirds;
  EXPECT_EQ(fault_of(check(rule)), Fault::bundle_genesis);
}

TEST(Bundle, AnAnchorThatIsNotInTheLogIsRefused) {
  SampleBundle sample;
  sample.bundle.leaf.anchor.owner = Address{};
  EXPECT_EQ(fault_of(check(sample)), Fault::bundle_proof);
  SampleBundle moved;
  moved.bundle.leaf_index = 3;
  EXPECT_EQ(fault_of(check(moved)), Fault::bundle_proof);
  SampleBundle surplus;
  surplus.bundle.inclusion.push_back(test::filled(1));
  EXPECT_EQ(fault_of(check(surplus)), Fault::bundle_proof);
}

TEST(Bundle, AnAnchorFromTheFutureOrBeforeTheChainIsRefused) {
  for (const Height height : {Height{13}, Height{0}}) {
    SampleBundle sample;
    sample.bundle.leaf.height = height;
    sample.seal(sample.members);
    EXPECT_EQ(fault_of(check(sample)), Fault::bundle_proof) << height;
  }
}

TEST(Bundle, AnOwnersSignatureByAnotherIsRefused) {
  SampleBundle sample(false, true);
  sample.bundle.leaf.anchor.owner = sample.members.set.members[0].address;
  sample.seal(sample.members);
  EXPECT_EQ(fault_of(check(sample)), Fault::user_signature_invalid);
}

TEST(Bundle, AChainThatRequiresOwnersSignaturesIsHeldToIt) {
  SampleBundle sample;
  sample.bundle.genesis.params.user_signature_required = true;
  sample.chain.genesis_hash = crypto::genesis_hash(sample.bundle.genesis);
  sample.sign(sample.members);
  EXPECT_EQ(fault_of(check(sample)), Fault::user_signature_invalid);
}

TEST(Bundle, AnotherManifestIsRefused) {
  SampleBundle sample;
  Manifest other = test::sample_manifest();
  other.files[0].name = BoundedString<1024>("other.rec");
  sample.bundle.manifest = BoundedBytes<kMaxManifestBytes>(encode_manifest(other));
  EXPECT_EQ(fault_of(check(sample)), Fault::manifest_mismatch);
}

TEST(Bundle, AnAnchorWhoseFiguresAreNotItsManifestsIsRefused) {
  const auto refused = [](auto change) {
    SampleBundle sample;
    change(sample.bundle.leaf.anchor);
    sample.seal(sample.members);
    return fault_of(check(sample));
  };
  EXPECT_EQ(refused([](AnchorSession& a) { a.merkle_root = test::filled(7); }), Fault::manifest_mismatch);
  EXPECT_EQ(refused([](AnchorSession& a) { a.storage_root = test::filled(7); }), Fault::manifest_mismatch);
  EXPECT_EQ(refused([](AnchorSession& a) { a.chunk_count = 4; }), Fault::manifest_mismatch);
  EXPECT_EQ(refused([](AnchorSession& a) { ++a.total_size; }), Fault::manifest_mismatch);
  EXPECT_EQ(refused([](AnchorSession& a) { ++a.started_at; }), Fault::manifest_mismatch);
  EXPECT_EQ(refused([](AnchorSession& a) { a.session.data[0] ^= 1; }), Fault::manifest_mismatch);
}

TEST(Bundle, AManifestOfJsonVerifiesAndSaysWhatItCannotProve) {
  for (const std::string text : {R"({"chunk_count":3,"total_size":5})", "something of the recorder's own"}) {
    SampleBundle sample;
    sample.bundle.manifest = BoundedBytes<kMaxManifestBytes>(to_bytes(as_bytes(text)));
    sample.bundle.leaf.anchor.manifest_hash = crypto::sha256(as_bytes(text));
    sample.bundle.leaf.anchor.storage_root.reset();
    sample.seal(sample.members);
    const auto report = check(sample);
    ASSERT_TRUE(report.holds()) << to_text(*report.refused);
    EXPECT_TRUE(mentions(report.notes, "lists no chunk hashes"));
    EXPECT_EQ(claims(report).back(), Claim::manifest);
    EXPECT_EQ(fault_of(check(sample, {}, {{"notes.txt", 5, Hash256{}}})), Fault::file_differs);
  }
}

TEST(Bundle, FilesAreProvedByTheirContentUnderAnyName) {
  const SampleBundle sample;
  const auto& files = test::sample_manifest().files;
  const auto report = check(sample, {}, {{"/tmp/copy", files[1].size_bytes, files[1].hash}});
  ASSERT_TRUE(report.holds()) << to_text(*report.refused);
  EXPECT_EQ(claims(report).back(), Claim::file);
  EXPECT_TRUE(mentions(report.notes, "the session has 2 files; 1 given"));
}

TEST(Bundle, AFileThatDiffersIsRefusedByNameSizeOrHash) {
  const SampleBundle sample;
  const auto notes = test::sample_manifest().files[1];
  const auto refusal = [&](FileAtHand file) {
    const auto report = check(sample, {}, {std::move(file)});
    EXPECT_EQ(fault_of(report), Fault::file_differs);
    return report.refused ? to_text(*report.refused) : "";
  };
  EXPECT_NE(refusal({"there/notes.txt", 6, notes.hash}).find("expected 5 bytes, got 6"), std::string::npos);
  EXPECT_NE(refusal({"notes.txt", 5, test::filled(1)}).find("expected SHA-256 " + to_hex(notes.hash)),
            std::string::npos);
  EXPECT_NE(refusal({"letter.txt", 5, test::filled(1)}).find("not among its 2 files"), std::string::npos);
}

TEST(Bundle, BuildingEmptiesNamesOfHandoversAndRefusesWhatWouldNotVerify) {
  SampleBundle sample(true);
  sample.bundle.handovers[0].next.members[0].name = BoundedString<64>("a name");
  const auto built = build_bundle(scheme(), sample.bundle);
  ASSERT_TRUE(built) << to_text(built.error());
  EXPECT_TRUE(verify_bundle(scheme(), *built, sample.chain.genesis_hash, {}).tied);
  sample.bundle.leaf.height = 2;
  EXPECT_EQ(build_bundle(scheme(), sample.bundle).error().fault, Fault::bundle_proof);
}

TEST(Bundle, TheSameChecksInTheSameOrderGiveTheSameReport) {
  const auto once = check(SampleBundle(true, true)), again = check(SampleBundle(true, true));
  EXPECT_EQ(once.proved, again.proved);
  EXPECT_EQ(once.notes, again.notes);
}

}  // namespace
}  // namespace lucid::anchoring
