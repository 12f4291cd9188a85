#include "storage/data_directory.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include "storage/os_error.hpp"
#include "storage/slow_disk.hpp"

namespace lucid::storage {
namespace {

std::string holder_of(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
  std::string id(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id.empty() ? "another process holds it" : "process " + id + " holds it";
}

Status write_process_id(int lock, const std::string& path) {
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0) return tl::unexpected(os_error(errno, path));
  const ssize_t written = ::pwrite(lock, text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size())) return tl::unexpected(os_error(written < 0 ? errno : ENOSPC, path));
  if (::fsync(lock) != 0) return tl::unexpected(os_error(errno, path));
  return {};
}

}  // namespace

std::uint32_t DiskSpace::used_percent() const {
  if (total_bytes == 0 || free_bytes == 0) return 100;
  return static_cast<std::uint32_t>((total_bytes - free_bytes) * 100 / total_bytes);
}

Status sync_directory(const std::filesystem::path& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return tl::unexpected(os_error(errno, path.native()));
  const int code = ::fsync(directory);
  const int error_number = errno;
  ::close(directory);
  if (code != 0) return tl::unexpected(os_error(error_number, path.native()));
  after_sync();
  return {};
}

Status make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno != EEXIST) return tl::unexpected(os_error(errno, path.native()));
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return tl::unexpected(os_error(errno, path.native()));
    if (!S_ISDIR(info.st_mode)) return fail(Fault::storage_open, path.native(), "a directory", "a file of that name");
    return {};
  }
  const auto parent = std::filesystem::absolute(path).lexically_normal().parent_path();
  return sync_directory(parent);
}

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& path) {
  const auto normal = std::filesystem::absolute(path).lexically_normal();
  LUCID_TRY(make_directory(normal.has_filename() ? normal : normal.parent_path()));
  const std::filesystem::path file = normal / "lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return tl::unexpected(os_error(errno, file.native()));
  DataDirectory directory(normal, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(Fault::storage_locked, normal.native(), "a data directory that no node uses", holder_of(lock));
    return tl::unexpected(os_error(errno, file.native()));
  }
  LUCID_TRY(write_process_id(lock, file.native()));
  return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);  // releases the flock
}

Result<std::unique_ptr<Store>> DataDirectory::environment(Environment environment, LmdbOptions options) const {
  options.directory = path_ / environment_name(environment);
  options.tables = tables_of(environment);
  LUCID_TRY_ASSIGN(auto store, open_lmdb(options));
  LUCID_TRY(check_schema(*store, environment));
  return store;
}

Result<DiskSpace> DataDirectory::disk_space() const {
  struct statvfs room {};
  if (::statvfs(path_.c_str(), &room) != 0) return tl::unexpected(os_error(errno, path_.native()));
  return DiskSpace{std::uint64_t{room.f_blocks} * room.f_frsize, std::uint64_t{room.f_bavail} * room.f_frsize};
}

}  // namespace lucid::storage
