// RFC 8785 (JSON Canonicalization Scheme): vectors of section 3.2 and appendix B.
#include "api/json_text.hpp"

#include <bit>
#include <cstdint>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace lucid::api {
namespace {

struct NumberVector {
  std::uint64_t bits;
  const char* text;
};

// RFC 8785 appendix B, but for NaN and infinity, which JSON cannot carry.
constexpr NumberVector kAppendixB[] = {
    {0x0000000000000000, "0"},
    {0x8000000000000000, "0"},
    {0x0000000000000001, "5e-324"},
    {0x8000000000000001, "-5e-324"},
    {0x7fefffffffffffff, "1.7976931348623157e+308"},
    {0xffefffffffffffff, "-1.7976931348623157e+308"},
    {0x4340000000000000, "9007199254740992"},
    {0xc340000000000000, "-9007199254740992"},
    {0x4430000000000000, "295147905179352830000"},
    {0x44b52d02c7e14af5, "9.999999999999997e+22"},
    {0x44b52d02c7e14af6, "1e+23"},
    {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
    {0x444b1ae4d6e2ef4e, "999999999999999700000"},
    {0x444b1ae4d6e2ef4f, "999999999999999900000"},
    {0x444b1ae4d6e2ef50, "1e+21"},
    {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
    {0x3eb0c6f7a0b5ed8d, "0.000001"},
    {0x41b3de4355555553, "333333333.3333332"},
    {0x41b3de4355555554, "333333333.33333325"},
    {0x41b3de4355555555, "333333333.3333333"},
    {0x41b3de4355555556, "333333333.3333334"},
    {0x41b3de4355555557, "333333333.33333343"},
    {0xbecbf647612f3696, "-0.0000033333333333333333"},
    {0x43143ff3c1cb0959, "1424953923781206.2"},
};

TEST(JsonText, NumbersOfAppendixBComeOutAsEcmaScriptWritesThem) {
  for (const auto& [bits, text] : kAppendixB) EXPECT_EQ(json_number(std::bit_cast<double>(bits)), text);
}

TEST(JsonText, SmallIntegersAndFractionsStayPlain) {
  EXPECT_EQ(json_number(1), "1");
  EXPECT_EQ(json_number(-10), "-10");
  EXPECT_EQ(json_number(0.5), "0.5");
  EXPECT_EQ(json_number(2.5), "2.5");
  EXPECT_EQ(json_number(123456789), "123456789");
}

std::string canonical(const std::string& text) {
  const auto result = canonical_json(nlohmann::json::parse(text), "data");
  return result ? *result : "refused: " + to_text(result.error());
}

TEST(JsonText, SampleOfSection322) {
  EXPECT_EQ(canonical(R"({"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                          "literals": [null, true, false]})"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(JsonText, MembersAreSortedByUtf16CodeUnits) {
  // RFC 8785 section 3.2.3: the emoji's surrogates come before U+FB33, though its code point comes after.
  EXPECT_EQ(canonical(R"({"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
                          "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
                          "\u00f6": "Latin Small Letter O With Diaeresis"})"),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
            "\"\U0001F600\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(JsonText, NestedObjectsAreSortedAtEveryLevelAndBlanksGo) {
  EXPECT_EQ(canonical(R"({ "b" : { "y" : 1, "x" : [ ] }, "a" : { } })"), R"({"a":{},"b":{"x":[],"y":1}})");
}

TEST(JsonText, IntegersThatADoubleHoldsAreKept) {
  EXPECT_EQ(canonical("[9007199254740992, -9007199254740992, 0]"), "[9007199254740992,-9007199254740992,0]");
}

TEST(JsonText, AnIntegerThatNoDoubleHoldsIsRefusedAndNamed) {
  const auto result =
      canonical_json(nlohmann::json::parse(R"({"files":[{"size":9007199254740993}]})"), "manifest_data");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::number_range);
  EXPECT_EQ(result.error().field, "manifest_data.files[0].size");
  EXPECT_FALSE(canonical_json(nlohmann::json::parse("18446744073709551615"), "x"));
}

TEST(JsonText, BytesThatAreNoUtf8BecomeTheReplacementCharacter) {
  std::string out;
  append_json_string(out, "a\xff\xc0\xaf z");
  EXPECT_EQ(out, "\"a\uFFFD\uFFFD\uFFFD z\"");
}

TEST(JsonText, ControlCharactersAreEscaped) {
  std::string out;
  append_json_string(out, std::string_view("\0\x1f\b\t\n\f\r\"\\/", 10));
  EXPECT_EQ(out, R"("\u0000\u001f\b\t\n\f\r\"\\/")");
}

}  // namespace
}  // namespace lucid::api
