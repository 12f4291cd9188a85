// Messages on a stream: four bytes with the length, big-endian, then as many bytes (docs/formats.md section 7).
//
// Thread-safety: a FrameReader belongs to one thread at a time. Units: bytes.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/bytes.hpp"

namespace lucid::net {

inline constexpr std::size_t kFrameHeadBytes = 4;
/// Of a frame's payload.
inline constexpr std::size_t kMaxFrameBytes = 4 * 1024 * 1024;
/// The same until the other side's hello was judged.
inline constexpr std::size_t kMaxHelloBytes = 1024;

/// Appends head and payload. Several frames in one buffer go out as one record. The payload has 1 to kMaxFrameBytes
/// bytes.
void append_frame(Bytes& out, ByteView payload);

/// Cuts what arrives into payloads. Holds what has arrived and was not fetched, and never room for what was only
/// announced.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// For the frames that next() has not returned yet.
  void set_max(std::size_t max_bytes) { max_bytes_ = max_bytes; }

  void feed(ByteView arrived);
  /// The next payload, none while it is not whole; to be called until there is none. Fault frame_size as soon as the
  /// head is there, and ever after: the stream cannot be read any further.
  Result<std::optional<Bytes>> next();

  /// What was fed and not fetched.
  std::size_t waiting_bytes() const { return held_.size() - begin_; }

 private:
  void forget_what_was_fetched();

  std::size_t max_bytes_;
  Bytes held_;
  std::size_t begin_ = 0;  // of what was not fetched
  std::optional<Error> broken_;
};

}  // namespace lucid::net
