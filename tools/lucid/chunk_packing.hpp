// A chunk as recorded and as stored: compressed with zstd where that makes it smaller, else as it is.
//
// Thread-safety: a Packer belongs to one thread; unpack_chunk() to none. Sizes in bytes.
#pragma once

#include <memory>

#include "core/types/session.hpp"

namespace lucid::tools {

struct PackedChunk {
  ChunkForm form = ChunkForm::raw;
  ByteView stored;  // valid until the next pack(), and where raw, as long as the plain bytes
};

class Packer {
 public:
  Packer();
  ~Packer();

  /// `plain` has 1 to kMaxChunkBytes.
  PackedChunk pack(ByteView plain);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The recorded bytes, exactly plain_size_bytes of them. The stored bytes' hash is for the caller to check before.
/// Fault chunk_size, file_form.
Result<Bytes> unpack_chunk(const ManifestChunk& chunk, ByteView stored);

}  // namespace lucid::tools
