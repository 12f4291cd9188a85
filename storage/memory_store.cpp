#include "storage/memory_store.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace lucid::storage {
namespace {

struct ByteOrder {
  using is_transparent = void;
  bool operator()(ByteView a, ByteView b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
};
using Rows = std::map<Bytes, Bytes, ByteOrder>;
/// What a WriteTxn changed: absent means erased.
using Changes = std::map<Bytes, std::optional<Bytes>, ByteOrder>;
using Database = std::vector<Rows>;

}  // namespace

struct MemoryStore::State {
  mutable std::mutex mutex;
  std::condition_variable writer_gone;
  std::vector<Table> tables;
  std::shared_ptr<Database> committed;  // copied before a change while a reader holds it
  std::optional<std::thread::id> writer;
  std::uint64_t generation = 0;  // raised by crash(): transactions of an older one are dead
  std::uint64_t commits = 0;
  std::uint64_t writes_until_failure = 0;  // 0: none
  std::uint64_t commits_until_failure = 0;
  Fault write_fault = Fault::storage_io;
  Fault commit_fault = Fault::storage_io;

  bool dead(std::uint64_t of) const {
    const std::lock_guard lock(mutex);
    return of != generation;
  }
};

namespace {

using StatePtr = std::shared_ptr<MemoryStore::State>;

tl::unexpected<Error> crashed() {
  return fail(Fault::storage_io, "transaction", "a running store", "the store crashed");
}

/// One table as a transaction sees it: the committed rows under its own changes.
struct View {
  const Rows* rows = nullptr;
  const Changes* changes = nullptr;  // null in a ReadTxn

  std::optional<ByteView> get(ByteView key) const {
    if (changes != nullptr)
      if (const auto change = changes->find(key); change != changes->end())
        return change->second ? std::optional<ByteView>(*change->second) : std::nullopt;
    const auto row = rows->find(key);
    return row == rows->end() ? std::nullopt : std::optional<ByteView>(row->second);
  }
};

class MemoryCursor final : public Cursor {
 public:
  explicit MemoryCursor(View view) : view_(view) {}

  Result<bool> first() override { return at_or_after({}, true); }
  Result<bool> seek(ByteView key) override { return at_or_after(key, true); }
  Result<bool> next() override { return here_ ? at_or_after(Bytes(key_), false) : Result<bool>(false); }
  Result<bool> last() override { return before(nullptr); }
  Result<bool> prev() override {
    if (!here_) return false;
    const Bytes from = key_;
    return before(&from);
  }
  ByteView key() const override { return here_ ? ByteView(key_) : ByteView(); }
  ByteView value() const override { return here_ ? value_ : ByteView(); }

 private:
  bool stand(const Bytes& key) {
    key_ = key;
    value_ = *view_.get(key_);
    return here_ = true;
  }

  // The lower of the next row and the next change; an erased row is stepped over.
  bool at_or_after(ByteView from, bool inclusive) {
    auto row = inclusive ? view_.rows->lower_bound(from) : view_.rows->upper_bound(from);
    static const Changes kNone;
    const Changes& changes = view_.changes != nullptr ? *view_.changes : kNone;
    auto change = inclusive ? changes.lower_bound(from) : changes.upper_bound(from);
    while (row != view_.rows->end() || change != changes.end()) {
      if (change == changes.end() || (row != view_.rows->end() && row->first < change->first)) return stand(row->first);
      if (change->second) return stand(change->first);
      if (row != view_.rows->end() && row->first == change->first) ++row;
      ++change;
    }
    return here_ = false;
  }

