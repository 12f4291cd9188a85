// What the operating system refused, in the words of Fault.
#pragma once

#include <string_view>

#include "core/base/result.hpp"

namespace lucid::storage {

/// No permission or a read-only file system: storage_read_only. No room: storage_full. Anything else: storage_io.
Error os_error(int error_number, std::string_view what);

}  // namespace lucid::storage
