#include "storage/os_error.hpp"

#include <cerrno>
#include <system_error>

namespace lucid::storage {

Error os_error(int error_number, std::string_view what) {
  const std::string text = std::generic_category().message(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return {Fault::storage_read_only, std::string(what), "a place that this user may write", text};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {Fault::storage_full, std::string(what), "free room", text};
    default:
      return {Fault::storage_io, std::string(what), {}, text};
  }
}

}  // namespace lucid::storage