  bool before(const Bytes* limit) {
    static const Changes kNone;
    const Changes& changes = view_.changes != nullptr ? *view_.changes : kNone;
    auto row = limit != nullptr ? view_.rows->lower_bound(*limit) : view_.rows->end();
    auto change = limit != nullptr ? changes.lower_bound(*limit) : changes.end();
    while (row != view_.rows->begin() || change != changes.begin()) {
      const bool has_row = row != view_.rows->begin();
      const bool has_change = change != changes.begin();
      if (!has_change || (has_row && std::prev(change)->first < std::prev(row)->first)) {
        --row;
        return stand(row->first);
      } else {
        --change;
        if (change->second) return stand(change->first);
        if (has_row && std::prev(row)->first == change->first) --row;
      }
    }
    return here_ = false;
  }

  View view_;
  Bytes key_;
  ByteView value_;
  bool here_ = false;
};

Status check_key(Table table, ByteView key) {
  if (key.empty() || key.size() > kMaxKeyBytes)
    return fail(Fault::internal, std::string(table.name) + " key", "1 to 511 bytes", std::to_string(key.size()));
  return {};
}

std::uint64_t count_of(const View& view) {
  std::uint64_t count = view.rows->size();
  if (view.changes == nullptr) return count;
  for (const auto& [key, value] : *view.changes) {
    const bool was = view.rows->contains(key);
    if (was && !value) --count;
    if (!was && value) ++count;
  }
  return count;
}

class MemoryReadTxn final : public ReadTxn {
 public:
  MemoryReadTxn(StatePtr state, std::shared_ptr<const Database> base, std::uint64_t generation)
      : state_(std::move(state)), base_(std::move(base)), generation_(generation) {}

  Result<std::optional<ByteView>> get(Table table, ByteView key) const override {
    if (state_->dead(generation_)) return crashed();
    return view(table).get(key);
  }
  Result<std::unique_ptr<Cursor>> cursor(Table table) const override {
    if (state_->dead(generation_)) return crashed();
    return std::unique_ptr<Cursor>(std::make_unique<MemoryCursor>(view(table)));
  }
  Result<std::uint64_t> count(Table table) const override { return count_of(view(table)); }

 private:
  View view(Table table) const { return {&(*base_)[table.index], nullptr}; }

  StatePtr state_;
  std::shared_ptr<const Database> base_;
  std::uint64_t generation_;
};

class MemoryWriteTxn final : public WriteTxn {
 public:
  MemoryWriteTxn(StatePtr state, std::shared_ptr<const Database> base, std::uint64_t generation)
      : state_(std::move(state)), base_(std::move(base)), changes_(base_->size()), generation_(generation) {}
  ~MemoryWriteTxn() override { end(); }

  Result<std::optional<ByteView>> get(Table table, ByteView key) const override {
    LUCID_TRY(usable());
    return view(table).get(key);
  }
  Result<std::unique_ptr<Cursor>> cursor(Table table) const override {
    LUCID_TRY(usable());
    return std::unique_ptr<Cursor>(std::make_unique<MemoryCursor>(view(table)));
  }
  Result<std::uint64_t> count(Table table) const override {
    LUCID_TRY(usable());
    return count_of(view(table));
  }

  Status put(Table table, ByteView key, ByteView value) override {
    LUCID_TRY(before_write(table, key));
    changes_[table.index].insert_or_assign(to_bytes(key), to_bytes(value));
    return {};
  }
  Status append(Table table, ByteView key, ByteView value) override {
    LUCID_TRY(check_key(table, key));
    MemoryCursor newest(view(table));
    LUCID_TRY_ASSIGN(const bool any, newest.last());
    if (any && !ByteOrder{}(newest.key(), key))
      return fail(Fault::internal, std::string(table.name) + " key", "above " + to_hex(newest.key()), to_hex(key));
    return put(table, key, value);
  }
  Result<bool> erase(Table table, ByteView key) override {
    LUCID_TRY(before_write(table, key));
    const bool was = view(table).get(key).has_value();
    if (was) changes_[table.index].insert_or_assign(to_bytes(key), std::nullopt);
    return was;
  }

