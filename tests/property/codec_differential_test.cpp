// The codec beside msgpack-cxx, which knows nothing of it: what one writes the other reads as the same.
#include <gtest/gtest.h>
#include <msgpack.hpp>

#include "core/codec/codec.hpp"
#include "tests/fixtures/noise.hpp"
#include "tests/fixtures/sample_chain.hpp"

namespace lucid::codec {
namespace {

// What a msgpack object says about a value, by the rules of core/codec/codec.hpp written a second time.
void same(const msgpack::object& object, std::uint64_t value) {
  ASSERT_EQ(object.type, msgpack::type::POSITIVE_INTEGER);
  EXPECT_EQ(object.via.u64, value);
}
void same(const msgpack::object& object, ByteView bytes) {
  ASSERT_EQ(object.type, msgpack::type::BIN);
  EXPECT_EQ(Bytes(object.via.bin.ptr, object.via.bin.ptr + object.via.bin.size), to_bytes(bytes));
}
void same_text(const msgpack::object& object, const std::string& text) {
  ASSERT_EQ(object.type, msgpack::type::STR);
  EXPECT_EQ(std::string(object.via.str.ptr, object.via.str.size), text);
}
const msgpack::object& at(const msgpack::object& array, std::size_t index, std::size_t count) {
  static const msgpack::object kNothing;
  EXPECT_EQ(array.type, msgpack::type::ARRAY);
  if (array.type != msgpack::type::ARRAY) return kNothing;
  EXPECT_EQ(array.via.array.size, count);
  return index < array.via.array.size ? array.via.array.ptr[index] : kNothing;
}

msgpack::object_handle read(const Bytes& bytes) {
  return msgpack::unpack(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

using Buffer = msgpack::sbuffer;

Bytes bytes_of(const Buffer& buffer) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(buffer.data());
  return Bytes(data, data + buffer.size());
}

void pack_binary(msgpack::packer<Buffer>& packer, ByteView bytes) {
  packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  packer.pack_bin_body(reinterpret_cast<const char*>(bytes.data()), static_cast<std::uint32_t>(bytes.size()));
}

const std::vector<std::uint64_t>& interesting_numbers() {
  static const auto numbers = [] {
    std::vector<std::uint64_t> out{0};
    for (int bit = 0; bit < 64; ++bit)
      for (std::uint64_t around : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}})
        out.push_back((std::uint64_t{1} << bit) + around);
    return out;
  }();
  return numbers;
}

TEST(CodecBesideMsgpack, NumbersAreTheSameBytes) {
  for (const std::uint64_t number : interesting_numbers()) {
    Buffer buffer;
    msgpack::packer<Buffer>(buffer).pack(number);
    EXPECT_EQ(encode(number), bytes_of(buffer)) << number;
    EXPECT_EQ(decode<std::uint64_t>(bytes_of(buffer)).value(), number);
  }
}

TEST(CodecBesideMsgpack, SignedNumbersAreTheSameBytes) {
  for (const std::uint64_t number : interesting_numbers()) {
    const auto value = static_cast<std::int64_t>(number);
    Buffer buffer;
    msgpack::packer<Buffer>(buffer).pack(value);
    Bytes ours;
    Encoder(ours).signed_integer(value);
    EXPECT_EQ(ours, bytes_of(buffer)) << value;
    const Bytes theirs = bytes_of(buffer);
    EXPECT_EQ(Decoder(theirs).signed_integer("n").value(), value);
  }
}

TEST(CodecBesideMsgpack, BytesAndTextOfEveryClassOfLengthAreTheSame) {
  using Binary = BoundedBytes<70'000>;
  using Text = BoundedString<70'000>;
  for (const std::size_t size : {0u, 1u, 31u, 32u, 255u, 256u, 65'535u, 65'536u}) {
    Buffer binary, text;
    const Bytes content = test::noise(size, size);
    msgpack::packer<Buffer> binary_packer(binary), text_packer(text);
    pack_binary(binary_packer, content);
    text_packer.pack(std::string(size, 'x'));
    EXPECT_EQ(encode(Binary(content)), bytes_of(binary)) << size;
    EXPECT_EQ(decode<Binary>(bytes_of(binary)).value(), Binary(content));
    EXPECT_EQ(encode(Text(std::string(size, 'x'))), bytes_of(text)) << size;
    EXPECT_EQ(decode<Text>(bytes_of(text)).value(), Text(std::string(size, 'x')));
  }
}

TEST(CodecBesideMsgpack, ArraysOfEveryClassOfLengthAreTheSame) {
  using List = BoundedList<std::uint64_t, 70'000>;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 65'535u, 65'536u}) {
    List list;
    for (std::size_t i = 0; i < size; ++i) list.push_back(interesting_numbers()[i % interesting_numbers().size()]);
    Buffer buffer;
    msgpack::packer<Buffer>(buffer).pack(static_cast<const std::vector<std::uint64_t>&>(list));
    EXPECT_EQ(encode(list), bytes_of(buffer)) << size;
    EXPECT_EQ(decode<List>(bytes_of(buffer)).value(), list);
  }
}

