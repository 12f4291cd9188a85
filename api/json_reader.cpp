#include "api/json_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/time_text.hpp"

namespace lucid::api {

using nlohmann::json;

void FieldErrors::add(std::string field, std::string expected, std::string actual, std::string message) {
  list_.push_back({std::move(field), std::move(expected), std::move(actual), std::move(message)});
}

void FieldErrors::add(const Error& error) {
  add(error.field, error.expected, error.actual, std::string(fault_text(error.fault)));
}

namespace {

const json kNull;

/// Builds the tree from the parser's events; false from an event ends the parse, with the reason in error().
class TreeBuilder {
 public:
  bool null() { return add(json()); }
  bool boolean(bool value) { return add(json(value)); }
  bool number_integer(std::int64_t value) { return add(json(value)); }
  bool number_unsigned(std::uint64_t value) { return add(json(value)); }
  bool number_float(double value, const std::string&) { return add(json(value)); }
  bool string(std::string& value) { return add(json(std::move(value))); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(json::array()); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    if (open_.back()->contains(name)) {
      error_ = Error{Fault::text_form, name, "each name once in an object", "the name twice"};
      return false;
    }
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& exception) {
    const std::string what = exception.what();
    const bool utf8 = what.find("UTF-8") != std::string::npos;
    const bool range = what.find("out_of_range") != std::string::npos;
    const std::string at = " at byte " + std::to_string(position);
    if (utf8) error_ = Error{Fault::decode_text, "body", "UTF-8", "other bytes" + at};
    if (range) error_ = Error{Fault::number_range, "body", "numbers that a double can hold", "a larger one" + at};
    if (!utf8 && !range) error_ = Error{Fault::text_form, "body", "JSON", actual(what, at)};
    return false;
  }

  json take() { return std::move(root_); }
  const Error& error() const { return error_; }

 private:
  static std::string actual(const std::string& what, const std::string& at) {
    return (what.find("unexpected end of input") != std::string::npos ? "it ends early" : "something else") + at;
  }

  json* place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    json& member = parent[name_];
    member = std::move(value);
    return &member;
  }

  bool add(json value) {
    place(std::move(value));
    return true;
  }

