#include "storage/lmdb_store.hpp"

#include <cerrno>
#include <sys/stat.h>

#include "storage/lmdb_environment.hpp"
#include "storage/os_error.hpp"
#include "storage/slow_disk.hpp"

namespace lucid::storage {
namespace {

using EnvironmentPtr = std::shared_ptr<LmdbEnvironment>;

MDB_val to_val(ByteView view) {
  return {view.size(), const_cast<std::uint8_t*>(view.data())};
}
ByteView to_view(const MDB_val& val) {
  return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

class LmdbCursor final : public Cursor {
 public:
  LmdbCursor(const LmdbEnvironment& environment, MDB_cursor* cursor, Table table)
      : environment_(environment), cursor_(cursor), table_(table) {}
  ~LmdbCursor() override { mdb_cursor_close(cursor_); }

  Result<bool> first() override { return move(MDB_FIRST); }
  Result<bool> last() override { return move(MDB_LAST); }
  Result<bool> seek(ByteView key) override {
    if (key.empty()) return move(MDB_FIRST);
    key_ = to_val(key);
    return move(MDB_SET_RANGE);
  }
  Result<bool> next() override { return here_ ? move(MDB_NEXT) : Result<bool>(false); }
  Result<bool> prev() override { return here_ ? move(MDB_PREV) : Result<bool>(false); }
  ByteView key() const override { return here_ ? to_view(key_) : ByteView(); }
  ByteView value() const override { return here_ ? to_view(value_) : ByteView(); }

 private:
  Result<bool> move(MDB_cursor_op operation) {
    const int code = mdb_cursor_get(cursor_, &key_, &value_, operation);
    here_ = code == MDB_SUCCESS;
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return tl::unexpected(environment_.error(code, table_.name));
    return here_;
  }

  const LmdbEnvironment& environment_;
  MDB_cursor* cursor_;
  Table table_;
  MDB_val key_{};
  MDB_val value_{};
  bool here_ = false;
};

Result<std::optional<ByteView>> get_in(const LmdbEnvironment& environment, MDB_txn* txn, Table table, ByteView key) {
  MDB_val key_val = to_val(key);
  MDB_val value{};
  const int code = mdb_get(txn, environment.dbi(table), &key_val, &value);
  if (code == MDB_NOTFOUND) return std::optional<ByteView>{};
  if (code != MDB_SUCCESS) return tl::unexpected(environment.error(code, table.name));
  return std::optional<ByteView>{to_view(value)};
}

Result<std::unique_ptr<Cursor>> cursor_in(const LmdbEnvironment& environment, MDB_txn* txn, Table table) {
  MDB_cursor* cursor = nullptr;
  const int code = mdb_cursor_open(txn, environment.dbi(table), &cursor);
  if (code != MDB_SUCCESS) return tl::unexpected(environment.error(code, table.name));
  return std::unique_ptr<Cursor>(std::make_unique<LmdbCursor>(environment, cursor, table));
}

Result<std::uint64_t> count_in(const LmdbEnvironment& environment, MDB_txn* txn, Table table) {
  MDB_stat stat{};
  const int code = mdb_stat(txn, environment.dbi(table), &stat);
  if (code != MDB_SUCCESS) return tl::unexpected(environment.error(code, table.name));
  return std::uint64_t{stat.ms_entries};
}

class LmdbReadTxn final : public ReadTxn {
 public:
  LmdbReadTxn(EnvironmentPtr environment, MDB_txn* txn) : environment_(std::move(environment)), txn_(txn) {}
  ~LmdbReadTxn() override { environment_->end_read(txn_); }

  Result<std::optional<ByteView>> get(Table table, ByteView key) const override {
    return get_in(*environment_, txn_, table, key);
  }
  Result<std::unique_ptr<Cursor>> cursor(Table table) const override { return cursor_in(*environment_, txn_, table); }
  Result<std::uint64_t> count(Table table) const override { return count_in(*environment_, txn_, table); }

 private:
  EnvironmentPtr environment_;
  MDB_txn* txn_;
};

enum class Change : std::uint8_t { put, append, erase };

/// What a transaction did so far, to do it again in a larger map.
class Journal {
 public:
  void add(Change change, Table table, ByteView key, ByteView value) {
    entries_.push_back({change, table, bytes_.size(), key.size(), value.size()});
    bytes_.insert(bytes_.end(), key.begin(), key.end());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }
  void drop_last() {
    bytes_.resize(entries_.back().at);
    entries_.pop_back();
  }
  template <class Function>
  int for_each(Function&& function) const {
    for (const Entry& entry : entries_) {
      const ByteView key = ByteView(bytes_).subspan(entry.at, entry.key_size);
      const ByteView value = ByteView(bytes_).subspan(entry.at + entry.key_size, entry.value_size);
      if (const int code = function(entry.change, entry.table, key, value); code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
  }

 private:
  struct Entry {
    Change change;
    Table table;
    std::size_t at;
    std::size_t key_size;
    std::size_t value_size;
  };
  std::vector<Entry> entries_;
  Bytes bytes_;
};

class LmdbWriteTxn final : public WriteTxn {
 public:
  LmdbWriteTxn(EnvironmentPtr environment, MDB_txn* txn) : environment_(std::move(environment)), txn_(txn) {}
  ~LmdbWriteTxn() override { end(); }

  Result<std::optional<ByteView>> get(Table table, ByteView key) const override {
    LUCID_TRY(usable());
    return get_in(*environment_, txn_, table, key);
  }
  Result<std::unique_ptr<Cursor>> cursor(Table table) const override {
    LUCID_TRY(usable());
    return cursor_in(*environment_, txn_, table);
  }
  Result<std::uint64_t> count(Table table) const override {
    LUCID_TRY(usable());
    return count_in(*environment_, txn_, table);
  }

  Status put(Table table, ByteView key, ByteView value) override { return change(Change::put, table, key, value); }
  Status append(Table table, ByteView key, ByteView value) override {
    return change(Change::append, table, key, value);
  }
  Result<bool> erase(Table table, ByteView key) override {
    LUCID_TRY_ASSIGN(const auto there, get(table, key));
    if (!there) return false;
    LUCID_TRY(change(Change::erase, table, key, {}));
    return true;
  }

  Status commit() override {
    LUCID_TRY(usable());
    int code = commit_once();
    while (code == MDB_MAP_FULL) {
      code = write_again();
      if (code == MDB_SUCCESS) code = commit_once();
    }
    if (code != MDB_SUCCESS && !failed_) failed_ = environment_->error(code, "commit");
    end();
    if (failed_) return tl::unexpected(*failed_);
    failed_ = Error{Fault::internal, "transaction", "an open one", "it is committed"};
    return {};
  }

 private:
  Status usable() const {
    if (failed_) return tl::unexpected(*failed_);
    return {};
  }

  Status change(Change change, Table table, ByteView key, ByteView value) {
    LUCID_TRY(usable());
    if (key.empty() || key.size() > kMaxKeyBytes)
      return fail(Fault::internal, std::string(table.name) + " key", "1 to 511 bytes", std::to_string(key.size()));
    journal_.add(change, table, key, value);
    int code = apply(change, table, key, value);
    if (code == MDB_KEYEXIST) {
      journal_.drop_last();
      return fail(Fault::internal, std::string(table.name) + " key", "above every other", to_hex(key));
    }
    if (code == MDB_MAP_FULL) code = write_again();
    if (code == MDB_SUCCESS) return {};
    if (!failed_) failed_ = environment_->error(code, table.name);
    return tl::unexpected(*failed_);
  }

  int apply(Change change, Table table, ByteView key, ByteView value) {
    MDB_val key_val = to_val(key);
    MDB_val value_val = to_val(value);
    const MDB_dbi dbi = environment_->dbi(table);
    if (change == Change::erase) return mdb_del(txn_, dbi, &key_val, nullptr);
    return mdb_put(txn_, dbi, &key_val, &value_val, change == Change::append ? MDB_APPEND : 0);
  }

  // The journal into a map twice as large, as often as it takes.
  int write_again() {
    int code = MDB_MAP_FULL;
    while (code == MDB_MAP_FULL) {
      if (txn_ != nullptr) mdb_txn_abort(txn_);
      txn_ = nullptr;
      if (auto grown = environment_->grow(); !grown) return stop(grown.error());
      auto begun = environment_->begin_write();
      if (!begun) return stop(begun.error());
      txn_ = *begun;
      code = journal_.for_each([this](Change change, Table table, ByteView key, ByteView value) {
        return apply(change, table, key, value);
      });
    }
    return code;
  }
  int stop(Error error) {
    failed_ = std::move(error);
    return MDB_PANIC;
  }

  int commit_once() {
    MDB_txn* const txn = txn_;
    txn_ = nullptr;  // LMDB frees it, whatever comes
    const int code = mdb_txn_commit(txn);
    after_sync();
    return code;
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    txn_ = nullptr;
    environment_->leave_writer();
  }

  EnvironmentPtr environment_;
  MDB_txn* txn_;
  Journal journal_;
  std::optional<Error> failed_;
  bool ended_ = false;
};

class LmdbStore final : public Store {
 public:
  LmdbStore(EnvironmentPtr environment, std::filesystem::path directory)
      : environment_(std::move(environment)), directory_(std::move(directory)) {}

  Result<std::unique_ptr<ReadTxn>> read() override {
    LUCID_TRY_ASSIGN(MDB_txn* const txn, environment_->begin_read());
    return std::unique_ptr<ReadTxn>(std::make_unique<LmdbReadTxn>(environment_, txn));
  }
  Result<std::unique_ptr<WriteTxn>> write() override {
    LUCID_TRY(environment_->enter_writer());
    auto txn = environment_->begin_write();
    if (!txn) {
      environment_->leave_writer();
      return tl::unexpected(txn.error());
    }
    return std::unique_ptr<WriteTxn>(std::make_unique<LmdbWriteTxn>(environment_, *txn));
  }
  Status sync() override {
    const int code = mdb_env_sync(environment_->env(), 1);
    after_sync();
    return checked(code, "sync");
  }
  Status clear_stale_readers() override {
    int dead = 0;
    return checked(mdb_reader_check(environment_->env(), &dead), "reader check");
  }
  Result<StoreSize> size() const override {
    MDB_envinfo info{};
    LUCID_TRY(checked(mdb_env_info(environment_->env(), &info), "info"));
    struct stat file {};
    if (::stat((directory_ / "data.mdb").c_str(), &file) != 0)
      return tl::unexpected(os_error(errno, directory_.native()));
    return StoreSize{static_cast<std::uint64_t>(file.st_size), info.me_mapsize};
  }

 private:
  Status checked(int code, std::string_view what) const {
    if (code != MDB_SUCCESS) return tl::unexpected(environment_->error(code, what));
    return {};
  }

  EnvironmentPtr environment_;
  std::filesystem::path directory_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options) {
  LUCID_TRY_ASSIGN(auto environment, LmdbEnvironment::open(options));
  return std::unique_ptr<Store>(std::make_unique<LmdbStore>(std::move(environment), options.directory));
}

}  // namespace lucid::storage
