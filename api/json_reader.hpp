// Reads a request's JSON, strictly: each call takes one typed field, and notes what is wrong with it under the field's
// name instead of stopping, so that a client learns all faults at once. After the calls, ask the FieldErrors.
//
// A field that is wrong reads as a default value; nothing may be done with it while there are errors.
// Thread-safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/ids.hpp"

namespace lucid::api {

inline constexpr std::size_t kMaxJsonDepth = 32;

struct FieldError {
  std::string field;
  std::string expected;
  std::string actual;
  std::string message;
};

/// What is wrong with a request's fields.
class FieldErrors {
 public:
  void add(std::string field, std::string expected, std::string actual, std::string message);
  void add(const Error& error);
  bool any() const { return !list_.empty(); }
  const std::vector<FieldError>& list() const { return list_; }

 private:
  std::vector<FieldError> list_;
};

/// Parses a whole text. Refused besides bad JSON: nesting deeper than kMaxJsonDepth, a member named twice, a number
/// beyond a double, bytes that are no UTF-8. Errors carry the field "body". Faults: text_form, decode_depth,
/// decode_text.
Result<nlohmann::json> parse_json(std::string_view text);

class JsonReader {
 public:
  /// `value` should be an object (it is noted if not); `path` is put before the names of its fields. Both outlive the
  /// reader.
  JsonReader(const nlohmann::json& value, std::string path, FieldErrors& errors);

  bool has(std::string_view name) const;

  std::uint64_t number(std::string_view name, std::uint64_t min = 0,
                       std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
  std::optional<std::uint64_t> optional_number(std::string_view name, std::uint64_t min = 0,
                                               std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
  /// 1 to `max_size` bytes.
  std::string text(std::string_view name, std::size_t max_size);
  std::optional<std::string> optional_text(std::string_view name, std::size_t max_size);
  /// Hex digits of at most `max_size` bytes; "0x" before them is allowed.
  Bytes hex(std::string_view name, std::size_t max_size);
  template <class Fixed>
  Fixed fixed_hex(std::string_view name) {
    return take<Fixed>(parse_fixed_hex<Fixed>(hex_digits(name, 2 * Fixed::kSize), path_of(name)), name);
  }
  template <class Fixed>
  std::optional<Fixed> optional_fixed_hex(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return fixed_hex<Fixed>(name);
  }
  SessionId uuid(std::string_view name);
  std::optional<SessionId> optional_uuid(std::string_view name);
  Address address(std::string_view name);
  TimeMs time(std::string_view name);
  std::optional<TimeMs> optional_time(std::string_view name);

  /// The member as it stands, noted where it is not of that kind; null then.
  const nlohmann::json& object(std::string_view name);
  const nlohmann::json& array(std::string_view name, std::size_t min_count, std::size_t max_count);

  std::string path_of(std::string_view name) const;

 private:
  const nlohmann::json* find(std::string_view name) const;
  const nlohmann::json* required(std::string_view name);
  const std::string* string(std::string_view name);
  /// The text of a hex field without "0x"; empty, with the fault noted, where it is no text.
  std::string_view hex_digits(std::string_view name, std::size_t digits);
  template <class T>
  T take(Result<T> result, std::string_view name) {
    if (result) return *std::move(result);
    if (!noted(name)) errors_.add(result.error());
    return {};
  }
  bool noted(std::string_view name) const;

  const nlohmann::json& value_;
  std::string path_;
  FieldErrors& errors_;
};

}  // namespace lucid::api
