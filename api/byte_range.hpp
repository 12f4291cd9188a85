// The Range header (RFC 9110 section 14): one range of bytes.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.hpp"

namespace lucid::api {

struct ByteRange {
  std::size_t offset = 0;
  std::size_t length = 0;
  bool partial = false;  // false: all of it, because no range was asked for, or several at once
};

/// Of `size` bytes. Fault number_range where no byte of the range is there.
Result<ByteRange> parse_range(std::string_view header, std::size_t size);

}  // namespace lucid::api
