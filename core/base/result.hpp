// What a function returns that may refuse: a value, or an Error that says which field broke which rule.
//
// Nothing in core throws across its border. Thread-safety: values.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "core/base/fault.hpp"

namespace lucid {

/// One refusal. `field` names what was wrong, `expected` and `actual` what was asked and what came (either may be
/// empty). Text is made from it in one place, to_text().
struct Error {
  Fault fault = Fault::internal;
  std::string field;
  std::string expected;
  std::string actual;

  bool operator==(const Error&) const = default;
};

/// One sentence for people: the fault's own words, then the field, what was expected and what came.
std::string to_text(const Error& error);

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};
using Status = Result<void>;

inline tl::unexpected<Error> fail(Fault fault, std::string_view field = {}, std::string expected = {},
                                  std::string actual = {}) {
  return tl::unexpected<Error>(Error{fault, std::string(field), std::move(expected), std::move(actual)});
}

}  // namespace lucid

/// Leaves the enclosing function with the error of `expression` (a Result or Status), if it has one.
#define LUCID_TRY(expression)                                                                  \
  do {                                                                                         \
    if (auto lucid_try_result = (expression); !lucid_try_result)                               \
      return tl::unexpected(std::move(lucid_try_result).error());                              \
  } while (false)

/// LUCID_TRY_ASSIGN(auto x, f()): declares or assigns the value of a Result, or leaves with its error.
#define LUCID_TRY_CONCAT_(a, b) a##b
#define LUCID_TRY_NAME_(line) LUCID_TRY_CONCAT_(lucid_try_value_, line)
#define LUCID_TRY_ASSIGN(target, expression)                                                   \
  auto LUCID_TRY_NAME_(__LINE__) = (expression);                                               \
  if (!LUCID_TRY_NAME_(__LINE__)) return tl::unexpected(std::move(LUCID_TRY_NAME_(__LINE__)).error()); \
  target = std::move(*LUCID_TRY_NAME_(__LINE__))