  Status commit() override {
    LUCID_TRY(usable());
    {
      const std::lock_guard lock(state_->mutex);
      if (state_->commits_until_failure > 0 && --state_->commits_until_failure == 0)
        failed_ = Error{state_->commit_fault, "commit", {}, "injected"};
      else
        apply();
    }
    end();
    if (failed_) return tl::unexpected(*failed_);
    failed_ = Error{Fault::internal, "transaction", "an open one", "it is committed"};
    return {};
  }

 private:
  View view(Table table) const { return {&(*base_)[table.index], &changes_[table.index]}; }

  Status usable() const {
    if (state_->dead(generation_)) return crashed();
    if (failed_) return tl::unexpected(*failed_);
    return {};
  }

  Status before_write(Table table, ByteView key) {
    LUCID_TRY(usable());
    LUCID_TRY(check_key(table, key));
    const std::lock_guard lock(state_->mutex);
    if (state_->writes_until_failure > 0 && --state_->writes_until_failure == 0) {
      failed_ = Error{state_->write_fault, std::string(table.name), {}, "injected"};
      return tl::unexpected(*failed_);
    }
    return {};
  }

  void apply() {
    base_.reset();
    if (state_->committed.use_count() > 1) state_->committed = std::make_shared<Database>(*state_->committed);
    for (std::size_t i = 0; i < changes_.size(); ++i)
      for (auto& [key, value] : changes_[i]) {
        Rows& rows = (*state_->committed)[i];
        if (value)
          rows.insert_or_assign(key, std::move(*value));
        else
          rows.erase(key);
      }
    ++state_->commits;
  }

  void end() {
    const std::lock_guard lock(state_->mutex);
    if (ended_) return;
    ended_ = true;
    if (generation_ == state_->generation) state_->writer.reset();
    state_->writer_gone.notify_one();
  }

  StatePtr state_;
  std::shared_ptr<const Database> base_;
  std::vector<Changes> changes_;
  std::uint64_t generation_;
  std::optional<Error> failed_;
  bool ended_ = false;
};

}  // namespace

MemoryStore::MemoryStore(std::vector<Table> tables) : state_(std::make_shared<State>()) {
  state_->committed = std::make_shared<Database>(tables.size());
  state_->tables = std::move(tables);
}
MemoryStore::~MemoryStore() = default;

Result<std::unique_ptr<ReadTxn>> MemoryStore::read() {
  const std::lock_guard lock(state_->mutex);
  return std::unique_ptr<ReadTxn>(std::make_unique<MemoryReadTxn>(state_, state_->committed, state_->generation));
}

Result<std::unique_ptr<WriteTxn>> MemoryStore::write() {
  std::unique_lock lock(state_->mutex);
  if (state_->writer == std::this_thread::get_id())
    return fail(Fault::internal, "write transaction", "one at a time", "this thread has one open");
  state_->writer_gone.wait(lock, [this] { return !state_->writer; });
  state_->writer = std::this_thread::get_id();
  return std::unique_ptr<WriteTxn>(std::make_unique<MemoryWriteTxn>(state_, state_->committed, state_->generation));
}

Result<StoreSize> MemoryStore::size() const {
  const std::lock_guard lock(state_->mutex);
  StoreSize size;
  for (const Rows& rows : *state_->committed)
    for (const auto& [key, value] : rows) size.file_bytes += key.size() + value.size();
  size.map_bytes = size.file_bytes;
  return size;
}

void MemoryStore::crash() {
  const std::lock_guard lock(state_->mutex);
  ++state_->generation;
  state_->writer.reset();
  state_->writer_gone.notify_one();
}

void MemoryStore::fail_at_write(std::uint64_t n, Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->writes_until_failure = n;
  state_->write_fault = fault;
}

void MemoryStore::fail_at_commit(std::uint64_t n, Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->commits_until_failure = n;
  state_->commit_fault = fault;
}

std::uint64_t MemoryStore::commits() const {
  const std::lock_guard lock(state_->mutex);
  return state_->commits;
}

}  // namespace lucid::storage
