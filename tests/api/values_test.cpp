// The small readers: times, base64, ranges, JSON.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "api/base64.hpp"
#include "api/byte_range.hpp"
#include "api/error_table.hpp"
#include "api/json_reader.hpp"
#include "api/json_writer.hpp"
#include "api/time_text.hpp"

namespace lucid::api {
namespace {

// ---- times

TEST(TimeText, ATimeReadsBackAsItWasWritten) {
  for (const TimeMs time : {TimeMs{0}, TimeMs{1'767'323'045'678}, TimeMs{951'782'400'000}, TimeMs{4'102'444'799'999}})
    EXPECT_EQ(parse_iso8601(to_iso8601(time), "t"), time) << to_iso8601(time);
  EXPECT_EQ(to_iso8601(1'767'323'045'678), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(to_iso8601(0), "1970-01-01T00:00:00.000Z");
}

TEST(TimeText, SecondsAndFractionsOfAnyLengthAreRead) {
  EXPECT_EQ(parse_iso8601("2026-01-02T03:04:05Z", "t"), 1'767'323'045'000);
  EXPECT_EQ(parse_iso8601("2026-01-02T03:04:05.6Z", "t"), 1'767'323'045'600);
  EXPECT_EQ(parse_iso8601("2026-01-02T03:04:05.678999Z", "t"), 1'767'323'045'678);
  EXPECT_EQ(parse_iso8601("2024-02-29T00:00:00Z", "t"), 1'709'164'800'000);
}

TEST(TimeText, OtherFormsAreRefusedByName) {
  for (const char* text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z",
        "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05Zx", "1969-12-31T23:59:59Z", "2026-01-02T03:04:05.1234567890Z",
        "２０２６-01-02T03:04:05Z"}) {
    const auto result = parse_iso8601(text, "created_at");
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().field, "created_at");
    EXPECT_EQ(result.error().fault, Fault::text_form);
  }
}

// ---- base64 (RFC 4648 section 10)

TEST(Base64, VectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(parse_base64(coded, "data"), to_bytes(as_bytes(plain)));
  }
}

TEST(Base64, WhatIsNotTheOneFormIsRefused) {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm9-", "=m9v", "Zg==Zg=="}) {
    const auto result = parse_base64(text, "data");
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().field, "data");
  }
}

// ---- ranges

TEST(ByteRange, OneRangeIsCutToTheBytesThatAreThere) {
  const auto range = [](std::string_view text) { return *parse_range(text, 100); };
  EXPECT_EQ(range("bytes=0-9").offset, 0U);
  EXPECT_EQ(range("bytes=0-9").length, 10U);
  EXPECT_EQ(range("bytes=90-").length, 10U);
  EXPECT_EQ(range("bytes=90-500").length, 10U);
  EXPECT_EQ(range("bytes=-5").offset, 95U);
  EXPECT_EQ(range("bytes=-500").length, 100U);
  EXPECT_EQ(range("bytes=99-99").length, 1U);
  EXPECT_TRUE(range("bytes=0-99").partial);
}

TEST(ByteRange, NoneSeveralOrOnesThatMakeNoSenseMeanAll) {
  for (const char* text :
       {"", "bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=-", "bytes=5-1", "bytes=a-b", "bytes=1-b"}) {
    const auto result = parse_range(text, 100);
    ASSERT_TRUE(result) << text;
    EXPECT_FALSE(result->partial) << text;
    EXPECT_EQ(result->length, 100U) << text;
  }
}

TEST(ByteRange, OutsideTheBytesIsRefused) {
  for (const char* text : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=18446744073709551615-"})
    EXPECT_FALSE(parse_range(text, 100)) << text;
  EXPECT_FALSE(parse_range("bytes=0-0", 0));
}

// ---- JSON

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, NestingIsBoundedAtThirtyTwoLevels) {
  EXPECT_TRUE(parse_json(nested(32)));
  const auto result = parse_json(nested(33));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::decode_depth);
  EXPECT_FALSE(parse_json(nested(100'000)));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
}

TEST(Json, AMemberNamedTwiceIsRefusedByItsName) {
  const auto result = parse_json(R"({"a":1,"b":{"c":1,"c":2}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().field, "c");
  EXPECT_TRUE(parse_json(R"({"a":{"x":1},"b":{"x":1}})"));
}

TEST(Json, WhatIsNoJsonIsRefusedAsTheBody) {
  for (const std::string_view text :
       {"", " ", "{", "{\"a\":", "[1,", "nul", "{'a':1}", "[1,]", "01", "1 2", "\"\xff\"", "\"\xc0\x80\"",
        "\"\\ud800\"", "1e400", "-1e999", "NaN", "\"a\nb\"", "{\"a\" 1}", "// x\n1"}) {
    const auto result = parse_json(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().field, "body") << text;
  }
  EXPECT_EQ(parse_json("\"\xff\"").error().fault, Fault::decode_text);
  EXPECT_EQ(parse_json("1e400").error().fault, Fault::number_range);
  EXPECT_NE(parse_json("{\"a\":").error().actual.find("ends early"), std::string::npos);
}

TEST(Json, AWholeTreeIsBuiltAsWritten) {
  const auto result = parse_json(R"({"a":[1,-2,2.5,"x",true,null,{"b":[]}],"c":{"d":{}}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->dump(), R"({"a":[1,-2,2.5,"x",true,null,{"b":[]}],"c":{"d":{}}})");
}

TEST(JsonReader, EveryWrongFieldIsNotedOnceUnderItsName) {
  const auto json =
      *parse_json(R"({"number":"7","negative":-1,"fraction":1.5,"huge":99,"text":7,"empty":"","hash":"abc",
                                    "uuid":"no","address":"0x12","time":"now","list":{},"object":[],"null":null})");
  FieldErrors errors;
  JsonReader reader(json, "", errors);
  (void)reader.number("number");
  (void)reader.number("negative");
  (void)reader.number("fraction");
  (void)reader.number("huge", 1, 10);
  (void)reader.text("text", 5);
  (void)reader.text("empty", 5);
  (void)reader.fixed_hex<Hash256>("hash");
  (void)reader.uuid("uuid");
  (void)reader.address("address");
  (void)reader.time("time");
  (void)reader.array("list", 0, 5);
  JsonReader inner(reader.object("object"), "object", errors);
  (void)inner.number("x");
  (void)reader.number("null");
  (void)reader.number("missing");
  (void)reader.fixed_hex<Hash256>("text");
  std::vector<std::string> fields;
  for (const auto& error : errors.list()) fields.push_back(error.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"number", "negative", "fraction", "huge", "text", "empty", "hash", "uuid",
                                              "address", "time", "list", "object", "null", "missing", "text"}));
}

TEST(JsonReader, RightFieldsReadWithoutAWord) {
  const auto json = *parse_json(
      R"({"n":7,"t":"x","h":"00ff","r":"0x1111111111111111111111111111111111111111111111111111111111111111",
          "u":"3F2504E0-4f89-41d3-9a0c-0305e82c3301"})");
  FieldErrors errors;
  JsonReader reader(json, "", errors);
  EXPECT_EQ(reader.number("n", 7, 7), 7U);
  EXPECT_EQ(reader.text("t", 1), "x");
  EXPECT_EQ(reader.hex("h", 2), (Bytes{0x00, 0xff}));
  EXPECT_EQ(to_hex(reader.fixed_hex<Hash256>("r")), std::string(64, '1'));
  EXPECT_EQ(to_text(reader.uuid("u")), "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
  EXPECT_EQ(reader.optional_number("absent"), std::nullopt);
  EXPECT_FALSE(errors.any());
}

TEST(JsonWriter, CommasStandBetweenValuesOnly) {
  JsonWriter out;
  out.begin_object()
      .field("a", 1)
      .key("b")
      .begin_array()
      .value("x")
      .value(true)
      .null()
      .begin_object()
      .end_object()
      .end_array();
  out.field("c", std::optional<int>()).time_field("d", TimeMs{0}).field("e", 2.5).end_object();
  EXPECT_EQ(out.take(), R"({"a":1,"b":["x",true,null,{}],"c":null,"d":"1970-01-01T00:00:00.000Z","e":2.5})");
}

// ---- faults

TEST(ErrorTable, FaultsBecomeTheCodesOfTheirChapter) {
  EXPECT_EQ(answer_of(Fault::block_not_found).status, 404);
  EXPECT_EQ(answer_of(Fault::block_not_found).code, "LUCID_ERR_4001");
  EXPECT_EQ(answer_of(Fault::transaction_known).status, 409);
  EXPECT_EQ(answer_of(Fault::transaction_known).code, "LUCID_ERR_5010");
  EXPECT_EQ(answer_of(Fault::transaction_nonce).code, "LUCID_ERR_5009");
  EXPECT_EQ(answer_of(Fault::anchor_conflict).status, 409);
  EXPECT_EQ(answer_of(Fault::anchor_conflict).code, "LUCID_ERR_6006");
  EXPECT_EQ(answer_of(Fault::chunk_referred).status, 409);
  EXPECT_EQ(answer_of(Fault::no_answer).status, 504);
  EXPECT_EQ(answer_of(Fault::no_answer).code, "LUCID_ERR_5011");
  EXPECT_EQ(answer_of(Fault::not_ready).status, 503);
  EXPECT_EQ(answer_of(Fault::overloaded).code, "LUCID_ERR_5008");
  EXPECT_EQ(answer_of(Fault::internal).status, 500);
  EXPECT_EQ(answer_of(Fault::storage_checksum).code, "LUCID_ERR_5000");
}

}  // namespace
}  // namespace lucid::api
