#include "tools/lucid/content_chunker.hpp"

#include <bit>

#include "core/crypto/sha256.hpp"

namespace lucid::tools {
namespace {

/// gear[b] = the first eight bytes, as a big-endian number, of SHA-256("lucid/gear/v1" ‖ b).
const std::array<std::uint64_t, 256>& gear() {
  static const auto table = [] {
    std::array<std::uint64_t, 256> out{};
    for (std::size_t value = 0; value < out.size(); ++value) {
      const auto byte = static_cast<std::uint8_t>(value);
      crypto::Sha256 hasher;
      const Hash256 hash = hasher.update(as_bytes("lucid/gear/v1")).update(ByteView(&byte, 1)).finish();
      for (std::size_t i = 0; i < 8; ++i) out[value] = out[value] << 8 | hash.data[i];
    }
    return out;
  }();
  return table;
}

}  // namespace

std::size_t next_cut(ByteView bytes, const ChunkSizes& sizes) {
  if (bytes.size() <= sizes.min) return bytes.size();
  const std::size_t end = std::min(bytes.size(), sizes.max);
  const std::size_t normal = std::min(end, sizes.normal);
  // The topmost bits of the hash depend on the last 64 bytes; a cut is where enough of them are 0.
  const int bits = std::countr_zero(sizes.normal);
  const int rare = 64 - (bits + 2), likely = 64 - (bits - 2);
  const auto& table = gear();
  std::uint64_t hash = 0;
  std::size_t at = sizes.min;
  for (; at < normal; ++at) {
    hash = (hash << 1) + table[bytes[at]];
    if (hash >> rare == 0) return at + 1;
  }
  for (; at < end; ++at) {
    hash = (hash << 1) + table[bytes[at]];
    if (hash >> likely == 0) return at + 1;
  }
  return end;
}

Status ContentChunker::add(ByteView piece) {
  waiting_.insert(waiting_.end(), piece.begin(), piece.end());
  return hand_on(sizes_.max);
}

Status ContentChunker::finish() {
  const Status status = hand_on(1);
  waiting_.clear();
  return status;
}

/// Hands on chunks while at least `keep_below` bytes wait; with fewer than a largest chunk the next cut is not sure.
Status ContentChunker::hand_on(std::size_t keep_below) {
  std::size_t done = 0;
  while (waiting_.size() - done >= keep_below) {
    const ByteView rest = ByteView(waiting_).subspan(done);
    const std::size_t size = next_cut(rest, sizes_);
    LUCID_TRY(sink_(rest.first(size)));
    done += size;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  return {};
}

}  // namespace lucid::tools
