// The bytes of every encoding and the value of every hash, pinned in encodings.txt: "name hex" lines. They are what is
// signed and stored: a line that changes is another chain. LUCID_PRINT_ENCODINGS=1 prints the lines of this build.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <map>

#include "core/crypto/handshake.hpp"
#include "core/ledger/set_changes.hpp"
#include "core/types/sync.hpp"
#include "tests/fixtures/peer_messages.hpp"
#include "tests/fixtures/sample_chain.hpp"

namespace lucid {
namespace {

using Lines = std::vector<std::pair<std::string, Bytes>>;

using test::counted;

Vote golden_vote() {
  return {VoteStep::precommit,     300, 2, counted<Hash256>(0x10), counted<Address>(0x40), NilReason::none,
          counted<Signature>(0x80)};
}
Vote golden_nil_vote() {
  return {VoteStep::prevote,       300, 0, std::nullopt, counted<Address>(0x40), NilReason::timed_out,
          counted<Signature>(0x80)};
}
Proposal golden_proposal() {
  return {70'000, 3, counted<Hash256>(0x10), Round{1}, counted<Address>(0x40), counted<Signature>(0x80)};
}
Certificate golden_certificate() {
  Certificate certificate{5, 0, counted<Hash256>(0x10), {}};
  certificate.signatures.push_back({0, counted<Signature>(0x80)});
  certificate.signatures.push_back({3, counted<Signature>(0x90)});
  return certificate;
}
Validator golden_validator() {
  return {BoundedString<64>("pi-1"), counted<Address>(0x40), counted<ConsensusPublicKey>(0x02),
          counted<VrfPublicKey>(0x03), counted<TlsPublicKey>(0x50)};
}
AnchorSession golden_anchor() {
  return {counted<SessionId>(0x01),
          counted<Hash256>(0x10),
          1'700'000'000'123,
          counted<Address>(0x40),
          counted<Hash256>(0x60),
          counted<Hash256>(0x70),
          3,
          14'101,
          counted<RecoverableSignature>(0x80)};
}
AnchorSession bare_anchor() {
  AnchorSession anchor = golden_anchor();
  anchor.storage_root.reset();
  anchor.user_signature.reset();
  return anchor;
}
Transaction golden_transaction(Operation operation) {
  return {1337, 7, 1'000, std::move(operation), counted<RecoverableSignature>(0x20)};
}

/// Each operation of protocol.md section 7, in the order of their kinds.
std::vector<std::pair<std::string, Operation>> golden_operations() {
  const auto session = counted<SessionId>(0x01);
  return {
      {"anchor_session", golden_anchor()},
      {"anchor_session_bare", bare_anchor()},
      {"anchor_chunk", AnchorChunk{session, 2, counted<Hash256>(0x10)}},
      {"store_chunk_metadata", StoreChunkMetadata{session, 2, counted<Hash256>(0x10), 4'096}},
      {"data", Data{BoundedString<64>("name"), BoundedBytes<4096>{1, 2, 3}}},
      {"submit_task_proof", SubmitTaskProof{9, ProofType::storage_availability, BoundedBytes<64 * 1024>{4, 5}}},
      {"answer_sample", AnswerSample{9, ProofType::relay_bandwidth, BoundedBytes<96 * 1024>{6}}},
      {"evidence_votes", Evidence{golden_nil_vote(), golden_vote()}},
      {"evidence_proposals", Evidence{golden_proposal(), golden_proposal()}},
      {"update_validators_add", UpdateValidators{SetChange::add, counted<Address>(0x40), golden_validator(), 12}},
      {"update_validators_remove", UpdateValidators{SetChange::remove, counted<Address>(0x40), std::nullopt, 12}},
      {"update_owners", UpdateOwners{SetChange::add, {counted<Address>(0x11), counted<Address>(0x40)}}},
      {"approve", Approve{counted<Hash256>(0x10), counted<Address>(0x40), counted<Signature>(0x80)}},
  };
}

void add_messages(Lines& lines) {
  lines.emplace_back("vote", codec::encode(golden_vote()));
  lines.emplace_back("nil_vote", codec::encode(golden_nil_vote()));
  lines.emplace_back("proposal", codec::encode(golden_proposal()));
  lines.emplace_back("certificate", codec::encode(golden_certificate()));
  lines.emplace_back("validator", codec::encode(golden_validator()));
  for (const auto& [name, operation] : golden_operations()) {
    lines.emplace_back("operation." + name, codec::encode(operation));
    lines.emplace_back("transaction." + name, codec::encode(golden_transaction(operation)));
  }
}

Block golden_block(const test::SampleBundle& sample) {
  Block block{sample.bundle.header, {}, golden_certificate()};
  block.header.vrf_proof = counted<VrfProof>(0x02);
  block.transactions.push_back(EncodedTransaction(codec::encode(golden_transaction(bare_anchor()))));
  return block;
}

Blocks golden_blocks(const test::SampleBundle& sample) {
  Blocks blocks{5, 300, {}};
  blocks.blocks.push_back({golden_block(sample), golden_certificate()});
  return blocks;
}

/// What nodes say to each other to catch up.
void add_sync(Lines& lines, const test::SampleBundle& sample) {
  lines.emplace_back("tip_notice", codec::encode(TipNotice{300}));
  lines.emplace_back("get_blocks", codec::encode(GetBlocks{301, 16}));
  lines.emplace_back("blocks", codec::encode(golden_blocks(sample)));
  lines.emplace_back("blocks_none", codec::encode(Blocks{301, 300, {}}));
}

/// All that goes over a connection between nodes, each kind as one frame's payload.
void add_envelopes(Lines& lines) {
  for (const auto& [name, message] : test::peer_messages())
    lines.emplace_back("envelope." + name, codec::encode_envelope(message));
}

void add_chain(Lines& lines, const test::SampleBundle& sample) {
  const Block block = golden_block(sample);
  lines.emplace_back("header", codec::encode(sample.bundle.header));
  lines.emplace_back("header_with_vrf", codec::encode(block.header));
  lines.emplace_back("block", codec::encode(block));
  lines.emplace_back("genesis", codec::encode(sample.genesis));
  lines.emplace_back("manifest", codec::encode(test::sample_manifest()));
  lines.emplace_back("anchor_leaf", codec::encode(sample.bundle.leaf));
  lines.emplace_back("bundle", sample.bytes());
  lines.emplace_back("bundle_with_handover", test::SampleBundle(true, true).bytes());
}

void add_hashes(Lines& lines, const test::SampleBundle& sample) {
  const crypto::ChainIdentity chain{1337, counted<Hash256>(0xa0)};
  const auto add = [&](const char* name, const Hash256& hash) {
    lines.emplace_back(std::string("hash.") + name, to_bytes(hash));
  };
  add("header", crypto::header_hash(sample.bundle.header));
  add("genesis", crypto::genesis_hash(sample.genesis));
  add("validators", crypto::validators_hash(sample.genesis.validators));
  add("certificate", crypto::certificate_hash(golden_certificate()));
  add("transaction_id", crypto::transaction_id(codec::encode(golden_transaction(bare_anchor()))));
  add("prevote", crypto::vote_digest(chain, golden_nil_vote()));
  add("precommit", crypto::vote_digest(chain, golden_vote()));
  add("proposal", crypto::proposal_digest(chain, golden_proposal()));
  add("transaction", crypto::transaction_digest(chain, golden_transaction(bare_anchor())));
  add("user_anchor", crypto::user_anchor_digest(chain, bare_anchor()));
  add("approve", crypto::approve_digest(chain, counted<Hash256>(0x10)));
  add("handshake", crypto::handshake_digest(chain, 1, counted<Hash256>(0x10), counted<TlsPublicKey>(0x50)));
  const UpdateValidators added{SetChange::add, counted<Address>(0x40), golden_validator(), 12};
  const UpdateOwners admitted{SetChange::add, {counted<Address>(0x11), counted<Address>(0x40)}};
  add("change_validators", ledger::change_hash(Epoch{7}, added));
  add("change_owners", ledger::change_hash(Epoch{7}, admitted));
  ledger::ChangeSet changes;
  changes.set_steps.push_back({counted<Hash256>(0x10), ledger::SetStep::approved, counted<Address>(0x40), {}});
  changes.set_steps.push_back({counted<Hash256>(0x10), ledger::SetStep::counted, {}, Epoch{12}});
  changes.owners.push_back({Epoch{9}, admitted.owner, true});
  add("changes_of_sets", ledger::changes_hash(changes));
  add("anchor_leaf", anchoring::anchor_leaf_hash(sample.bundle.leaf));
  add("manifest", anchoring::manifest_hash(anchoring::encode_manifest(test::sample_manifest())));
  add("session_root", anchoring::session_root(test::sample_manifest()));
  add("storage_root", anchoring::storage_root(test::sample_manifest()));
}

Lines all_lines() {
  const test::SampleBundle sample;
  Lines lines;
  add_messages(lines);
  add_chain(lines, sample);
  add_sync(lines, sample);
  add_envelopes(lines);
  add_hashes(lines, sample);
  return lines;
}

TEST(Encodings, AreThePinnedBytes) {
  const Lines lines = all_lines();
  if (std::getenv("LUCID_PRINT_ENCODINGS") != nullptr)
    for (const auto& [name, bytes] : lines) std::cout << name << " " << to_hex(bytes) << "\n";
  std::map<std::string, std::string> pinned;
  std::ifstream file(std::string(LUCID_SOURCE_DIR) + "/tests/golden/encodings.txt");
  for (std::string name, hex; file >> name >> hex;) pinned[name] = hex;
  EXPECT_EQ(pinned.size(), lines.size());
  for (const auto& [name, bytes] : lines) EXPECT_EQ(to_hex(bytes), pinned[name]) << name;
}

TEST(Encodings, OfEveryTypeReadBack) {
  const test::SampleBundle sample;
  const auto reads_back = [](const auto& value) {
    using T = std::decay_t<decltype(value)>;
    const auto again = codec::decode<T>(codec::encode(value));
    ASSERT_TRUE(again) << to_text(again.error());
    EXPECT_EQ(*again, value);
  };
  reads_back(golden_vote());
  reads_back(golden_nil_vote());
  reads_back(golden_proposal());
  reads_back(golden_certificate());
  for (const auto& [name, operation] : golden_operations()) reads_back(golden_transaction(operation));
  reads_back(golden_block(sample));
  reads_back(golden_blocks(sample));
  reads_back(TipNotice{300});
  reads_back(GetBlocks{301, 16});
  reads_back(sample.genesis);
  reads_back(sample.bundle);
  reads_back(test::SampleBundle(true, true).bundle);
}

TEST(Encodings, KindsOfOperationsAreCountedFrom1InTheirOrder) {
  const std::vector<std::string> kKinds = {
      "anchor_session", "anchor_chunk", "store_chunk_metadata", "data",          "submit_task_proof",
      "answer_sample",  "evidence",     "update_validators",    "update_owners", "approve"};
  for (const auto& [name, operation] : golden_operations()) {
    const std::uint8_t kind = codec::encode(operation)[1];
    EXPECT_EQ(operation_name(operation), kKinds[kind - 1u]);
    EXPECT_EQ(name.rfind(kKinds[kind - 1u], 0), 0u) << name;
  }
}

// A certificate by hand, from the msgpack specification: an array of four, 5, 0, 32 bytes, an array of two pairs.
TEST(Encodings, ACertificateIsTheseBytesByHand) {
  std::string hex = "940500c420";
  for (int byte = 0x10; byte < 0x30; ++byte) hex += to_hex(Bytes{static_cast<std::uint8_t>(byte)});
  hex += "92";
  for (const auto& [index, first] : {std::pair{0, 0x80}, std::pair{3, 0x90}}) {
    hex += "92" + to_hex(Bytes{static_cast<std::uint8_t>(index)}) + "c440";
    for (int byte = first; byte < first + 64; ++byte) hex += to_hex(Bytes{static_cast<std::uint8_t>(byte)});
  }
  EXPECT_EQ(to_hex(codec::encode(golden_certificate())), hex);
}

// By hand as well: an answer without blocks is an array of three, from, tip and an empty array.
TEST(Encodings, AnAnswerWithoutBlocksIsTheseBytesByHand) {
  EXPECT_EQ(to_hex(codec::encode(Blocks{301, 300, {}})), "93cd012dcd012c90");
  EXPECT_EQ(to_hex(codec::encode(GetBlocks{301, 16})), "92cd012d10");
  EXPECT_EQ(to_hex(codec::encode(TipNotice{300})), "91cd012c");
}

TEST(Encodings, AnAnswerOfTooManyBlocksIsRefusedBeforeTheyAreRead) {
  const auto refused = codec::decode<Blocks>(parse_hex("93cd012dcd012c"
                                                       "dc0021",
                                                       "hex")
                                                 .value());
  EXPECT_EQ(refused.error().fault, Fault::decode_bound);
}

}  // namespace
}  // namespace lucid
