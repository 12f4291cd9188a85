#include "core/types/ids.hpp"

namespace lucid {

std::string to_text(const Address& address) { return "0x" + to_hex(address); }

Result<Address> parse_address(std::string_view text, std::string_view field) {
  if (text.size() != 42 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
    return fail(Fault::text_form, field, "0x and 40 hex digits", "\"" + std::string(text.substr(0, 60)) + "\"");
  return parse_fixed_hex<Address>(text.substr(2), field);
}

Result<SessionId> parse_uuid(std::string_view text, std::string_view field) {
  const auto refused = [&] {
    return fail(Fault::uuid_form, field, "a UUID (8-4-4-4-12 hex digits)", "\"" + std::string(text.substr(0, 60)) + "\"");
  };
  if (text.size() != 36) return refused();
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash_here != (text[i] == '-')) return refused();
    if (!dash_here) digits += text[i];
  }
  const auto bytes = parse_hex(digits, field);
  if (!bytes) return refused();
  SessionId session;
  std::copy(bytes->begin(), bytes->end(), session.data.begin());
  return session;
}

std::string to_text(const SessionId& session) {
  const auto& d = session.data;
  if (!std::all_of(d.begin() + 16, d.end(), [](std::uint8_t byte) { return byte == 0; })) return to_hex(session);
  const std::string hex = to_hex(session.view().first(16));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace lucid
