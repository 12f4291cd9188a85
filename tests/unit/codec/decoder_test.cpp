// Every fault of the decoder has a test here: what is not canonical, bounded, well-typed and complete is refused.
#include "core/codec/decoder.hpp"

#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "tests/fixtures/hex.hpp"

namespace lucid::codec {
namespace {

struct Pair {
  std::uint32_t first = 0;
  BoundedString<8> second;
  bool operator==(const Pair&) const = default;
  LUCID_FIELDS(first, second)
};

struct Tree {
  BoundedList<Pair, 4> pairs;
  std::optional<BoundedBytes<4>> note;
  std::variant<Pair, std::uint64_t> choice;
  bool operator==(const Tree&) const = default;
  LUCID_FIELDS(pairs, note, choice)
};

enum class Colour : std::uint8_t { red, green };
constexpr Colour last_of(Colour) {
  return Colour::green;
}

template <class T>
Error refusal(std::string_view hex) {
  const auto value = decode<T>(test::bytes_of(hex), "value");
  EXPECT_FALSE(value) << "accepted " << hex;
  return value ? Error{} : value.error();
}

template <class T>
void accepts(std::string_view hex, const T& expected) {
  const auto value = decode<T>(test::bytes_of(hex), "value");
  ASSERT_TRUE(value) << hex << ": " << to_text(value.error());
  EXPECT_EQ(*value, expected);
  EXPECT_EQ(to_hex(encode(*value)), hex);
}

TEST(Decoder, UnsignedIntegersHaveOneFormEach) {
  accepts<std::uint64_t>("00", 0);
  accepts<std::uint64_t>("7f", 127);
  accepts<std::uint64_t>("cc80", 128);
  accepts<std::uint64_t>("ccff", 255);
  accepts<std::uint64_t>("cd0100", 256);
  accepts<std::uint64_t>("cdffff", 65535);
  accepts<std::uint64_t>("ce00010000", 65536);
  accepts<std::uint64_t>("ceffffffff", 0xffffffff);
  accepts<std::uint64_t>("cf0000000100000000", 0x100000000);
  accepts<std::uint64_t>("cfffffffffffffffff", ~std::uint64_t{0});
}

TEST(Decoder, LongerFormsOfAnIntegerAreRefused) {
  for (const char* hex : {"cc7f", "cd00ff", "ce0000ffff", "cf00000000ffffffff", "cc00"})
    EXPECT_EQ(refusal<std::uint64_t>(hex).fault, Fault::decode_not_canonical) << hex;
}

TEST(Decoder, SignedIntegersHaveOneFormEach) {
  const std::pair<const char*, std::int64_t> kGood[] = {
      {"ff", -1},
      {"e0", -32},
      {"d0df", -33},
      {"d080", -128},
      {"d1ff7f", -129},
      {"d18000", -32768},
      {"d2ffff7fff", -32769},
      {"d280000000", -2147483648},
      {"d3ffffffff7fffffff", -2147483649},
      {"d38000000000000000", std::numeric_limits<std::int64_t>::min()},
      {"05", 5},
      {"cf7fffffffffffffff", std::numeric_limits<std::int64_t>::max()}};
  for (const auto& [hex, number] : kGood) {
    const Bytes bytes = test::bytes_of(hex);
    Decoder in(bytes);
    EXPECT_EQ(in.signed_integer("n").value(), number) << hex;
    Bytes again;
    Encoder(again).signed_integer(number);
    EXPECT_EQ(again, bytes) << hex;
  }
  const std::pair<const char*, Fault> kBad[] = {{"", Fault::decode_truncated},
                                                {"d0", Fault::decode_truncated},
                                                {"d0ff", Fault::decode_not_canonical},
                                                {"d1ffdf", Fault::decode_not_canonical},
                                                {"d2ffffffff", Fault::decode_not_canonical},
                                                {"d3ffffffffffffffff", Fault::decode_not_canonical},
                                                {"d005", Fault::decode_not_canonical},
                                                {"cf8000000000000000", Fault::decode_range},
                                                {"c0", Fault::decode_type}};
  for (const auto& [hex, fault] : kBad) {
    const Bytes bytes = test::bytes_of(hex);
    Decoder in(bytes);
    EXPECT_EQ(in.signed_integer("n").error().fault, fault) << hex;
  }
}

TEST(Decoder, ANumberThatDoesNotFitItsFieldIsRefused) {
  EXPECT_EQ(refusal<std::uint8_t>("cd0100").fault, Fault::decode_range);
  EXPECT_EQ(refusal<std::uint32_t>("cf0000000100000000").fault, Fault::decode_range);
  EXPECT_EQ(refusal<std::uint64_t>("ff").fault, Fault::decode_type) << "a negative number";
}

TEST(Decoder, EveryOtherFormatByteIsAnotherType) {
  for (unsigned tag = 0; tag < 256; ++tag) {
    const bool is_unsigned = tag < 0x80 || (tag >= 0xcc && tag <= 0xcf);
    if (is_unsigned) continue;
    Bytes bytes{static_cast<std::uint8_t>(tag)};
    bytes.resize(20);
    EXPECT_EQ(decode<std::uint64_t>(bytes).error().fault, Fault::decode_type) << tag;
  }
  for (const char* hex : {"80", "81a16101", "de0000", "df00000000", "ca00000000", "cb0000000000000000", "c1", "d40000",
                          "c70000", "d500000000"}) {
    EXPECT_EQ(refusal<Pair>(hex).fault, Fault::decode_type) << hex << ": maps, floats and extensions";
    EXPECT_EQ((refusal<BoundedBytes<9>>(hex).fault), Fault::decode_type) << hex;
    EXPECT_EQ((refusal<BoundedString<9>>(hex).fault), Fault::decode_type) << hex;
    EXPECT_EQ(refusal<bool>(hex).fault, Fault::decode_type) << hex;
  }
}

TEST(Decoder, BooleansAreTrueOrFalseAndNoNumber) {
  accepts<bool>("c3", true);
  accepts<bool>("c2", false);
  EXPECT_EQ(refusal<bool>("01").fault, Fault::decode_type);
  EXPECT_EQ(refusal<bool>("").fault, Fault::decode_truncated);
}

TEST(Decoder, BytesHaveOneFormEachAndAreBounded) {
  accepts<BoundedBytes<3>>("c400", {});
  accepts<BoundedBytes<3>>("c403010203", {1, 2, 3});
  EXPECT_EQ(refusal<BoundedBytes<3>>("c50003010203").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<BoundedBytes<3>>("c600000003010203").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<BoundedBytes<3>>("c40401020304").fault, Fault::decode_bound);
  EXPECT_EQ(refusal<BoundedBytes<3>>("c6ffffffff").fault, Fault::decode_bound) << "4 GiB are not allocated";
  EXPECT_EQ(refusal<BoundedBytes<3>>("c4030102").fault, Fault::decode_truncated);
  EXPECT_EQ(refusal<BoundedBytes<3>>("a3616263").fault, Fault::decode_type) << "text is not bytes";
  accepts<BoundedBytes<300>>("c50100" + std::string(512, '0'), BoundedBytes<300>(Bytes(256)));
}

TEST(Decoder, FixedBytesHaveExactlyTheirSize) {
  EXPECT_EQ(refusal<Address>("c413" + std::string(38, '0')).fault, Fault::size_wrong);
  EXPECT_EQ(refusal<Address>("c415" + std::string(42, '0')).fault, Fault::decode_bound);
  accepts<Address>("c414" + std::string(40, '0'), Address{});
}

TEST(Decoder, TextHasOneFormEachAndIsUtf8) {
  accepts<BoundedString<40>>("a0", {});
  accepts<BoundedString<40>>("a3c3a961", BoundedString<40>("\xc3\xa9"
                                                           "a"));
  accepts<BoundedString<40>>("d920" + to_hex(as_bytes(std::string(32, 'a'))), BoundedString<40>(std::string(32, 'a')));
  EXPECT_EQ(refusal<BoundedString<40>>("d90161").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<BoundedString<40>>("da000161").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<BoundedString<40>>("db0000000161").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<BoundedString<2>>("a3616263").fault, Fault::decode_bound);
  EXPECT_EQ(refusal<BoundedString<40>>("a261").fault, Fault::decode_truncated);
}

TEST(Decoder, TextThatIsNoUtf8IsRefused) {
  const std::pair<const char*, const char*> kBad[] = {{"a100", "U+0000"},
                                                      {"a180", "a lone continuation"},
                                                      {"a2c328", "a broken pair"},
                                                      {"a2c080", "an overlong 0"},
                                                      {"a1c3", "an end within"},
                                                      {"a3e08080", "an overlong triple"},
                                                      {"a3eda080", "a surrogate"},
                                                      {"a4f0808080", "an overlong quad"},
                                                      {"a4f4908080", "beyond U+10FFFF"},
                                                      {"a1ff", "0xff"},
                                                      {"a3e28228", "a broken triple"},
                                                      {"a4f09f9828", "a broken quad"}};
  for (const auto& [hex, name] : kBad) EXPECT_EQ(refusal<BoundedString<40>>(hex).fault, Fault::decode_text) << name;
  accepts<BoundedString<40>>("a4f48fbfbf", BoundedString<40>("\xf4\x8f\xbf\xbf"));
}

TEST(Decoder, ArraysHaveOneFormEachAndAreBounded) {
  using List = BoundedList<std::uint8_t, 20>;
  accepts<List>("90", {});
  accepts<List>("920102", {1, 2});
  accepts<List>("dc0010" + std::string(32, '0'), List(std::vector<std::uint8_t>(16)));
  EXPECT_EQ(refusal<List>("dc00020102").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<List>("dd000000020102").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<List>("dd0000ffff").fault, Fault::decode_not_canonical);
  EXPECT_EQ(refusal<List>("dc0015" + std::string(42, '0')).fault, Fault::decode_bound);
  EXPECT_EQ(refusal<List>("ddffffffff").fault, Fault::decode_bound);
  EXPECT_EQ(refusal<List>("9301").fault, Fault::decode_truncated) << "three promised in one byte";
  EXPECT_EQ(refusal<List>("").fault, Fault::decode_truncated);
}

TEST(Decoder, AStructHasExactlyItsFields) {
  accepts<Pair>("9205a161", {5, BoundedString<8>("a")});
  EXPECT_EQ(refusal<Pair>("9105").fault, Fault::decode_length);
  EXPECT_EQ(refusal<Pair>("9305a16100").fault, Fault::decode_bound);
  EXPECT_EQ(refusal<Pair>("9205").fault, Fault::decode_truncated);
}

TEST(Decoder, ErrorsNameTheFieldWithItsPath) {
  EXPECT_EQ(refusal<Pair>("92c0a161").field, "value.first");
  EXPECT_EQ(refusal<Tree>("93929201a1619201c0c0920105").field, "value.pairs.second");
  EXPECT_EQ(refusal<Tree>("9390c4050102030405920105").field, "value.note");
  EXPECT_EQ(refusal<Tree>("9390c0920192c0a0").field.rfind("value.choice", 0), 0u);
}

TEST(Decoder, WhatIsAbsentIsNil) {
  accepts<Tree>("9390c0920205", {{}, std::nullopt, std::uint64_t{5}});
  accepts<Tree>("9390c40107920205", {{}, BoundedBytes<4>{7}, std::uint64_t{5}});
}

TEST(Decoder, AVariantIsAKnownKindAndItsValue) {
  accepts<Tree>("9390c092019207a0", {{}, std::nullopt, Pair{7, {}}});
  EXPECT_EQ(refusal<Tree>("9390c0920005").fault, Fault::decode_variant) << "kinds count from 1";
  EXPECT_EQ(refusal<Tree>("9390c0920305").fault, Fault::decode_variant);
  EXPECT_EQ(refusal<Tree>("9390c092cfffffffffffffffff05").fault, Fault::decode_variant);
  EXPECT_EQ(refusal<Tree>("9390c09102").fault, Fault::decode_length);
}

TEST(Decoder, AnEnumeratorBeyondTheLastIsRefused) {
  accepts<Colour>("01", Colour::green);
  EXPECT_EQ(refusal<Colour>("02").fault, Fault::decode_variant);
  EXPECT_EQ(refusal<Colour>("ccff").fault, Fault::decode_variant);
}

TEST(Decoder, NothingMayFollow) {
  EXPECT_EQ(refusal<std::uint64_t>("0500").fault, Fault::decode_trailing);
  EXPECT_EQ(refusal<Pair>("9205a161c0").fault, Fault::decode_trailing);
}

TEST(Decoder, EveryShortenedValueIsRefused) {
  const Bytes whole = encode(Tree{{{1, BoundedString<8>("a")}, {300, BoundedString<8>("bb")}},
                                  BoundedBytes<4>{1, 2},
                                  Pair{9, BoundedString<8>("c")}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode<Tree>(ByteView(whole).first(size))) << size;
}

}  // namespace
}  // namespace lucid::codec
