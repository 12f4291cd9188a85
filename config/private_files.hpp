// Files that only this user may touch, and files that appear whole or not at all.
//
// Thread-safety: functions without shared state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lucid::config {

/// Makes the directory (0700) where it is missing; an existing one must be this user's and closed to all others.
/// Faults: file_io, file_mode, file_owner.
Status ensure_private_directory(const std::filesystem::path& path);

/// Reads a file of at most `max_bytes` without following a link. Faults: file_missing, file_owner, file_mode (each says
/// what to do), file_form (no plain file, or too large), file_io.
Result<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Writes beside it, syncs, and renames it into place; an existing file is never replaced. Mode 0600, or
/// 0644 where `readable_by_all`. Faults: file_io.
Status write_new_file(const std::filesystem::path& path, std::string_view content, bool readable_by_all);

/// Makes names made or changed in a folder survive a power cut. Fault file_io.
Status sync_folder(const std::filesystem::path& folder);

}  // namespace lucid::config
