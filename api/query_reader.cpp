#include "api/query_reader.hpp"

#include <algorithm>
#include <charconv>

namespace lucid::api {

const std::string* QueryReader::find(std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : request_.query) {
    if (key != name) continue;
    if (found != nullptr) {
      errors_.add(std::string(name), "the parameter once", "the parameter twice", "the parameter is given twice");
      return nullptr;
    }
    found = &value;
  }
  return found;
}

std::optional<std::uint64_t> QueryReader::number(std::string_view name, std::uint64_t min, std::uint64_t max) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc{} && end == text->data() + text->size() && value >= min && value <= max) return value;
  const bool digits =
      !text->empty() && std::all_of(text->begin(), text->end(), [](char c) { return c >= '0' && c <= '9'; });
  errors_.add({digits ? Fault::number_range : Fault::text_form, std::string(name),
               "an integer from " + std::to_string(min) + " to " + std::to_string(max), text->substr(0, 40)});
  return std::nullopt;
}

std::optional<std::size_t> QueryReader::choice(std::string_view name, std::span<const std::string_view> choices) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string expected = "one of";
  for (const std::string_view choice : choices) expected += " " + std::string(choice);
  errors_.add({Fault::text_form, std::string(name), expected, text->substr(0, 40)});
  return std::nullopt;
}

std::optional<SessionId> QueryReader::uuid(std::string_view name) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  const auto session = parse_uuid(*text, name);
  if (session) return *session;
  errors_.add(session.error());
  return std::nullopt;
}

bool QueryReader::flag(std::string_view name) {
  static constexpr std::string_view kChoices[] = {"0", "1", "false", "true"};
  return choice(name, kChoices).value_or(0) % 2 == 1;
}

PageQuery read_page(QueryReader& query) {
  static constexpr std::uint64_t kMaxPage = 1'000'000'000'000;
  PageQuery out;
  out.page = query.number("page", 1, kMaxPage).value_or(1);
  out.limit = query.number("limit", 1, 100).value_or(20);
  return out;
}

}  // namespace lucid::api
