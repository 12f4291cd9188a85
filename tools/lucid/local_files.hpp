// Files on this machine, read and written for people: every refusal is one sentence that names the file.
#pragma once

#include <filesystem>
#include <functional>

#include "core/anchoring/bundle.hpp"
#include "core/base/bytes.hpp"

namespace lucid::tools {

/// All of a file of at most `max_bytes`. Faults: file_missing, file_io, size_wrong.
Result<Bytes> read_whole_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Hands the file's bytes on in pieces of at most 1 MiB. Faults: file_missing, file_io, and those of `take`.
Status stream_file(const std::filesystem::path& path, const std::function<Status(ByteView)>& take);

/// Size and SHA-256, without holding the file in memory.
Result<anchoring::FileAtHand> hash_file(const std::filesystem::path& path);

/// Writes beside the target, syncs and renames over it, so that no half file is ever seen. Fault file_io.
Status write_whole_file(const std::filesystem::path& path, ByteView bytes);

}  // namespace lucid::tools
