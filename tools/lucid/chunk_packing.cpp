#include "tools/lucid/chunk_packing.hpp"

#include <new>
#include <zstd.h>

namespace lucid::tools {
namespace {

constexpr int kLevel = 3;  // zstd's own default: a Pi keeps up with its disk

}  // namespace

struct Packer::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Bytes room;

  Context() {
    if (zstd == nullptr) throw std::bad_alloc();
  }
  ~Context() { ZSTD_freeCCtx(zstd); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Packer::Packer() : context_(std::make_unique<Context>()) {}
Packer::~Packer() = default;

PackedChunk Packer::pack(ByteView plain) {
  context_->room.resize(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compressCCtx(context_->zstd, context_->room.data(), context_->room.size(), plain.data(),
                                             plain.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size >= plain.size()) return {ChunkForm::raw, plain};
  return {ChunkForm::zstd, ByteView(context_->room).first(size)};
}

Result<Bytes> unpack_chunk(const ManifestChunk& chunk, ByteView stored) {
  const std::string field = "chunk " + std::to_string(chunk.index);
  if (stored.size() != chunk.size_bytes || chunk.plain_size_bytes > kMaxChunkBytes)
    return fail(Fault::chunk_size, field, std::to_string(chunk.size_bytes) + " bytes", std::to_string(stored.size()));
  if (chunk.form == ChunkForm::raw) return to_bytes(stored);
  Bytes plain(chunk.plain_size_bytes);
  const std::size_t size = ZSTD_decompress(plain.data(), plain.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0)
    return fail(Fault::file_form, field, std::to_string(chunk.plain_size_bytes) + " bytes behind zstd",
                ZSTD_getErrorName(size));
  if (size != plain.size())
    return fail(Fault::chunk_size, field, std::to_string(chunk.plain_size_bytes) + " bytes", std::to_string(size));
  return plain;
}

}  // namespace lucid::tools
