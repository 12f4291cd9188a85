#include "core/base/bytes.hpp"

#include <gtest/gtest.h>

#include "core/types/ids.hpp"

namespace lucid {
namespace {

TEST(Bytes, HexIsWrittenInLowerCaseAndReadInEither) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xAB, 0xff}), "000fabff");
  EXPECT_EQ(parse_hex("000fabff", "x").value(), (Bytes{0x00, 0x0f, 0xab, 0xff}));
  EXPECT_EQ(parse_hex("000FABFF", "x").value(), (Bytes{0x00, 0x0f, 0xab, 0xff}));
  EXPECT_EQ(parse_hex("", "x").value(), Bytes{});
}

TEST(Bytes, AnOddNumberOfDigitsIsRefusedByField) {
  const auto error = parse_hex("abc", "merkle_root").error();
  EXPECT_EQ(error.fault, Fault::hex_length);
  EXPECT_EQ(error.field, "merkle_root");
  EXPECT_EQ(error.actual, "3 characters");
}

TEST(Bytes, WhatIsNoHexDigitIsRefusedWithItsPlace) {
  for (const std::string text : {"0g", "g0", "0 ", "0x", "-1", "0\xc3"}) {
    const auto error = parse_hex(text, "x").error();
    EXPECT_EQ(error.fault, Fault::hex_digit) << text;
    EXPECT_NE(error.actual.find("position"), std::string::npos);
  }
}

TEST(Bytes, AHashOf63DigitsIsRefusedAndOneOf64Read) {
  const std::string digits(64, 'a');
  EXPECT_EQ(to_hex(parse_fixed_hex<Hash256>(digits, "hash").value()), digits);
  for (std::size_t size : {0u, 63u, 65u, 66u}) {
    const auto error = parse_fixed_hex<Hash256>(std::string(size, 'a'), "hash").error();
    EXPECT_EQ(error.fault, Fault::hex_length) << size;
    EXPECT_EQ(error.expected, "64 hex digits");
  }
  EXPECT_EQ(parse_fixed_hex<Hash256>(std::string(63, 'a') + "z", "hash").error().fault, Fault::hex_digit);
}

TEST(Bytes, FixedBytesComeOnlyOfTheirSize) {
  EXPECT_EQ(Address::from(Bytes(20, 1), "owner").value().data[19], 1);
  for (std::size_t size : {0u, 19u, 21u, 32u}) {
    const auto error = Address::from(Bytes(size), "owner").error();
    EXPECT_EQ(error.fault, Fault::size_wrong) << size;
    EXPECT_EQ(error.field, "owner");
  }
}

TEST(Bytes, FixedBytesAreOrderedAsBigEndianNumbers) {
  Address low, high;
  low.data[19] = 0xff;
  high.data[0] = 0x01;
  EXPECT_LT(low, high);
  EXPECT_TRUE(Address{}.is_zero());
  EXPECT_FALSE(low.is_zero());
}

TEST(Error, ItsTextNamesFieldExpectationAndWhatCame) {
  EXPECT_EQ(to_text(Error{Fault::hex_length, "root", "64 hex digits", "3 characters"}),
            "root: the number of hex digits is wrong; expected 64 hex digits, got 3 characters");
  EXPECT_EQ(to_text(Error{Fault::file_missing, "x", "", ""}), "x: the file is not there");
  EXPECT_EQ(to_text(Error{Fault::file_io, "", "", "no"}), "the file cannot be read or written; got no");
}

TEST(Fault, EachHasANameAndASentenceOfItsOwn) {
  EXPECT_EQ(fault_name(Fault::vote_not_member), "vote_not_member");
  EXPECT_EQ(fault_text(Fault::vote_not_member), "the voter is not in the validator set");
}

}  // namespace
}  // namespace lucid
