#include "api/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace lucid::api {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // bytes; 0 where no UTF-8 stands
};

/// The first code point of `text` (RFC 3629: no overlong forms, no surrogates).
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  std::uint32_t value = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, size};
}

void append_escape(std::string& out, char c) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kDigits[static_cast<std::uint8_t>(c) >> 4];
  out += kDigits[static_cast<std::uint8_t>(c) & 15];
}

/// A code point's place in the order of UTF-16: those beyond the basic plane begin with a surrogate (D800 on), so they
/// come before E000 to FFFF.
std::pair<std::uint32_t, std::uint32_t> utf16_order(std::uint32_t value) {
  if (value < 0x10000) return {value, 0};
  return {0xD800 + ((value - 0x10000) >> 10), 0xDC00 + ((value - 0x10000) & 0x3FF)};
}

bool before_in_utf16(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const CodePoint x = first_code_point(a);
    const CodePoint y = first_code_point(b);
    if (x.size == 0 || y.size == 0) return a < b;
    if (x.value != y.value) return utf16_order(x.value) < utf16_order(y.value);
    a.remove_prefix(x.size);
    b.remove_prefix(y.size);
  }
  return a.empty() && !b.empty();
}

/// The double equal to an integer, if there is one.
template <class Integer>
std::optional<double> exact_double(Integer value) {
  constexpr double kEdge = std::is_signed_v<Integer> ? 9223372036854775808.0 : 18446744073709551616.0;
  const auto wide = static_cast<double>(value);
  if (wide >= kEdge || static_cast<Integer>(wide) != value) return std::nullopt;
  return wide;
}

std::string child(std::string_view field, std::string_view name) {
  return field.empty() ? std::string(name) : std::string(field) + "." + std::string(name);
}

Status append_canonical(std::string& out, const nlohmann::json& value, const std::string& field) {
  using Type = nlohmann::json::value_t;
  switch (value.type()) {
    case Type::string:
      append_json_string(out, value.get_ref<const std::string&>());
      return {};
    case Type::boolean:
      out += value.get<bool>() ? "true" : "false";
      return {};
    case Type::number_float:
      out += json_number(value.get<double>());
      return {};
    case Type::number_integer:
    case Type::number_unsigned: {
      const auto number = value.type() == Type::number_unsigned ? exact_double(value.get<std::uint64_t>())
                                                                : exact_double(value.get<std::int64_t>());
      if (!number) return fail(Fault::number_range, field, "an integer that a double holds exactly", value.dump());
      out += json_number(*number);
      return {};
    }
    case Type::array: {
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) out += ',';
        LUCID_TRY(append_canonical(out, value[i], field + "[" + std::to_string(i) + "]"));
      }
      out += ']';
      return {};
    }
    case Type::object: {
      std::vector<std::string_view> names;
      for (const auto& member : value.items()) names.push_back(member.key());
      std::sort(names.begin(), names.end(), before_in_utf16);
      out += '{';
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) out += ',';
        append_json_string(out, names[i]);
        out += ':';
        LUCID_TRY(append_canonical(out, value.at(std::string(names[i])), child(field, names[i])));
      }
      out += '}';
      return {};
    }
    case Type::null:
    case Type::binary:
    case Type::discarded:
      out += "null";
      return {};
  }
  return {};
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = [](char c) {
      const auto byte = static_cast<std::uint8_t>(c);
      return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
    };
    const auto run = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    const CodePoint code = first_code_point(text);
    if (code.size == 1) {
      append_escape(out, text.front());
    } else {
      out += code.size == 0 ? kReplacement : text.substr(0, code.size);
    }
    text.remove_prefix(std::max<std::size_t>(code.size, 1));
  }
  out += '"';
}

std::string json_number(double value) {
  if (value == 0 || !std::isfinite(value)) return "0";  // -0 too; JSON has no other names for what is not finite
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = text.find('e');
  std::string digits(1, text[0]);
  if (mark > 2) digits += text.substr(2, mark - 2);
  int exponent = 0;
  const bool minus = text[mark + 1] == '-';
  std::from_chars(text.data() + mark + 2, text.data() + text.size(), exponent);
  if (minus) exponent = -exponent;

  // ECMA-262, Number::toString: value = digits × 10^(n − k), k digits.
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  const auto zeros = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
  std::string out = value < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + zeros(n - k);
  if (0 < n && n <= 21)
    return out + digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return out + "0." + zeros(-n) + digits;
  out += digits.substr(0, 1);
  if (k > 1) out += "." + digits.substr(1);
  return out + "e" + (n > 0 ? "+" : "-") + std::to_string(std::abs(n - 1));
}

Result<std::string> canonical_json(const nlohmann::json& value, std::string_view field) {
  std::string out;
  LUCID_TRY(append_canonical(out, value, std::string(field)));
  return out;
}

}  // namespace lucid::api
