// The key-value contract in memory, for tests and the simulator: an ordered map for each table, and on demand the
// accidents of a disk. What was committed survives crash(); what was not is forgotten.
//
// Thread-safety: as Store; the hooks may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/kv.hpp"

namespace lucid::storage {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::vector<Table> tables);
  ~MemoryStore() override;

  Result<std::unique_ptr<ReadTxn>> read() override;
  Result<std::unique_ptr<WriteTxn>> write() override;
  Status sync() override { return {}; }
  Status clear_stale_readers() override { return {}; }
  Result<StoreSize> size() const override;

  /// Power cut: every open transaction is lost (its calls fail with storage_io), the committed state stays.
  void crash();
  /// The n-th put, append or erase from now on (1 = the next) fails with `fault`, once.
  void fail_at_write(std::uint64_t n, Fault fault = Fault::storage_io);
  /// The n-th commit from now on fails with `fault`, once; nothing of it is kept.
  void fail_at_commit(std::uint64_t n, Fault fault = Fault::storage_io);
  /// How many commits succeeded.
  std::uint64_t commits() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace lucid::storage
