// The one shape of every error answer (docs/api.md, "Errors").
//
// Thread-safety: pure functions, but for the clock that `timestamp` reads.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/error_table.hpp"
#include "api/http_message.hpp"
#include "api/json_reader.hpp"

namespace lucid::api {

/// How long a client should wait before it asks again, where the status says that this helps.
inline constexpr int kRetryAfterSeconds = 1;

struct Refusal {
  ErrorAnswer answer;
  std::string message;
  std::string field, expected, actual;  // into details, those that are not empty
  std::span<const FieldError> validation_errors;
};

/// With Retry-After for 429 and 503.
Response error_response(const Refusal& refusal, std::string_view request_id);

/// Of an error that the facade gave: through the table. A 500 says nothing but the request's id.
Response error_response(const Error& error, std::string_view request_id);

/// 422, or 400 where `status` says so, naming each field.
Response validation_response(std::span<const FieldError> errors, std::string_view request_id, int status = 422);

}  // namespace lucid::api
