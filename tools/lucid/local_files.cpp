#include "tools/lucid/local_files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "core/crypto/sha256.hpp"
#include "tools/lucid/descriptor.hpp"

namespace lucid::tools {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

auto system_fault(const std::filesystem::path& path, int error) {
  if (error == ENOENT) return fail(Fault::file_missing, path.string());
  return fail(Fault::file_io, path.string(), {}, std::strerror(error));
}

Status write_all(const Descriptor& file, ByteView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_fault(path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Status stream_file(const std::filesystem::path& path, const std::function<Status(ByteView)>& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_fault(path, errno);
  const auto piece = std::make_unique<std::array<std::uint8_t, kPieceBytes>>();
  for (;;) {
    const ssize_t count = ::read(file.get(), piece->data(), piece->size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_fault(path, errno);
    if (count == 0) return {};
    LUCID_TRY(take(ByteView(piece->data(), static_cast<std::size_t>(count))));
  }
}

Result<Bytes> read_whole_file(const std::filesystem::path& path, std::size_t max_bytes) {
  Bytes bytes;
  LUCID_TRY(stream_file(path, [&](ByteView piece) -> Status {
    if (piece.size() > max_bytes - bytes.size())
      return fail(Fault::size_wrong, path.string(), "at most " + std::to_string(max_bytes) + " bytes", "more");
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return {};
  }));
  return bytes;
}

Result<anchoring::FileAtHand> hash_file(const std::filesystem::path& path) {
  anchoring::FileAtHand out;
  out.name = path.generic_string();
  crypto::Sha256 hasher;
  LUCID_TRY(stream_file(path, [&](ByteView piece) -> Status {
    hasher.update(piece);
    out.size_bytes += piece.size();
    return {};
  }));
  out.hash = hasher.finish();
  return out;
}

Status write_whole_file(const std::filesystem::path& path, ByteView bytes) {
  std::filesystem::path beside = path;
  beside += ".part" + std::to_string(::getpid());
  Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) return system_fault(beside, errno);
  Status status = write_all(file, bytes, path);
  if (status && ::fsync(file.get()) != 0) status = system_fault(path, errno);
  if (file.close_now() != 0 && status) status = system_fault(path, errno);
  if (status && ::rename(beside.c_str(), path.c_str()) != 0) status = system_fault(path, errno);
  if (!status) ::unlink(beside.c_str());
  return status;
}

}  // namespace lucid::tools
