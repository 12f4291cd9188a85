// Puts the files of a session back: fetches each chunk, checks it against the manifest, unpacks it, and checks each
// file against its own hash.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/types/session.hpp"

namespace lucid::tools {

/// Returns the stored bytes of a chunk; they are checked by the caller of this.
using ChunkSource = std::function<Result<Bytes>(const ManifestChunk& chunk)>;

struct RestoredFile {
  std::string recorded_name;
  std::filesystem::path path;
};

/// Into a directory that must be new or empty, under safe_name() of the recorded names (numbered where two become one).
/// The manifest keeps its rules. Faults: file_io, chunk_hash_mismatch, chunk_size, file_form, file_differs, and those
/// of the source. After an error, what was written stays; no file stands there under its name that was not checked.
Result<std::vector<RestoredFile>> restore_session(const Manifest& manifest, const std::filesystem::path& directory,
                                                  const ChunkSource& source);

}  // namespace lucid::tools
