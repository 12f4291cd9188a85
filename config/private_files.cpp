#include "config/private_files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lucid::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string reason() {
  return std::strerror(errno);
}  // NOLINT(concurrency-mt-unsafe): glibc's is safe for known codes

std::string octal(mode_t mode) {
  std::string digits = "0000";
  for (std::size_t i = 4; i-- > 0; mode /= 8) digits[i] = static_cast<char>('0' + mode % 8);
  return digits;
}

Status check_private(const struct stat& status, const std::filesystem::path& path, bool directory) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if (status.st_uid != ::geteuid())
    return fail(Fault::file_owner, path.string(), "owner " + std::to_string(::geteuid()) + " (chown it)",
                "owner " + std::to_string(status.st_uid));
  if ((status.st_mode & kOthers) != 0)
    return fail(Fault::file_mode, path.string(), std::string("chmod ") + (directory ? "700 " : "600 ") + path.string(),
                "mode " + octal(status.st_mode & 07777));
  return {};
}

Status write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Fault::file_io, path.string(), "room to write", reason());
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Fills `content` from the file, or less where the file ends earlier.
Status read_all(int fd, std::string& content, const std::filesystem::path& path) {
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::read(fd, &content[filled], content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Fault::file_io, path.string(), {}, reason());
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  content.resize(filled);
  return {};
}

}  // namespace

Status ensure_private_directory(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return fail(Fault::file_io, path.string(), "a directory that can be made", reason());
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(Fault::file_io, path.string(), {}, reason());
  if (!S_ISDIR(status.st_mode)) return fail(Fault::file_form, path.string(), "a directory");
  return check_private(status, path, true);
}

Result<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes) {
  // O_NONBLOCK: a FIFO put there must not hold the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file.open()) {
    if (errno == ENOENT) return fail(Fault::file_missing, path.string());
    if (errno == ELOOP) return fail(Fault::file_form, path.string(), "a plain file", "a symbolic link");
    return fail(Fault::file_io, path.string(), {}, reason());
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(Fault::file_io, path.string(), {}, reason());
  if (!S_ISREG(status.st_mode)) return fail(Fault::file_form, path.string(), "a plain file");
  LUCID_TRY(check_private(status, path, false));
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes)
    return fail(Fault::file_form, path.string(), "at most " + std::to_string(max_bytes) + " bytes",
                std::to_string(status.st_size));
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  LUCID_TRY(read_all(file.get(), content, path));
  return content;
}

Status write_new_file(const std::filesystem::path& path, std::string_view content, bool readable_by_all) {
  const std::filesystem::path beside = path.string() + ".new." + std::to_string(::getpid());
  ::unlink(beside.c_str());
  const mode_t mode = readable_by_all ? S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH : S_IRUSR | S_IWUSR;
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file.open()) return fail(Fault::file_io, path.string(), "a folder that can be written", reason());
    Status written = write_all(file.get(), content, path);
    if (written && ::fsync(file.get()) != 0) written = fail(Fault::file_io, path.string(), {}, reason());
    if (!written) {
      ::unlink(beside.c_str());
      return written;
    }
  }
  // A plain rename would replace what another process put there meanwhile.
  if (::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const bool exists = errno == EEXIST;
    const std::string why = reason();
    ::unlink(beside.c_str());
    if (exists) return fail(Fault::file_io, path.string(), "no file there: nothing is overwritten", "one that exists");
    return fail(Fault::file_io, path.string(), {}, why);
  }
  return sync_folder(path.parent_path());
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.get()) != 0) return fail(Fault::file_io, folder.string(), {}, reason());
  return {};
}

}  // namespace lucid::config
