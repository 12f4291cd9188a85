// Cuts a stream into chunks where its content says so, so that bytes inserted into a file change only the chunks around
// them: FastCDC (Xia et al., USENIX ATC 2016) with its gear hash and normalised sizes. The gear table is made from
// SHA-256, see content_chunker.cpp: the same bytes are cut the same way everywhere and always.
//
// How a file is cut is no rule of the chain: the manifest says where the cuts are. Sizes in bytes.
#pragma once

#include <functional>

#include "core/base/bytes.hpp"

namespace lucid::tools {

struct ChunkSizes {
  std::size_t min = 256 << 10;
  std::size_t normal = 1 << 20;  // a power of two; cuts are four times rarer before it and as much likelier after
  std::size_t max = 2 << 20;
};

/// Where the next chunk of `bytes` ends: all of them if they are no more than `sizes.min`, at most `sizes.max`.
std::size_t next_cut(ByteView bytes, const ChunkSizes& sizes = {});

/// Takes a file in pieces of any size and hands on its chunks; holds no more than a chunk and a piece. The last chunk
/// of a file may be smaller than the least size; a file of nothing has none.
class ContentChunker {
 public:
  using Sink = std::function<Status(ByteView chunk)>;

  explicit ContentChunker(Sink sink, ChunkSizes sizes = {}) : sink_(std::move(sink)), sizes_(sizes) {}

  /// An error of the sink ends it.
  Status add(ByteView piece);
  /// After the last piece. The object may then take another file.
  Status finish();

 private:
  Status hand_on(std::size_t keep_below);

  Sink sink_;
  ChunkSizes sizes_;
  Bytes waiting_;
};

}  // namespace lucid::tools
