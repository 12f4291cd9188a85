#include "net/frames.hpp"

namespace lucid::net {
namespace {

/// More room than this is given back as soon as it is empty: a peer sends one large block and many small votes.
constexpr std::size_t kKeptFrameRoomBytes = 64 * 1024;

}  // namespace

void append_frame(Bytes& out, ByteView payload) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
  out.insert(out.end(), payload.begin(), payload.end());
}

void FrameReader::feed(ByteView arrived) {
  if (!broken_) held_.insert(held_.end(), arrived.begin(), arrived.end());
}

Result<std::optional<Bytes>> FrameReader::next() {
  if (broken_) return tl::unexpected(*broken_);
  const ByteView rest = ByteView(held_).subspan(begin_);
  if (rest.size() < kFrameHeadBytes) return std::optional<Bytes>();
  std::size_t length = 0;
  for (const std::uint8_t byte : rest.first(kFrameHeadBytes)) length = length << 8 | byte;
  if (length == 0 || length > max_bytes_) {
    broken_ =
        Error{Fault::frame_size, "frame", "1 to " + std::to_string(max_bytes_) + " bytes", std::to_string(length)};
    held_ = Bytes();
    begin_ = 0;
    return tl::unexpected(*broken_);
  }
  if (rest.size() - kFrameHeadBytes < length) return std::optional<Bytes>();
  std::optional<Bytes> payload(to_bytes(rest.subspan(kFrameHeadBytes, length)));
  begin_ += kFrameHeadBytes + length;
  forget_what_was_fetched();
  return payload;
}

void FrameReader::forget_what_was_fetched() {
  if (begin_ == held_.size()) {
    if (held_.capacity() > kKeptFrameRoomBytes)
      held_ = Bytes();
    else
      held_.clear();
    begin_ = 0;
  } else if (begin_ >= held_.size() / 2) {  // so that each byte is moved at most once more
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
}

}  // namespace lucid::net
