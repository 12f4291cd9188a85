#include "actors/runtime/wire.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>
#include <msgpack.hpp>

namespace lucid::actors {
namespace {

enum class Colour : std::uint8_t { red, green };
constexpr Colour last_of(Colour) {
  return Colour::green;
}

struct Inner {
  std::uint32_t number = 0;
  std::string words;
  bool operator==(const Inner&) const = default;
  LUCID_FIELDS(number, words)
};

}  // namespace

// Each kind of field that a message may have.
struct Everything {
  bool flag = false;
  std::uint8_t small = 0;
  std::uint64_t large = 0;
  std::int64_t negative = 0;
  Slot slot;
  Colour colour = Colour::red;
  FixedBytes<4, struct FourTag> fixed;
  Bytes bytes;
  BoundedBytes<3> few_bytes;
  std::string text;
  BoundedString<5> short_text;
  std::vector<Inner> list;
  BoundedList<std::uint64_t, 2> pair;
  std::map<std::string, std::uint64_t> by_name;
  std::optional<Inner> maybe, missing;
  std::variant<std::monostate, Inner, std::string> either;
  std::shared_ptr<const Inner> shared, nobody;
  Fault fault = Fault::internal;
  std::optional<Error> error;
  Result<Inner> good, bad = fail(Fault::chunk_size, "chunk", "more", "less");
  Status done;
  LUCID_FIELDS(flag, small, large, negative, slot, colour, fixed, bytes, few_bytes, text, short_text, list, pair,
               by_name, maybe, missing, either, shared, nobody, fault, error, good, bad, done)
};
struct Nothing {
  LUCID_FIELDS()
};
struct Newer {
  std::vector<std::map<std::string, std::uint64_t>> added;
  std::uint32_t number = 0;
  std::string words;
  LUCID_FIELDS(added, number, words)
};
struct Secret {
  int value = 0;
};
#define LUCID_WIRE_TEST_MESSAGES(X) X(Everything) X(Nothing)
LUCID_WIRE_TEST_MESSAGES(LUCID_MESSAGE)
LUCID_LOCAL_MESSAGE(Secret)
void add_wire_test_messages(caf::actor_system_config& config);
LUCID_DEFINE_MESSAGES(add_wire_test_messages, LUCID_WIRE_TEST_MESSAGES)

namespace {

Everything example() {
  Everything e;
  e.flag = true;
  e.small = 200;
  e.large = std::numeric_limits<std::uint64_t>::max();
  e.negative = std::numeric_limits<std::int64_t>::min();
  e.slot = Slot{77};
  e.colour = Colour::green;
  e.fixed.data = {1, 2, 3, 4};
  e.bytes = Bytes(300, 9);
  e.few_bytes = {1, 2, 3};
  e.text = std::string(70'000, 'x');
  e.short_text = "12345";
  e.list = {{1, "one"}, {2, "two"}};
  e.pair = {5, 6};
  e.by_name = {{"a", 1}, {"b", 2}};
  e.maybe = Inner{3, "three"};
  e.either = std::string("either");
  e.shared = std::make_shared<const Inner>(Inner{4, "four"});
  e.fault = Fault::storage_full;
  e.error = Error{Fault::chunk_size, "f", "e", "a"};
  e.good = Inner{5, "five"};
  return e;
}

void expect_same(const Everything& got, const Everything& want) {
  EXPECT_EQ(got.flag, want.flag);
  EXPECT_EQ(got.small, want.small);
  EXPECT_EQ(got.large, want.large);
  EXPECT_EQ(got.negative, want.negative);
  EXPECT_EQ(got.slot, want.slot);
  EXPECT_EQ(got.colour, want.colour);
  EXPECT_EQ(got.fixed, want.fixed);
  EXPECT_EQ(got.bytes, want.bytes);
  EXPECT_EQ(got.few_bytes, want.few_bytes);
  EXPECT_EQ(got.text, want.text);
  EXPECT_EQ(got.short_text, want.short_text);
  EXPECT_EQ(got.list, want.list);
  EXPECT_EQ(got.pair, want.pair);
  EXPECT_EQ(got.by_name, want.by_name);
  EXPECT_EQ(got.maybe, want.maybe);
  EXPECT_EQ(got.missing, want.missing);
  EXPECT_EQ(got.either, want.either);
  ASSERT_TRUE(got.shared);
  EXPECT_EQ(*got.shared, *want.shared);
  EXPECT_EQ(got.nobody, nullptr);
  EXPECT_EQ(got.fault, want.fault);
  EXPECT_EQ(got.error, want.error);
  ASSERT_TRUE(got.good);
  EXPECT_EQ(*got.good, *want.good);
  ASSERT_FALSE(got.bad);
  EXPECT_EQ(got.bad.error(), want.bad.error());
  EXPECT_TRUE(got.done);
}

TEST(MessageBytes, EachKindOfFieldComesBackTheSame) {
  const auto back = wire::decode<Everything>(wire::encode(example()));
  ASSERT_TRUE(back) << to_text(back.error());
  expect_same(*back, example());
}

TEST(MessageBytes, AreTheMsgpackMapThatOtherLibrariesRead) {
  const Bytes bytes = wire::encode(Inner{1'000, "words"});
  const auto handle = msgpack::unpack(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto map = handle.get().as<std::map<std::string, msgpack::object>>();
  ASSERT_EQ(map.size(), 2u);
  EXPECT_EQ(map.at("number").as<std::uint32_t>(), 1'000u);
  EXPECT_EQ(map.at("words").as<std::string>(), "words");
}

TEST(MessageBytes, OfAnotherLibraryAreRead) {
  msgpack::sbuffer buffer;
  msgpack::pack(buffer, std::map<std::string, std::string>{{"words", "w"}});
  msgpack::sbuffer both;
  msgpack::packer<msgpack::sbuffer> packer(both);
  packer.pack_map(2).pack(std::string("words")).pack(std::string("w")).pack(std::string("number")).pack_fix_uint64(7);
  const auto inner = wire::decode<Inner>({reinterpret_cast<const std::uint8_t*>(both.data()), both.size()});
  ASSERT_TRUE(inner) << to_text(inner.error());
  EXPECT_EQ(*inner, (Inner{7, "w"}));
}

TEST(MessageBytes, AFieldOfANewerVersionIsSkipped) {
  const auto inner = wire::decode<Inner>(wire::encode(Newer{{{{"x", 1}}, {{"y", 2}, {"z", 3}}}, 7, "w"}));
  ASSERT_TRUE(inner) << to_text(inner.error());
  EXPECT_EQ(*inner, (Inner{7, "w"}));
}

TEST(MessageBytes, AMissingFieldIsNamed) {
  const auto newer = wire::decode<Newer>(wire::encode(Inner{7, "w"}));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().fault, Fault::decode_length);
  EXPECT_EQ(newer.error().field, "added");
}

TEST(MessageBytes, AFieldThatStandsTwiceIsRefused) {
  Bytes bytes = {0x82};
  for (int i = 0; i < 2; ++i) {
    codec::Encoder(bytes).text("number");
    codec::Encoder(bytes).unsigned_integer(1);
  }
  const auto inner = wire::decode<Inner>(bytes);
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().fault, Fault::decode_not_canonical);
}

TEST(MessageBytes, CutAnywhereAreRefused) {
  Everything small = example();
  small.text = "short";
  const Bytes bytes = wire::encode(small);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(wire::decode<Everything>(ByteView(bytes).first(size))) << size;
}

TEST(MessageBytes, WithOneByteChangedNeverCrashAndNeverTrustASize) {
  Everything small = example();
  small.text = "short";
  Bytes bytes = wire::encode(small);
  std::size_t refused = 0, tried = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t original = bytes[i];
    for (const int other : {0x00, 0x7f, 0x8f, 0x9f, 0xc0, 0xc1, 0xc6, 0xcb, 0xcf, 0xdb, 0xdd, 0xdf, 0xff}) {
      bytes[i] = static_cast<std::uint8_t>(other);
      ++tried;
      if (!wire::decode<Everything>(bytes)) ++refused;
    }
    bytes[i] = original;
  }
  EXPECT_GT(tried, 5'000u);
  EXPECT_GT(refused, tried / 4);
}

template <class T>
Fault fault_of(const Bytes& bytes) {
  const auto value = wire::decode<T>(bytes);
  EXPECT_FALSE(value);
  return value ? Fault::internal : value.error().fault;
}

TEST(MessageBytes, WhatFollowsIsRefused) {
  Bytes bytes = wire::encode(Inner{});
  bytes.push_back(0xc0);
  EXPECT_EQ(fault_of<Inner>(bytes), Fault::decode_trailing);
}

TEST(MessageBytes, NumbersBeyondTheirFieldAreRefused) {
  EXPECT_EQ(fault_of<std::uint8_t>(wire::encode(std::uint64_t{256})), Fault::decode_range);
  EXPECT_EQ(fault_of<std::int8_t>(wire::encode(std::int64_t{-129})), Fault::decode_range);
  EXPECT_EQ(fault_of<std::int64_t>(wire::encode(std::uint64_t{1} << 63)), Fault::decode_range);
  EXPECT_EQ(fault_of<std::uint64_t>(wire::encode(std::int64_t{-1})), Fault::decode_type);
  EXPECT_EQ(fault_of<Colour>(wire::encode(std::uint64_t{2})), Fault::decode_range);
}

TEST(MessageBytes, BoundsOfATypeHold) {
  EXPECT_EQ(fault_of<BoundedBytes<3>>(wire::encode(Bytes(4))), Fault::decode_bound);
  EXPECT_EQ(fault_of<BoundedString<3>>(wire::encode(std::string("four"))), Fault::decode_bound);
  EXPECT_EQ((fault_of<BoundedList<bool, 1>>(wire::encode(Bytes{}))), Fault::decode_type);
  EXPECT_EQ((fault_of<BoundedList<std::uint64_t, 1>>(wire::encode(std::vector<std::uint64_t>{1, 2}))),
            Fault::decode_bound);
  EXPECT_EQ((fault_of<FixedBytes<4, struct FourTag>>(wire::encode(Bytes(3)))), Fault::size_wrong);
}

TEST(MessageBytes, ASizeThatTheBytesCannotHoldIsRefusedBeforeAnythingIsAllocated) {
  EXPECT_EQ(fault_of<Bytes>({0xc6, 0x00, 0x03, 0xff, 0xff}), Fault::decode_truncated);
  EXPECT_EQ(fault_of<Bytes>({0xc6, 0xff, 0xff, 0xff, 0xff}), Fault::decode_bound);
  EXPECT_EQ(fault_of<std::vector<std::uint64_t>>({0xdd, 0x00, 0x00, 0xff, 0xff}), Fault::decode_truncated);
  EXPECT_EQ(fault_of<std::vector<std::uint64_t>>({0xdd, 0xff, 0xff, 0xff, 0xff}), Fault::decode_bound);
  EXPECT_EQ(fault_of<Inner>({0xdf, 0xff, 0xff, 0xff, 0xff}), Fault::decode_truncated);
}

TEST(MessageBytes, NestingBeyondTheLimitIsRefused) {
  using L4 = std::vector<std::vector<std::vector<std::vector<std::uint64_t>>>>;
  using L16 = std::vector<std::vector<std::vector<std::vector<
      std::vector<std::vector<std::vector<std::vector<std::vector<std::vector<std::vector<std::vector<L4>>>>>>>>>>>>;
  Bytes sixteen(15, 0x91);
  sixteen.push_back(0x90);
  EXPECT_TRUE(wire::decode<L16>(sixteen));
  Bytes seventeen(16, 0x91);
  seventeen.push_back(0x90);
  EXPECT_EQ(fault_of<std::vector<L16>>(seventeen), Fault::decode_depth);
}

TEST(MessageBytes, SkippingDeeplyNestedBytesCostsNoStack) {
  Bytes bytes = {0x81, 0xa1, 'x'};
  bytes.insert(bytes.end(), 200'000, 0x91);
  bytes.push_back(0x90);
  EXPECT_TRUE(wire::decode<Nothing>(bytes));
}

TEST(MessageBytes, AKindThatAVariantLacksIsRefused) {
  using Either = std::variant<bool, std::string>;
  EXPECT_EQ(fault_of<Either>({0x92, 0x00, 0xc3}), Fault::decode_variant);
  EXPECT_EQ(fault_of<Either>({0x92, 0x03, 0xc3}), Fault::decode_range);
  EXPECT_EQ(fault_of<Either>({0x93, 0x01, 0xc3, 0xc3}), Fault::decode_bound);
  EXPECT_EQ(fault_of<Either>({0x91, 0x01}), Fault::decode_length);
}

TEST(MessageBytes, AFaultOfANewerVersionIsReadAsInternal) {
  const auto fault = wire::decode<Fault>(wire::encode(std::string("of_a_later_year")));
  ASSERT_TRUE(fault);
  EXPECT_EQ(*fault, Fault::internal);
}

// ---- through CAF's serialisation, as between processes

class BridgeTest : public ::testing::Test {
 protected:
  BridgeTest() {
    add_wire_test_messages(config_);
    system_.emplace(config_);
  }
  template <class T>
  caf::error save(T& message) {
    buffer_.clear();
    caf::binary_serializer sink(*system_, buffer_);
    return sink(message);
  }
  template <class T>
  caf::error load(T& message) {
    caf::binary_deserializer source(*system_, buffer_);
    return source(message);
  }

  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
  std::vector<char> buffer_;
};

TEST_F(BridgeTest, AMessagePassesWithItsName) {
  auto sent = caf::make_message(example());
  ASSERT_FALSE(save(sent));
  EXPECT_NE(std::string(buffer_.begin(), buffer_.end()).find("short_text"), std::string::npos);
  caf::message received;
  ASSERT_FALSE(load(received));
  ASSERT_TRUE(received.match_elements<Everything>());
  expect_same(received.get_as<Everything>(0), example());
}

TEST_F(BridgeTest, AMessageOverTheLimitIsNotSentAndCounted) {
  Everything large = example();
  large.bytes = Bytes(wire::kMaxMessageBytes, 1);
  const auto before = wire::refusals();
  EXPECT_TRUE(save(large));
  EXPECT_EQ(wire::refusals().on_sending, before.on_sending + 1);
}

TEST_F(BridgeTest, DamagedBytesGiveAnErrorAndAreCounted) {
  Everything message = example();
  ASSERT_FALSE(save(message));
  const auto before = wire::refusals();
  buffer_.resize(buffer_.size() / 2);
  Everything target;
  EXPECT_TRUE(load(target));
  buffer_.assign(16, '\xff');
  EXPECT_TRUE(load(target));
  buffer_.clear();
  EXPECT_TRUE(load(target));
  EXPECT_EQ(wire::refusals().on_receiving, before.on_receiving + 3);
}

TEST_F(BridgeTest, ALocalMessageDoesNotLeaveTheProcess) {
  const auto before = wire::refusals();
  Secret secret{7};
  EXPECT_TRUE(save(secret));
  EXPECT_EQ(wire::refusals().local, before.local + 1);
}

}  // namespace
}  // namespace lucid::actors
