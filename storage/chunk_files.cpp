#include "storage/chunk_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <set>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "storage/data_directory.hpp"
#include "storage/os_error.hpp"
#include "storage/slow_disk.hpp"

namespace lucid::storage {
namespace {

constexpr std::string_view kIncoming = "incoming";
constexpr std::string_view kQuarantine = "quarantine";
/// From so many files on one syncfs is cheaper than a sync of each.
constexpr std::size_t kSyncWholeFrom = 4;

std::string folder_of(const Hash256& hash) {
  return to_hex(hash.view().first(1));
}
std::string path_of(const Hash256& hash) {
  return folder_of(hash) + "/" + to_hex(hash);
}
std::string in(std::string_view folder, std::string_view name) {
  return std::string(folder) + "/" + std::string(name);
}

Status write_all(int file, ByteView bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(os_error(errno, what));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Bytes> read_all(int file, std::uint64_t max_bytes, std::string_view what) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return tl::unexpected(os_error(errno, what));
  // One byte over the limit is enough to know that it is too long; its hash cannot match then.
  Bytes bytes(
      static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(info.st_size), max_bytes + 1)));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(os_error(errno, what));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

/// Beneath `root`, following no link; kernels before 5.6 (and sandboxes that hide openat2) get the next best.
int open_beneath(int root, const std::string& path, int flags) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long file = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  if (file >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(file);
  return ::openat(root, path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW);
}

Status sync_folder(int root, const std::string& folder) {
  const int file = open_beneath(root, folder, O_RDONLY | O_DIRECTORY);
  if (file < 0) return tl::unexpected(os_error(errno, folder));
  const int code = ::fsync(file);
  const int error_number = errno;
  ::close(file);
  if (code != 0) return tl::unexpected(os_error(error_number, folder));
  after_sync();
  return {};
}

Status make_folder(int root, const std::string& folder) {
  if (::mkdirat(root, folder.c_str(), 0700) == 0) {
    if (::fsync(root) != 0) return tl::unexpected(os_error(errno, folder));
    after_sync();
    return {};
  }
  if (errno == EEXIST) return {};
  return tl::unexpected(os_error(errno, folder));
}

}  // namespace

// ---- Staged

ChunkFiles::Staged::Staged(Staged&& other) noexcept
    : hash_(other.hash_),
      size_bytes_(other.size_bytes_),
      root_(other.root_),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::exchange(other.file_, -1)),
      deduplicated_(other.deduplicated_) {}

ChunkFiles::Staged& ChunkFiles::Staged::operator=(Staged&& other) noexcept {
  if (this == &other) return *this;
  drop();
  hash_ = other.hash_;
  size_bytes_ = other.size_bytes_;
  root_ = other.root_;
  temporary_ = std::exchange(other.temporary_, {});
  file_ = std::exchange(other.file_, -1);
  deduplicated_ = other.deduplicated_;
  return *this;
}

ChunkFiles::Staged::~Staged() {
  drop();
}

void ChunkFiles::Staged::drop() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  if (!temporary_.empty()) ::unlinkat(root_, temporary_.c_str(), 0);
  temporary_.clear();
}

// ---- opening

