#include "core/base/result.hpp"

namespace lucid {

std::string_view fault_name(Fault fault) {
  switch (fault) {
#define X(name, text) \
  case Fault::name:   \
    return #name;
    LUCID_FAULTS(X)
#undef X
  }
  return "unknown";
}

std::string_view fault_text(Fault fault) {
  switch (fault) {
#define X(name, text) \
  case Fault::name:   \
    return text;
    LUCID_FAULTS(X)
#undef X
  }
  return "unknown fault";
}

std::string to_text(const Error& error) {
  std::string text;
  if (!error.field.empty()) text += error.field + ": ";
  text += fault_text(error.fault);
  if (!error.expected.empty()) text += "; expected " + error.expected;
  if (!error.actual.empty()) text += (error.expected.empty() ? "; got " : ", got ") + error.actual;
  return text;
}

}  // namespace lucid
