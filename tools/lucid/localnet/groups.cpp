#include "tools/lucid/localnet/groups.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "config/numbers.hpp"

namespace lucid::tools::localnet {
namespace {

constexpr std::uint64_t kLongestOffsetMs = 31'536'000'000;  // a year

std::vector<std::string_view> parts(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    out.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return out;
    begin = end + 1;
  }
}

std::optional<std::uint32_t> node_number(std::string_view text) {
  const auto number = config::parse_whole(text);
  if (!number || *number == 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

tl::unexpected<Error> no_such_node(std::uint32_t node, std::uint32_t nodes) {
  return fail(Fault::number_range, "node", "1 to " + std::to_string(nodes), std::to_string(node));
}

}  // namespace

Result<Groups> parse_groups(std::string_view text) {
  const auto wrong = [&](const char* expected) {
    return fail(Fault::text_form, "groups", expected, "\"" + std::string(text.substr(0, 80)) + "\"");
  };
  Result<Groups> groups{Groups{}};
  std::set<std::uint32_t> named;
  for (const auto group : parts(text, '/')) {
    groups->emplace_back();
    for (const auto member : parts(group, ',')) {
      const auto node = node_number(member);
      if (!node) return wrong("numbers of nodes such as 1,2/3,4");
      if (!named.insert(*node).second) return wrong("each node in one group");
      groups->back().push_back(*node);
    }
  }
  return groups;
}

Result<Groups> all_in_groups(Groups groups, std::uint32_t nodes) {
  std::set<std::uint32_t> rest;
  for (std::uint32_t node = 1; node <= nodes; ++node) rest.insert(node);
  for (const auto& group : groups)
    for (const auto node : group) {
      if (node > nodes) return no_such_node(node, nodes);
      rest.erase(node);
    }
  if (!rest.empty()) groups.emplace_back(rest.begin(), rest.end());
  if (groups.size() < 2) return fail(Fault::text_form, "groups", "two or more, such as 1,2/3,4", "one group of all");
  return groups;
}

Result<ClockOffset> parse_clock_offset(std::string_view text) {
  const auto equals = text.find('=');
  const auto node = node_number(text.substr(0, equals));
  std::string_view digits = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  const bool behind = digits.starts_with('-');
  if (behind || digits.starts_with('+')) digits.remove_prefix(1);
  const auto offset_ms = config::parse_whole(digits);
  if (!node || !offset_ms || *offset_ms > kLongestOffsetMs)
    return fail(Fault::text_form, "clock offset", "NODE=MILLISECONDS such as 2=-1500, of a year at most",
                "\"" + std::string(text.substr(0, 80)) + "\"");
  const auto size = static_cast<std::int64_t>(*offset_ms);
  return ClockOffset{*node, behind ? -size : size};
}

Result<std::map<std::uint32_t, std::int64_t>> offsets_of(const std::vector<std::string>& texts, std::uint32_t nodes) {
  Result<std::map<std::uint32_t, std::int64_t>> offsets{std::map<std::uint32_t, std::int64_t>{}};
  for (const auto& text : texts) {
    LUCID_TRY_ASSIGN(const ClockOffset one, parse_clock_offset(text));
    if (one.node > nodes) return no_such_node(one.node, nodes);
    (*offsets)[one.node] = one.offset_ms;
  }
  return offsets;
}

}  // namespace lucid::tools::localnet