  bool open(json value) {
    if (open_.size() == kMaxJsonDepth) {
      error_ = Error{Fault::decode_depth, "body", "at most " + std::to_string(kMaxJsonDepth) + " levels", "more"};
      return false;
    }
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_;  // a parent's growth never moves an open child: only the last one grows
  std::string name_;
  Error error_{Fault::text_form, "body", "JSON", "something else"};
};

std::string kind_of(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a text";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::number_float:
      return "a number with a fraction or beyond 64 bits";
    case json::value_t::number_integer:
      return value.get<std::int64_t>() < 0 ? "a negative number" : "a number";
    case json::value_t::number_unsigned:
      return "a number";
    default:
      return "something else";
  }
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  TreeBuilder builder;
  const bool whole = json::sax_parse(text.begin(), text.end(), &builder);
  if (!whole) return tl::unexpected(builder.error());
  return Result<json>(builder.take());
}

JsonReader::JsonReader(const json& value, std::string path, FieldErrors& errors)
    : value_(value), path_(std::move(path)), errors_(errors) {
  if (value_.is_object()) return;
  const std::string field = path_.empty() ? "body" : path_;
  for (const FieldError& error : errors_.list()) {
    if (error.field == field) return;  // noted by object() above
  }
  errors_.add(field, "an object", kind_of(value_), "a value of another type stands here");
}

std::string JsonReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const json* JsonReader::find(std::string_view name) const {
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(std::string(name));
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonReader::has(std::string_view name) const {
  return find(name) != nullptr;
}

bool JsonReader::noted(std::string_view name) const {
  if (!value_.is_object()) return true;
  const std::string path = path_of(name);
  return std::any_of(errors_.list().begin(), errors_.list().end(), [&](const auto& e) { return e.field == path; });
}

const json* JsonReader::required(std::string_view name) {
  const json* found = find(name);
  if (found == nullptr && value_.is_object()) errors_.add(path_of(name), "a value", "nothing", "the field is required");
  return found;
}

const std::string* JsonReader::string(std::string_view name) {
  const json* found = required(name);
  if (found == nullptr) return nullptr;
  if (found->is_string()) return &found->get_ref<const std::string&>();
  errors_.add(path_of(name), "a text", kind_of(*found), "a value of another type stands here");
  return nullptr;
}

std::uint64_t JsonReader::number(std::string_view name, std::uint64_t min, std::uint64_t max) {
  const json* found = required(name);
  if (found == nullptr) return 0;
  const std::string expected = "an integer from " + std::to_string(min) + " to " + std::to_string(max);
  if (found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= min && value <= max) return value;
    errors_.add(path_of(name), expected, std::to_string(value), std::string(fault_text(Fault::number_range)));
    return 0;
  }
  const bool range = found->is_number();
  errors_.add(path_of(name), expected, kind_of(*found),
              range ? std::string(fault_text(Fault::number_range)) : "a value of another type stands here");
  return 0;
}

std::optional<std::uint64_t> JsonReader::optional_number(std::string_view name, std::uint64_t min, std::uint64_t max) {
  if (!has(name)) return std::nullopt;
  return number(name, min, max);
}

std::string JsonReader::text(std::string_view name, std::size_t max_size) {
  const std::string* found = string(name);
  if (found == nullptr) return {};
  if (found->empty() || found->size() > max_size) {
    errors_.add(path_of(name), "1 to " + std::to_string(max_size) + " bytes", std::to_string(found->size()) + " bytes",
                std::string(fault_text(Fault::size_wrong)));
    return {};
  }
  return *found;
}

std::optional<std::string> JsonReader::optional_text(std::string_view name, std::size_t max_size) {
  if (!has(name)) return std::nullopt;
  return text(name, max_size);
}

std::string_view JsonReader::hex_digits(std::string_view name, std::size_t digits) {
  const std::string* found = string(name);
  if (found == nullptr) return {};
  std::string_view text = *found;
  if (text.size() == digits + 2 && text.starts_with("0x")) text.remove_prefix(2);
  return text;
}

Bytes JsonReader::hex(std::string_view name, std::size_t max_size) {
  const std::string* found = string(name);
  if (found == nullptr) return {};
  std::string_view text = *found;
  if (text.starts_with("0x")) text.remove_prefix(2);
  if (text.size() > 2 * max_size) {
    errors_.add(path_of(name), "at most " + std::to_string(max_size) + " bytes in hex",
                std::to_string(text.size()) + " digits", std::string(fault_text(Fault::size_wrong)));
    return {};
  }
  return take<Bytes>(parse_hex(text, path_of(name)), name);
}

SessionId JsonReader::uuid(std::string_view name) {
  const std::string* found = string(name);
  return found == nullptr ? SessionId{} : take<SessionId>(parse_uuid(*found, path_of(name)), name);
}

std::optional<SessionId> JsonReader::optional_uuid(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return uuid(name);
}

Address JsonReader::address(std::string_view name) {
  const std::string* found = string(name);
  return found == nullptr ? Address{} : take<Address>(parse_address(*found, path_of(name)), name);
}

TimeMs JsonReader::time(std::string_view name) {
  const std::string* found = string(name);
  return found == nullptr ? TimeMs{} : take<TimeMs>(parse_iso8601(*found, path_of(name)), name);
}

std::optional<TimeMs> JsonReader::optional_time(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return time(name);
}

const json& JsonReader::object(std::string_view name) {
  const json* found = required(name);
  if (found == nullptr) return kNull;
  if (found->is_object()) return *found;
  errors_.add(path_of(name), "an object", kind_of(*found), "a value of another type stands here");
  return kNull;
}

const json& JsonReader::array(std::string_view name, std::size_t min_count, std::size_t max_count) {
  const json* found = required(name);
  if (found == nullptr) return kNull;
  const std::string expected =
      "an array of " + std::to_string(min_count) + " to " + std::to_string(max_count) + " elements";
  if (!found->is_array()) {
    errors_.add(path_of(name), expected, kind_of(*found), "a value of another type stands here");
    return kNull;
  }
  if (found->size() >= min_count && found->size() <= max_count) return *found;
  errors_.add(path_of(name), expected, std::to_string(found->size()) + " elements",
              std::string(fault_text(Fault::decode_length)));
  return kNull;
}

}  // namespace lucid::api
