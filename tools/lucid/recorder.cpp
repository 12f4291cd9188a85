#include "tools/lucid/recorder.hpp"

#include "core/anchoring/manifest.hpp"
#include "core/crypto/sha256.hpp"
#include "tools/lucid/chunk_packing.hpp"
#include "tools/lucid/content_chunker.hpp"
#include "tools/lucid/local_files.hpp"

namespace lucid::tools {
namespace {

class Recording {
 public:
  Recording(const SessionId& session, TimeMs started_at, const ChunkSink& sink) : sink_(sink) {
    manifest_.session = session;
    manifest_.started_at = started_at;
  }

  Status add_file(const SessionFile& file) {
    if (manifest_.files.size() >= kMaxFilesPerSession)
      return fail(Fault::number_range, "files", "at most " + std::to_string(kMaxFilesPerSession), "more");
    ManifestFile entry;
    entry.name = decltype(entry.name)(file.name);
    entry.first_chunk = static_cast<std::uint32_t>(manifest_.chunks.size());
    ContentChunker chunker([this](ByteView plain) { return add_chunk(plain); });
    crypto::Sha256 hasher;
    LUCID_TRY(stream_file(file.path, [&](ByteView piece) {
      hasher.update(piece);
      entry.size_bytes += piece.size();
      return chunker.add(piece);
    }));
    LUCID_TRY(chunker.finish());
    entry.hash = hasher.finish();
    entry.chunk_count = static_cast<std::uint32_t>(manifest_.chunks.size()) - entry.first_chunk;
    manifest_.files.push_back(std::move(entry));
    return {};
  }

  Manifest take() { return std::move(manifest_); }

 private:
  Status add_chunk(ByteView plain) {
    if (manifest_.chunks.size() >= kMaxChunksPerSession)
      return fail(Fault::number_range, "chunks", "at most " + std::to_string(kMaxChunksPerSession), "more");
    const PackedChunk packed = packer_.pack(plain);
    ManifestChunk chunk;
    chunk.index = static_cast<std::uint32_t>(manifest_.chunks.size());
    chunk.size_bytes = static_cast<std::uint32_t>(packed.stored.size());
    chunk.plain_size_bytes = static_cast<std::uint32_t>(plain.size());
    chunk.form = packed.form;
    chunk.hash = crypto::sha256(packed.stored);
    chunk.segment_root = anchoring::segment_root(packed.stored);
    LUCID_TRY(sink_(chunk, packed.stored));
    manifest_.chunks.push_back(chunk);
    return {};
  }

  const ChunkSink& sink_;
  Packer packer_;
  Manifest manifest_;
};

}  // namespace

Result<Manifest> record_session(const SessionId& session, TimeMs started_at, std::span<const SessionFile> files,
                                const ChunkSink& sink) {
  Recording recording(session, started_at, sink);
  for (const SessionFile& file : files) LUCID_TRY(recording.add_file(file));
  Manifest manifest = recording.take();
  LUCID_TRY(anchoring::check_manifest(manifest));
  return manifest;
}

}  // namespace lucid::tools
