#include "actors/runtime/failure.hpp"

#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>
#include <limits>

namespace lucid::actors {
namespace {

constexpr caf::atom_value kCategory = caf::atom("lucid");

// CAF takes code 0 for "no error", so the faults are counted from 1.
constexpr std::uint8_t code_of(Fault fault) {
  return static_cast<std::uint8_t>(static_cast<int>(fault) + 1);
}

#define X(name, text) +1
constexpr int kFaults = 0 LUCID_FAULTS(X);
#undef X
static_assert(kFaults <= std::numeric_limits<std::uint8_t>::max(), "a caf::error has one byte for its code");

}  // namespace

caf::error to_caf(const Error& error) {
  return {code_of(error.fault), kCategory, caf::make_message(error.field, error.expected, error.actual)};
}

Error from_caf(const caf::error& error) {
  if (error.category() == kCategory) {
    Error out;
    // A code beyond the last fault came from a newer version.
    if (error.code() <= kFaults) out.fault = static_cast<Fault>(error.code() - 1);
    const auto& context = error.context();
    if (context.match_elements<std::string, std::string, std::string>()) {
      out.field = context.get_as<std::string>(0);
      out.expected = context.get_as<std::string>(1);
      out.actual = context.get_as<std::string>(2);
    }
    return out;
  }
  Fault fault = Fault::internal;
  if (error == caf::sec::request_timeout)
    fault = Fault::no_answer;
  else if (error == caf::sec::request_receiver_down || error == caf::sec::invalid_argument ||
           error == caf::exit_reason::remote_link_unreachable || error == caf::exit_reason::user_shutdown ||
           error == caf::exit_reason::kill || error == caf::exit_reason::out_of_workers)
    fault = Fault::not_ready;
  return {fault, {}, {}, caf::to_string(error)};
}

std::string to_text(const caf::error& error) {
  if (!error) return "ended normally";
  if (error.category() == kCategory) return lucid::to_text(from_caf(error));
  if (error == caf::exit_reason::user_shutdown) return "asked to end";
  if (error == caf::exit_reason::kill) return "killed";
  return caf::to_string(error);
}

}  // namespace lucid::actors
