#include "api/error_body.hpp"

#include <array>
#include <utility>

#include "api/json_writer.hpp"
#include "api/time_text.hpp"

namespace lucid::api {
namespace {

void write_details(JsonWriter& out, const Refusal& refusal) {
  out.key("details").begin_object();
  if (!refusal.field.empty()) out.field("field", refusal.field);
  if (!refusal.expected.empty()) out.field("expected", refusal.expected);
  if (!refusal.actual.empty()) out.field("actual", refusal.actual);
  if (!refusal.validation_errors.empty()) {
    out.key("validation_errors").begin_array();
    for (const FieldError& error : refusal.validation_errors) {
      out.begin_object()
          .field("field", error.field)
          .field("expected", error.expected)
          .field("actual", error.actual)
          .field("message", error.message)
          .end_object();
    }
    out.end_array();
  }
  out.end_object();
}

}  // namespace

Response error_response(const Refusal& refusal, std::string_view request_id) {
  JsonWriter out;
  out.begin_object().key("error").begin_object();
  out.field("code", refusal.answer.code).field("message", refusal.message);
  write_details(out, refusal);
  out.field("request_id", request_id).time_field("timestamp", now_ms());
  out.field("service", "lucid-blocks").field("version", "v1");
  out.end_object().end_object();

  Response response;
  response.status = refusal.answer.status;
  response.body = out.take();
  response.error = refusal.message;
  if (!refusal.field.empty()) response.error += ": " + refusal.field;
  for (const FieldError& error : refusal.validation_errors) response.error += "; " + error.field + ": " + error.message;
  if (response.status == 429 || response.status == 503)
    response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  return response;
}

Response error_response(const Error& error, std::string_view request_id) {
  const ErrorAnswer answer = answer_of(error.fault);
  Response response;
  if (answer.status == 500) {
    response =
        error_response({answer, "the node failed to answer; its log names this request", {}, {}, {}, {}}, request_id);
  } else if (answer.code == kInvalidRequest) {
    const std::array<FieldError, 1> errors{
        FieldError{error.field, error.expected, error.actual, std::string(fault_text(error.fault))}};
    response = validation_response(errors, request_id, answer.status);
  } else {
    response = error_response(
        {answer, std::string(fault_text(error.fault)), error.field, error.expected, error.actual, {}}, request_id);
  }
  response.error = to_text(error);
  return response;
}

Response validation_response(std::span<const FieldError> errors, std::string_view request_id, int status) {
  const std::string message = status == 400 ? "the request cannot be read" : "the request breaks a constraint";
  return error_response({{status, kInvalidRequest}, message, {}, {}, {}, errors}, request_id);
}

}  // namespace lucid::api
