#include "storage/lmdb_environment.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/data_directory.hpp"
#include "storage/os_error.hpp"

namespace lucid::storage {
namespace {

constexpr unsigned kMaxReaders = 254;
constexpr std::uint64_t kFullBelowBytes = 1u << 20;

}  // namespace

Result<std::shared_ptr<LmdbEnvironment>> LmdbEnvironment::open(const LmdbOptions& options) {
  LUCID_TRY(make_directory(options.directory));
  std::shared_ptr<LmdbEnvironment> environment(new LmdbEnvironment(options));
  LUCID_TRY(environment->lock_directory());
  LUCID_TRY(environment->open_env());
  LUCID_TRY(environment->check_length());
  LUCID_TRY(environment->open_tables());
  LUCID_TRY(sync_directory(options.directory));  // LMDB syncs its file, not the file's name
  return environment;
}

LmdbEnvironment::~LmdbEnvironment() {
  for (MDB_txn* txn : pool_) mdb_txn_abort(txn);
  if (env_ != nullptr) mdb_env_close(env_);
  if (directory_ >= 0) ::close(directory_);
}

Status LmdbEnvironment::lock_directory() {
  directory_ = ::open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return tl::unexpected(os_error(errno, options_.directory.native()));
  if (::flock(directory_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK)
    return fail(Fault::storage_locked, options_.directory.native(), "a database that is not open",
                "it is open already");
  return tl::unexpected(os_error(errno, options_.directory.native()));
}

Status LmdbEnvironment::open_env() {
  int code = mdb_env_create(&env_);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "create"));
  const std::size_t wanted = std::max<std::size_t>(options_.map_bytes, 2 * file_bytes());
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  code = mdb_env_set_mapsize(env_, (wanted + page - 1) / page * page);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(env_, static_cast<MDB_dbi>(options_.tables.size()));
  if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(env_, kMaxReaders);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "settings"));
  unsigned flags = MDB_NOTLS;
  if (options_.bulk_load_may_destroy_database_on_power_cut) flags |= MDB_NOSYNC;
  code = mdb_env_open(env_, options_.directory.c_str(), flags, 0600);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "open"));
  int dead = 0;
  code = mdb_reader_check(env_, &dead);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "reader check"));
  return {};
}

// A read past the end of a truncated file would be a SIGBUS, so its length is checked against what its newest meta
// page promises.
Status LmdbEnvironment::check_length() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  int code = mdb_env_info(env_, &info);
  if (code == MDB_SUCCESS) code = mdb_env_stat(env_, &stat);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "info"));
  const std::uint64_t needed = (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize;
  if (file_bytes() < needed)
    return fail(Fault::storage_open, (options_.directory / "data.mdb").native(),
                "at least " + std::to_string(needed) + " bytes", "cut short at " + std::to_string(file_bytes()));
  return {};
}

Status LmdbEnvironment::open_tables() {
  LUCID_TRY_ASSIGN(MDB_txn* const txn, begin_write());
  const auto ours = [&]() -> Status {
    for (const Table& table : options_.tables) {
      MDB_dbi dbi = 0;
      const int code = mdb_dbi_open(txn, std::string(table.name).c_str(), MDB_CREATE, &dbi);
      if (code != MDB_SUCCESS) return tl::unexpected(error(code, table.name));
      tables_.push_back(dbi);
    }
    MDB_dbi main = 0;
    MDB_stat stat{};
    int code = mdb_dbi_open(txn, nullptr, 0, &main);
    if (code == MDB_SUCCESS) code = mdb_stat(txn, main, &stat);
    if (code != MDB_SUCCESS) return tl::unexpected(error(code, "tables"));
    if (stat.ms_entries != options_.tables.size())
      return fail(Fault::storage_open, options_.directory.native(),
                  std::to_string(options_.tables.size()) + " tables of ours",
                  std::to_string(stat.ms_entries) + ": a database of another program");
    return {};
  }();
  if (!ours) {
    mdb_txn_abort(txn);
    return ours;
  }
  const int code = mdb_txn_commit(txn);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "tables"));
  return {};
}

