#include "config/numbers.hpp"

#include <gtest/gtest.h>

#include "config/calendar.hpp"

namespace lucid::config {
namespace {

TEST(Numbers, WholeNumbersAreDigitsAndNothingElse) {
  EXPECT_EQ(parse_whole("18446744073709551615"), 18446744073709551615ULL);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"})
    EXPECT_FALSE(parse_whole(text)) << text;
}

TEST(Numbers, FractionsAreExact) {
  EXPECT_EQ(parse_fraction("1/5"), (Fraction{1, 5}));
  EXPECT_EQ(parse_fraction("0.2"), (Fraction{2, 10}));
  EXPECT_EQ(parse_fraction("0.200"), (Fraction{2, 10}));
  EXPECT_EQ(parse_fraction("3"), (Fraction{3, 1}));
  EXPECT_EQ(parse_fraction("2.0"), (Fraction{2, 1}));
  EXPECT_TRUE(same_number({1, 5}, {2, 10}));
  EXPECT_FALSE(same_number({1, 5}, {1, 6}));
  for (const char* text :
       {"", ".", "1.", ".5", "1/0", "1/", "/1", "1/2/3", "0.1234567891", "1e3", "-0.2", "18446744073709551615.5"})
    EXPECT_FALSE(parse_fraction(text)) << text;
}

TEST(Numbers, ScaledNumbersAreWholeInTheSmallerUnit) {
  EXPECT_EQ(parse_scaled("120", 1000), 120'000U);
  EXPECT_EQ(parse_scaled("0.4", 1000), 400U);
  EXPECT_EQ(parse_scaled("0.0625", 1'048'576), 65'536U);
  EXPECT_FALSE(parse_scaled("0.0001", 1000));
  EXPECT_FALSE(parse_scaled("1.5", 1));
  EXPECT_FALSE(parse_scaled("18446744073709551615", 2));
}

TEST(Calendar, TimesGoThereAndBack) {
  EXPECT_EQ(time_to_text(1'704'067'200'000), "2024-01-01T00:00:00.000Z");
  EXPECT_EQ(time_to_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(time_to_text(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
  for (const TimeMs time :
       {TimeMs{0}, TimeMs{1}, TimeMs{951'782'400'000}, TimeMs{1'709'164'800'123}, TimeMs{253'402'300'799'999}})
    EXPECT_EQ(parse_time(time_to_text(time), "t").value(), time);
  EXPECT_EQ(parse_time("2024-02-29T12:30:59Z", "t").value(), 1'709'209'859'000U);
  EXPECT_EQ(parse_time("2024-02-29T12:30:59.5Z", "t").value(), 1'709'209'859'500U);
}

TEST(Calendar, WhatIsNoTimeIsRefusedByName) {
  for (const char* text :
       {"", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00+01:00",
        "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z", "1969-12-31T00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234Z",
        "2024-01-01T00:00:00,5Z", "2024-1-01T00:00:00Z", "+024-01-01T00:00:00Z"}) {
    const auto time = parse_time(text, "start_time");
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().fault, Fault::text_form);
    EXPECT_EQ(time.error().field, "start_time");
  }
}

}  // namespace
}  // namespace lucid::config
