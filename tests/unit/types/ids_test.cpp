#include "core/types/ids.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/hex.hpp"

namespace lucid {
namespace {

TEST(Uuid, ItsBytesAreFollowedBy16Zeros) {
  const auto session = parse_uuid("01234567-89AB-cdef-0123-456789abcdef", "session_id").value();
  EXPECT_EQ(to_hex(session), "0123456789abcdef0123456789abcdef" + std::string(32, '0'));
  EXPECT_EQ(to_text(session), "01234567-89ab-cdef-0123-456789abcdef");
}

TEST(Uuid, AnythingElseIsRefusedByField) {
  const std::vector<std::string> kWrong = {
      "",
      "01234567-89ab-cdef-0123-456789abcde",    // a digit short
      "01234567-89ab-cdef-0123-456789abcdef0",  // a digit long
      "0123456789abcdef0123456789abcdef",       // no dashes
      "0123456-789ab-cdef-0123-456789abcdef",   // a dash elsewhere
      "01234567-89ab-cdef-0123_456789abcdef",   // no dash
      "{1234567-89ab-cdef-0123-456789abcde}",   // braces
      "g1234567-89ab-cdef-0123-456789abcdef",   // no digit
      "01234567-89ab-cdef-0123-456789abcd\nf",  // a control character
      "01234567-89ab-cdef-0123-456789abcd\xff"
      "f",
  };
  for (const std::string& text : kWrong) {
    const auto session = parse_uuid(text, "session_id");
    ASSERT_FALSE(session) << text;
    EXPECT_EQ(session.error().fault, Fault::uuid_form) << text;
    EXPECT_EQ(session.error().field, "session_id");
  }
}

TEST(SessionId, OneThatIsNoUuidIsShownInHex) {
  SessionId session;
  session.data.fill(0xab);
  std::string text;
  for (int i = 0; i < 32; ++i) text += "ab";
  EXPECT_EQ(to_text(session), text);
}

TEST(Address, IsReadInAnyCaseAndWrittenInLower) {
  const auto address = parse_address("0x7E5F4552091A69125d5dfcb7b8c2659029395bdf", "owner").value();
  EXPECT_EQ(to_text(address), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  EXPECT_EQ(parse_address("0X7e5f4552091a69125d5dfcb7b8c2659029395bdf", "owner").value(), address);
}

TEST(Address, AnythingElseIsRefusedByField) {
  const std::string digits(40, '1');
  for (const std::string& text :
       {std::string(), digits, "0x" + digits.substr(1), "0x" + digits + "1", "1x" + digits, "0y" + digits}) {
    const auto error = parse_address(text, "owner_address").error();
    EXPECT_EQ(error.fault, Fault::text_form) << text;
    EXPECT_EQ(error.field, "owner_address");
  }
  EXPECT_EQ(parse_address("0x" + digits.substr(1) + "g", "owner").error().fault, Fault::hex_digit);
}

}  // namespace
}  // namespace lucid
