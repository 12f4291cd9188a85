// Errors that travel between actors: an Error becomes CAF's error and comes back the same, and CAF's own errors become
// a fault that a caller can act on.
//
// Thread-safety: pure functions.
#pragma once

#include <caf/error.hpp>
#include <caf/result.hpp>

#include "core/base/result.hpp"

namespace lucid::actors {

caf::error to_caf(const Error& error);

/// The Error given to to_caf(), if it is one. Otherwise no_answer (timed out), not_ready (the receiver is not there or
/// ended before it answered) or internal, with CAF's own words in `actual`.
Error from_caf(const caf::error& error);

/// CAF's words for an error or exit reason, or the sentence of an Error.
std::string to_text(const caf::error& error);

/// What a handler returns: the value, or the Error.
template <class T>
caf::result<T> answer(Result<T> result) {
  if (result) return std::move(*result);
  return to_caf(result.error());
}
inline caf::result<void> answer(const Status& status) {
  if (status) return caf::unit;
  return to_caf(status.error());
}

}  // namespace lucid::actors
