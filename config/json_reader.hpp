// Strict reading of JSON documents that people edit: errors name the path of the field (validators[2].vrf_key), an
// unknown or doubled key is refused, numbers are integers, and a document that ends early is told in one sentence.
//
// Thread-safety: an object belongs to one thread.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lucid::config {

/// How a document's errors are classed: as no document at all, or as one with a wrong field.
struct JsonFaults {
  Fault form = Fault::file_form;
  Fault field = Fault::file_form;
};

/// The whole of `text` as one document without doubled keys.
Result<nlohmann::json> parse_document(std::string_view text, std::string_view source, JsonFaults faults);

/// One value of a document and its path. Refers to the document, which must outlive it.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& value, std::string path, JsonFaults faults)
      : value_(&value), path_(std::move(path)), faults_(faults) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }

  /// This is an object whose keys are all among `known`.
  Status object(std::initializer_list<std::string_view> known) const;
  bool has(std::string_view key) const { return value_->contains(std::string(key)); }
  /// A member that must be there. This must be an object.
  Result<JsonReader> member(std::string_view key) const;
  /// This is an array; its entries.
  Result<std::vector<JsonReader>> entries(std::size_t max) const;

  Result<std::uint64_t> number() const;
  Result<bool> boolean() const;
  Result<std::string> text(std::size_t max_bytes) const;

  template <class Fixed>
  Result<Fixed> hex() const {
    LUCID_TRY_ASSIGN(const std::string digits, text(2 * Fixed::kSize + 2));
    auto parsed = parse_fixed_hex<Fixed>(digits, path_);
    if (!parsed) return wrong(std::to_string(2 * Fixed::kSize) + " hex digits");
    return parsed;
  }

  /// This value is not what was asked.
  tl::unexpected<Error> wrong(std::string expected) const;

 private:
  std::string child_path(std::string_view key) const;

  const nlohmann::json* value_;
  std::string path_;
  JsonFaults faults_;
};

}  // namespace lucid::config
