#include "config/json_reader.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace lucid::config {
namespace {

using nlohmann::json;

/// A value as it may stand in an error: short, and not more than its beginning.
std::string shown(const json& value) {
  constexpr std::size_t kMaxShown = 80;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() <= kMaxShown ? text : text.substr(0, kMaxShown) + "…";
}

/// nlohmann keeps the last of two equal keys; a person meant one of them, so both are refused.
class DoubledKeys {
 public:
  bool operator()(int /*depth*/, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end && !open_.empty()) open_.pop_back();
    if (event == json::parse_event_t::key && !open_.empty()) {
      auto key = parsed.get<std::string>();
      if (!open_.back().insert(key).second && doubled_.empty()) doubled_ = key;
    }
    return true;
  }
  const std::string& doubled() const { return doubled_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string doubled_;
};

}  // namespace

Result<json> parse_document(std::string_view text, std::string_view source, JsonFaults faults) {
  DoubledKeys keys;
  try {
    json document = json::parse(text.begin(), text.end(), std::ref(keys));
    if (!keys.doubled().empty())
      return fail(faults.form, source, "each key once", "\"" + keys.doubled().substr(0, 80) + "\" again");
    return document;
  } catch (const json::exception& error) {
    std::size_t at = text.size();
    if (const auto* parse_error = dynamic_cast<const json::parse_error*>(&error)) at = parse_error->byte;
    const auto end = text.find_last_not_of(" \t\r\n");
    const bool cut = end == std::string_view::npos || at > end + 1;
    return fail(
        faults.form, source, "a complete JSON document",
        cut ? "one that ends early, at byte " + std::to_string(text.size()) : "an error at byte " + std::to_string(at));
  }
}

std::string JsonReader::child_path(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

tl::unexpected<Error> JsonReader::wrong(std::string expected) const {
  return fail(faults_.field, path_, std::move(expected), shown(*value_));
}

Status JsonReader::object(std::initializer_list<std::string_view> known) const {
  if (!value_->is_object()) return wrong("an object");
  for (const auto& [key, unused] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fail(faults_.field, child_path(key.substr(0, 80)), "only known fields", "one that is not known");
  }
  return {};
}

Result<JsonReader> JsonReader::member(std::string_view key) const {
  const auto found = value_->find(std::string(key));
  if (found == value_->end()) return fail(faults_.field, child_path(key), "a value", "nothing");
  return JsonReader(*found, child_path(key), faults_);
}

Result<std::vector<JsonReader>> JsonReader::entries(std::size_t max) const {
  if (!value_->is_array() || value_->size() > max) return wrong("an array of at most " + std::to_string(max));
  std::vector<JsonReader> readers;
  for (std::size_t i = 0; i < value_->size(); ++i)
    readers.emplace_back((*value_)[i], path_ + "[" + std::to_string(i) + "]", faults_);
  return readers;
}

Result<std::uint64_t> JsonReader::number() const {
  if (!value_->is_number_unsigned()) return wrong("a whole number below 2^64");
  return value_->get<std::uint64_t>();
}

Result<bool> JsonReader::boolean() const {
  if (!value_->is_boolean()) return wrong("true or false");
  return value_->get<bool>();
}

Result<std::string> JsonReader::text(std::size_t max_bytes) const {
  if (!value_->is_string() || value_->get_ref<const std::string&>().size() > max_bytes)
    return wrong("a text of at most " + std::to_string(max_bytes) + " bytes");
  return value_->get<std::string>();
}

}  // namespace lucid::config
