// Writes JSON straight into a string, members in the order of the calls. Answers are made with it, because building a
// tree first would cost more than all the rest of a read.
//
// Thread-safety: a writer belongs to one thread. Cannot fail; the caller keeps objects and arrays balanced.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/types/ids.hpp"

namespace lucid::api {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const Address& address) { return value(to_text(address)); }
  JsonWriter& value(const SessionId& session) { return value(to_text(session)); }
  template <std::size_t N, class Tag>
  JsonWriter& value(const FixedBytes<N, Tag>& bytes) {
    return value(to_hex(bytes));
  }
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::same_as<T, bool>)
      return raw(number ? "true" : "false");
    else
      return raw(std::to_string(number));
  }
  JsonWriter& value(double number);
  JsonWriter& null() { return raw("null"); }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  JsonWriter& time_field(std::string_view name, std::optional<TimeMs> time);

  std::string take() { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool comma_ = false;
};

}  // namespace lucid::api
