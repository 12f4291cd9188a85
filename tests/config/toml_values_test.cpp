#include "config/toml_values.hpp"

#include <gtest/gtest.h>

namespace lucid::config {
namespace {

TomlValue only(std::string_view text) {
  const auto entries = parse_toml(text, "file x");
  EXPECT_TRUE(entries) << to_text(entries.error());
  if (!entries || entries->size() != 1) return {};
  return entries->front().value;
}

TEST(TomlValues, EachKindIsRead) {
  EXPECT_EQ(only("a = \"x # \\\"y\\\" \\\\ \\n\" # comment"),
            (TomlValue{TomlValue::Kind::text, "x # \"y\" \\ \n", {}}));
  EXPECT_EQ(only("a='C:\\n'"), (TomlValue{TomlValue::Kind::text, "C:\\n", {}}));
  EXPECT_EQ(only("a = 65_535\r\n"), (TomlValue{TomlValue::Kind::number, "65535", {}}));
  EXPECT_EQ(only("a = -0.5"), (TomlValue{TomlValue::Kind::number, "-0.5", {}}));
  EXPECT_EQ(only("a = true"), (TomlValue{TomlValue::Kind::boolean, "true", {}}));
  EXPECT_EQ(only("a = []"), (TomlValue{TomlValue::Kind::list, "", {}}));
  EXPECT_EQ(only("a = [ 'b', \"c\" ]"), (TomlValue{TomlValue::Kind::list, "", {"b", "c"}}));
}

TEST(TomlValues, LinesAreCountedForErrors) {
  const auto entries = parse_toml("\n# one\nx = 1\n\ny = [\n'a',\n]\nz = 2\n", "file x");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].line, 3U);
  EXPECT_EQ((*entries)[2].line, 8U);
}

class RefusedToml : public testing::TestWithParam<const char*> {};

TEST_P(RefusedToml, IsRefusedNamingTheLine) {
  const auto entries = parse_toml(GetParam(), "file x");
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().fault, Fault::file_form);
  EXPECT_EQ(entries.error().field.substr(0, 12), "file x line ") << entries.error().field;
}

INSTANTIATE_TEST_SUITE_P(Forms, RefusedToml,
                         testing::Values("a", "a =", "a = b", "= 1", "a = \"x", "a = 'x\n'", "a = \"\\q\"", "a = 1 2",
                                         "a = [1]", "a = ['b' 'c']", "a = ['b'", "[table]", "a = 1\na = 2", "a.b = 1",
                                         "a = \"x\" y", "\"a\" = 1", "a = {}", "a = -", "a = \"\\"));

TEST(TomlValues, WrittenTextReadsBack) {
  const std::string text = "tab\t \"quoted\" back\\slash # hash";
  EXPECT_EQ(only("a = " + toml_text(text)).text, text);
  EXPECT_EQ(only("a = " + toml_list({text, "b"})).list, (std::vector<std::string>{text, "b"}));
}

}  // namespace
}  // namespace lucid::config