TEST(CodecBesideMsgpack, AHeaderReadsAsItsFieldsInOrder) {
  Header header = test::SampleBundle().bundle.header;
  header.vrf_proof = VrfProof{};
  const Bytes bytes = encode(header);
  const auto handle = read(bytes);
  const auto field = [&](std::size_t index) -> const msgpack::object& { return at(handle.get(), index, 18); };
  same(field(0), header.version);
  same(field(1), header.chain_id);
  same(field(2), header.height);
  same(field(3), header.slot.value);
  same(field(4), header.round);
  same(field(5), header.time);
  same(field(6), header.previous_hash.view());
  same(field(7), header.transactions_root.view());
  same(field(8), header.state_digest.view());
  same(field(9), header.anchor_log_root.view());
  same(field(10), header.anchor_log_size);
  same(field(11), header.validators_hash.view());
  same(field(12), header.next_validators_hash.view());
  same(field(13), header.seed.view());
  same(field(14), header.vrf_proof->view());
  same(field(15), header.last_commit_hash.view());
  same(field(16), header.evidence_hash.view());
  same(field(17), header.proposer.view());
}

TEST(CodecBesideMsgpack, ATransactionPackedByMsgpackIsRead) {
  Transaction transaction;
  transaction.chain_id = 1337;
  transaction.nonce = 300;
  transaction.valid_until_height = 70'000;
  transaction.operation = Data{BoundedString<64>("note"), BoundedBytes<4096>{1, 2, 3}};
  Buffer buffer;
  msgpack::packer<Buffer> packer(buffer);
  packer.pack_array(5);
  packer.pack(1337);
  packer.pack(300);
  packer.pack(70'000);
  packer.pack_array(2);
  packer.pack(4);  // data is the fourth operation
  packer.pack_array(2);
  packer.pack(std::string("note"));
  pack_binary(packer, Bytes{1, 2, 3});
  pack_binary(packer, transaction.signature);
  EXPECT_EQ(decode<Transaction>(bytes_of(buffer)).value(), transaction);
  EXPECT_EQ(encode(transaction), bytes_of(buffer));
}

TEST(CodecBesideMsgpack, AManifestReadsAsItsFilesAndChunks) {
  const Manifest manifest = test::sample_manifest();
  const Bytes bytes = encode(manifest);
  const auto handle = read(bytes);
  same(at(handle.get(), 0, 5), manifest.version);
  same(at(handle.get(), 1, 5), manifest.session.view());
  same(at(handle.get(), 2, 5), manifest.started_at);
  const auto& files = at(handle.get(), 3, 5);
  for (std::size_t i = 0; i < manifest.files.size(); ++i) {
    const auto& file = at(files, i, manifest.files.size());
    same_text(at(file, 0, 5), manifest.files[i].name);
    same(at(file, 1, 5), manifest.files[i].size_bytes);
    same(at(file, 2, 5), manifest.files[i].hash.view());
    same(at(file, 3, 5), manifest.files[i].first_chunk);
    same(at(file, 4, 5), manifest.files[i].chunk_count);
  }
  const auto& chunks = at(handle.get(), 4, 5);
  for (std::size_t i = 0; i < manifest.chunks.size(); ++i) {
    const auto& chunk = at(chunks, i, manifest.chunks.size());
    same(at(chunk, 0, 6), manifest.chunks[i].index);
    same(at(chunk, 1, 6), manifest.chunks[i].size_bytes);
    same(at(chunk, 2, 6), manifest.chunks[i].plain_size_bytes);
    same(at(chunk, 3, 6), static_cast<std::uint64_t>(manifest.chunks[i].form));
    same(at(chunk, 4, 6), manifest.chunks[i].hash.view());
    same(at(chunk, 5, 6), manifest.chunks[i].segment_root.view());
  }
}

// Strictness as a property: whatever the decoder takes, however damaged, encodes to the very bytes that it took.
TEST(CodecBesideMsgpack, WhateverIsAcceptedEncodesToTheSameBytes) {
  const std::vector<Bytes> kSeeds = {encode(test::SampleBundle(true).bundle), encode(test::sample_manifest()),
                                     encode(test::SampleBundle().bundle.header)};
  std::size_t accepted = 0, tried = 0;
  const Bytes dice = test::noise(30'000, 11);
  for (std::size_t i = 0; i + 3 <= dice.size(); i += 3, ++tried) {
    const std::size_t which = tried % kSeeds.size();
    Bytes mutant = kSeeds[which];
    mutant[(dice[i] * 256u + dice[i + 1]) % mutant.size()] = dice[i + 2];
    const auto again = [&](auto decoded) {
      if (!decoded) return;
      ++accepted;
      EXPECT_EQ(encode(*decoded), mutant);
    };
    if (which == 0) again(decode<Bundle>(mutant));
    if (which == 1) again(decode<Manifest>(mutant));
    if (which == 2) again(decode<Header>(mutant));
  }
  EXPECT_EQ(tried, 10'000u);
  EXPECT_GT(accepted, 1'000u) << "too few mutants lived to say anything";
}

}  // namespace
}  // namespace lucid::codec
