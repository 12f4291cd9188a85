// Makes a session of files: reads each once, cuts, compresses and hashes it, hands the chunks on and keeps only what
// the manifest needs.
#pragma once

#include <functional>
#include <span>

#include "core/types/session.hpp"
#include "tools/lucid/session_files.hpp"

namespace lucid::tools {

/// Gets each chunk as it is to be stored. An error ends the recording.
using ChunkSink = std::function<Status(const ManifestChunk& chunk, ByteView stored)>;

/// A manifest that keeps its rules. Faults: those of reading files and of the sink; number_range for more than
/// kMaxChunksPerSession chunks or kMaxFilesPerSession files.
Result<Manifest> record_session(const SessionId& session, TimeMs started_at, std::span<const SessionFile> files,
                                const ChunkSink& sink);

}  // namespace lucid::tools