Result<std::unique_ptr<ChunkFiles>> ChunkFiles::open(const ChunkFilesOptions& options) {
  LUCID_TRY(make_directory(options.root));
  const int root = ::open(options.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return tl::unexpected(os_error(errno, options.root.native()));
  std::unique_ptr<ChunkFiles> files(new ChunkFiles(options, root));
  LUCID_TRY(make_folder(root, std::string(kIncoming)));
  LUCID_TRY(make_folder(root, std::string(kQuarantine)));
  LUCID_TRY_ASSIGN(const auto left_over, files->names_in(kIncoming));
  for (const std::string& name : left_over)
    if (::unlinkat(root, in(kIncoming, name).c_str(), 0) != 0 && errno != ENOENT)
      return tl::unexpected(os_error(errno, in(kIncoming, name)));
  return files;
}

ChunkFiles::~ChunkFiles() {
  if (root_ >= 0) ::close(root_);
}

// ---- in

Result<ChunkFiles::Staged> ChunkFiles::new_temporary() {
  Staged staged;
  staged.root_ = root_;
  const std::string name = in(kIncoming, std::to_string(next_temporary_.fetch_add(1)));
  staged.file_ = ::openat(root_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (staged.file_ < 0) return tl::unexpected(os_error(errno, name));
  staged.temporary_ = name;
  return staged;
}

Status ChunkFiles::check_size(std::uint64_t size_bytes) const {
  if (size_bytes > 0 && size_bytes <= options_.max_bytes) return {};
  return fail(Fault::chunk_size, "size", "1 to " + std::to_string(options_.max_bytes) + " bytes",
              std::to_string(size_bytes) + " bytes");
}

Result<ChunkFiles::Staged> ChunkFiles::stage(ByteView bytes, std::optional<Hash256> expected) {
  LUCID_TRY(check_size(bytes.size()));
  const Hash256 hash = crypto::sha256(bytes);
  if (expected && hash != *expected) return fail(Fault::chunk_hash_mismatch, "hash", to_hex(*expected), to_hex(hash));
  LUCID_TRY_ASSIGN(const bool here, holds(hash, bytes));
  if (here) {
    Staged known;
    known.hash_ = hash;
    known.size_bytes_ = bytes.size();
    known.deduplicated_ = true;
    return known;
  }
  LUCID_TRY_ASSIGN(Staged staged, new_temporary());
  LUCID_TRY(write_all(staged.file_, bytes, staged.temporary_));
  // The disk may begin: publish() waits for it.
  ::sync_file_range(staged.file_, 0, 0, SYNC_FILE_RANGE_WRITE);
  staged.hash_ = hash;
  staged.size_bytes_ = bytes.size();
  return staged;
}

Result<ChunkFiles::Incoming> ChunkFiles::begin() {
  LUCID_TRY_ASSIGN(Staged staged, new_temporary());
  return Incoming(*this, std::move(staged));
}

Status ChunkFiles::Incoming::append(ByteView bytes) {
  const std::uint64_t size = staged_.size_bytes_ + bytes.size();
  if (size > files_->options_.max_bytes) return files_->check_size(size);
  LUCID_TRY(write_all(staged_.file_, bytes, staged_.temporary_));
  staged_.size_bytes_ = size;
  sum_.update(bytes);
  return {};
}

Result<ChunkFiles::Staged> ChunkFiles::Incoming::finish(std::optional<Hash256> expected) {
  LUCID_TRY(files_->check_size(staged_.size_bytes_));
  staged_.hash_ = sum_.finish();
  if (expected && staged_.hash_ != *expected)
    return fail(Fault::chunk_hash_mismatch, "hash", to_hex(*expected), to_hex(staged_.hash_));
  return std::move(staged_);
}

Status ChunkFiles::sync_data(std::span<Staged> staged) const {
  std::size_t written = 0;
  for (const Staged& one : staged) written += one.file_ >= 0 ? 1 : 0;
  for (const Staged& one : staged) {
    if (one.file_ < 0) continue;
    if ((written < kSyncWholeFrom ? ::fdatasync(one.file_) : ::syncfs(one.file_)) != 0)
      return tl::unexpected(os_error(errno, one.temporary_));
    after_sync();
    if (written >= kSyncWholeFrom) return {};
  }
  return {};
}

Status ChunkFiles::publish(std::span<Staged> staged) {
  LUCID_TRY(sync_data(staged));
  std::set<std::string> folders;
  for (Staged& one : staged) {
    // A deduplicated one may have been renamed by someone whose folder is not synced yet.
    folders.insert(folder_of(one.hash_));
    if (one.temporary_.empty()) continue;
    LUCID_TRY(make_folder(root_, folder_of(one.hash_)));
    if (::renameat(root_, one.temporary_.c_str(), root_, path_of(one.hash_).c_str()) != 0)
      return tl::unexpected(os_error(errno, one.temporary_));
    one.temporary_.clear();
    one.drop();
  }
  for (const std::string& folder : folders) LUCID_TRY(sync_folder(root_, folder));
  return {};
}

Result<Hash256> ChunkFiles::put(ByteView bytes, std::optional<Hash256> expected) {
  LUCID_TRY_ASSIGN(Staged staged, stage(bytes, expected));
  LUCID_TRY(publish({&staged, 1}));
  return staged.hash();
}

/// Whether exactly these bytes lie under their hash. Damaged ones are set aside, so that the new ones take their place.
Result<bool> ChunkFiles::holds(const Hash256& hash, ByteView bytes) {
  const int file = open_beneath(root_, path_of(hash), O_RDONLY);
  if (file < 0) {
    if (errno == ENOENT) return false;
    return tl::unexpected(os_error(errno, path_of(hash)));
  }
  auto there = read_all(file, options_.max_bytes, path_of(hash));
  ::close(file);
  if (there && std::equal(there->begin(), there->end(), bytes.begin(), bytes.end())) return true;
  LUCID_TRY(quarantine(hash));
  return false;
}

// ---- out

Result<Bytes> ChunkFiles::read(const Hash256& hash) {
  const int file = open_beneath(root_, path_of(hash), O_RDONLY);
  if (file < 0) {
    if (errno != ENOENT) return tl::unexpected(os_error(errno, path_of(hash)));
    struct stat info {};
    if (::fstatat(root_, in(kQuarantine, to_hex(hash)).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
      return fail(Fault::chunk_quarantined, to_hex(hash), "bytes of that hash", "damaged, in quarantine");
    return fail(Fault::chunk_not_found, to_hex(hash));
  }
  auto bytes = read_all(file, options_.max_bytes, path_of(hash));
  ::close(file);
  if (!bytes) return tl::unexpected(bytes.error());
  const Hash256 actual = crypto::sha256(*bytes);
  if (actual == hash) return bytes;
  LUCID_TRY(quarantine(hash));
  return fail(Fault::chunk_quarantined, to_hex(hash), "bytes of that hash", "bytes of " + to_hex(actual));
}

Result<std::optional<std::uint64_t>> ChunkFiles::find(const Hash256& hash) const {
  struct stat info {};
  if (::fstatat(root_, path_of(hash).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return std::optional<std::uint64_t>(static_cast<std::uint64_t>(info.st_size));
  if (errno == ENOENT) return std::optional<std::uint64_t>{};
  return tl::unexpected(os_error(errno, path_of(hash)));
}

Result<bool> ChunkFiles::erase(const Hash256& hash) {
  if (::unlinkat(root_, path_of(hash).c_str(), 0) != 0) {
    if (errno == ENOENT) return false;
    return tl::unexpected(os_error(errno, path_of(hash)));
  }
  LUCID_TRY(sync_folder(root_, folder_of(hash)));
  return true;
}

Status ChunkFiles::quarantine(const Hash256& hash) {
  const std::string aside = in(kQuarantine, to_hex(hash));
  if (::renameat(root_, path_of(hash).c_str(), root_, aside.c_str()) != 0 && errno != ENOENT)
    return tl::unexpected(os_error(errno, path_of(hash)));
  LUCID_TRY(sync_folder(root_, std::string(kQuarantine)));
  return sync_folder(root_, folder_of(hash));
}

// ---- lists

Result<std::vector<std::string>> ChunkFiles::names_in(std::string_view folder) const {
  std::vector<std::string> names;
  const int file = open_beneath(root_, std::string(folder), O_RDONLY | O_DIRECTORY);
  if (file < 0) {
    if (errno == ENOENT) return names;
    return tl::unexpected(os_error(errno, folder));
  }
  DIR* const directory = ::fdopendir(file);
  if (directory == nullptr) {
    const int error_number = errno;
    ::close(file);
    return tl::unexpected(os_error(error_number, folder));
  }
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<Hash256>> ChunkFiles::hashes_in(std::string_view folder) const {
  LUCID_TRY_ASSIGN(const auto names, names_in(folder));
  std::vector<Hash256> hashes;
  for (const std::string& name : names)
    if (const auto hash = parse_fixed_hex<Hash256>(name, "file name")) hashes.push_back(*hash);
  return hashes;
}

Result<std::vector<Hash256>> ChunkFiles::list(std::uint8_t folder) const {
  return hashes_in(to_hex({&folder, 1}));
}

Result<std::vector<Hash256>> ChunkFiles::quarantined() const {
  return hashes_in(kQuarantine);
}

}  // namespace lucid::storage