std::uint64_t LmdbEnvironment::file_bytes() const {
  struct stat info {};
  return ::stat((options_.directory / "data.mdb").c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

Result<MDB_txn*> LmdbEnvironment::begin_read() {
  for (int attempt = 0;; ++attempt) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !growing_; });
    MDB_txn* txn = nullptr;
    int code = MDB_SUCCESS;
    if (!pool_.empty()) {
      txn = pool_.back();
      pool_.pop_back();
      code = mdb_txn_renew(txn);
      if (code != MDB_SUCCESS) mdb_txn_abort(txn);
    } else {
      code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
    }
    if (code == MDB_SUCCESS) {
      ++readers_;
      return txn;
    }
    if (code != MDB_MAP_RESIZED || attempt > 0) return tl::unexpected(error(code, "read"));
    lock.unlock();
    LUCID_TRY(set_map_size(0));
  }
}

void LmdbEnvironment::end_read(MDB_txn* txn) {
  const std::lock_guard lock(mutex_);
  if (pool_.size() < kPooledReaders) {
    mdb_txn_reset(txn);
    pool_.push_back(txn);
  } else {
    mdb_txn_abort(txn);
  }
  --readers_;
  changed_.notify_all();
}

Status LmdbEnvironment::enter_writer() {
  std::unique_lock lock(mutex_);
  if (writer_ == std::this_thread::get_id())
    return fail(Fault::internal, "write transaction", "one at a time", "this thread has one open");
  changed_.wait(lock, [this] { return !writer_; });
  writer_ = std::this_thread::get_id();
  return {};
}

void LmdbEnvironment::leave_writer() {
  const std::lock_guard lock(mutex_);
  writer_.reset();
  changed_.notify_all();
}

Result<MDB_txn*> LmdbEnvironment::begin_write() {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, 0, &txn);
  if (code == MDB_MAP_RESIZED) {
    LUCID_TRY(set_map_size(0));
    code = mdb_txn_begin(env_, nullptr, 0, &txn);
  }
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "write"));
  return txn;
}

Status LmdbEnvironment::grow() {
  MDB_envinfo info{};
  const int code = mdb_env_info(env_, &info);
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "info"));
  return set_map_size(2 * info.me_mapsize);
}

// 0: the size that the file says.
Status LmdbEnvironment::set_map_size(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !growing_; });
  growing_ = true;
  const bool alone =
      changed_.wait_for(lock, std::chrono::milliseconds(options_.grow_wait_ms), [this] { return readers_ == 0; });
  const int code = alone ? mdb_env_set_mapsize(env_, bytes) : MDB_SUCCESS;
  growing_ = false;
  changed_.notify_all();
  if (!alone)
    return fail(Fault::storage_io, options_.directory.native(), "readers that end, so that the map can grow",
                std::to_string(readers_) + " still open after " + std::to_string(options_.grow_wait_ms) + " ms");
  if (code != MDB_SUCCESS) return tl::unexpected(error(code, "map size"));
  return {};
}

Error LmdbEnvironment::error(int code, std::string_view what) const {
  const std::string field = (options_.directory / "data.mdb").native() + ": " + std::string(what);
  switch (code) {
    case MDB_INVALID:
      return {Fault::storage_open, field, "an LMDB file", "something else, or a damaged one"};
    case MDB_VERSION_MISMATCH:
      return {Fault::storage_open, field, "an LMDB file of this version", "another version"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return {Fault::storage_open, field, "a sound database", mdb_strerror(code)};
    case MDB_BAD_TXN:
    case MDB_BAD_VALSIZE:
    case MDB_BAD_RSLOT:
    case MDB_BAD_DBI:
    case MDB_INCOMPATIBLE:
      return {Fault::internal, field, {}, mdb_strerror(code)};
    default:
      break;
  }
  if (code == EIO) {  // LMDB's answer to a write that went in only in part, which is what a full disk does first
    struct statvfs room {};
    if (::statvfs(options_.directory.c_str(), &room) == 0 && room.f_bavail * room.f_frsize < kFullBelowBytes)
      return os_error(ENOSPC, field);
  }
  if (code > 0) return os_error(code, field);
  return {Fault::storage_io, field, {}, mdb_strerror(code)};
}

}  // namespace lucid::storage
