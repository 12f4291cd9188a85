#include "api/base64.hpp"

#include <array>
#include <cstdint>

namespace lucid::api {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> out{};
  for (auto& value : out) value = kNone;
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    out[static_cast<std::uint8_t>(kLetters[i])] = static_cast<std::uint8_t>(i);
  return out;
}
constexpr auto kValues = make_values();

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (count > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (count > 2) group |= bytes[i + 2];
    out += kLetters[group >> 18];
    out += kLetters[group >> 12 & 63];
    out += count > 1 ? kLetters[group >> 6 & 63] : '=';
    out += count > 2 ? kLetters[group & 63] : '=';
  }
  return out;
}

Result<Bytes> parse_base64(std::string_view text, std::string_view field) {
  const auto refuse = [&](std::string actual) {
    return fail(Fault::text_form, field, "base64 with padding", std::move(actual));
  };
  if (text.size() % 4 != 0) return refuse(std::to_string(text.size()) + " characters");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(text[i])];
    if (value == kNone) return refuse("another character at position " + std::to_string(i));
    group = group << 6 | value;
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<std::uint8_t>(group >> shift));
    group = 0;
  }
  if (padding == 0) return out;
  // What the padding cuts off must be zero, or two texts would stand for the same bytes.
  if ((group & (padding == 1 ? 0x3u : 0xFu)) != 0) return refuse("bits behind the end");
  group <<= 6 * padding;
  out.push_back(static_cast<std::uint8_t>(group >> 16));
  if (padding == 1) out.push_back(static_cast<std::uint8_t>(group >> 8));
  return out;
}

}  // namespace lucid::api
