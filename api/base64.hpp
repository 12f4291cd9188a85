// Base64 with padding (RFC 4648 section 4), strictly: one text for each byte string.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::api {

std::string to_base64(ByteView bytes);

/// Fault text_form, naming `field`.
Result<Bytes> parse_base64(std::string_view text, std::string_view field);

}  // namespace lucid::api
