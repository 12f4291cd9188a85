// The one table from the node's faults to what a REST client sees (docs/api.md, "Errors").
//
// Thread-safety: constants.
#pragma once

#include <string_view>

#include "core/base/fault.hpp"

namespace lucid::api {

inline constexpr std::string_view kInvalidRequest = "LUCID_ERR_1001";
inline constexpr std::string_view kBodyTooLarge = "LUCID_ERR_1002";
inline constexpr std::string_view kUnknownRoute = "LUCID_ERR_1003";
inline constexpr std::string_view kWrongMethod = "LUCID_ERR_1004";
inline constexpr std::string_view kWrongRange = "LUCID_ERR_1005";
inline constexpr std::string_view kNotAllowed = "LUCID_ERR_2004";
inline constexpr std::string_view kOurFault = "LUCID_ERR_5000";
inline constexpr std::string_view kNotReady = "LUCID_ERR_5008";

struct ErrorAnswer {
  int status = 500;
  std::string_view code = kOurFault;
};

/// What a fault of the facade becomes. A fault without an entry is the node's own: 500, and the client learns nothing
/// of it.
ErrorAnswer answer_of(Fault fault);

}  // namespace lucid::api
