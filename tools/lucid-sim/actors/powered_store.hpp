// A disk whose power may go: a memory store that commits only while there is power, and says when it did.
//
// What is committed is synced and stays; whatever a transaction did before that is gone with the power.
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>

#include "storage/memory_store.hpp"

namespace lucid::sim {

class PoweredStore final : public storage::Store {
 public:
  struct Power {
    /// Asked before each commit and after it: whether there still is power. It may go by being asked.
    std::function<bool()> before_commit;
    std::function<bool()> after_commit;
  };

  PoweredStore(std::vector<storage::Table> tables, Power power) : disk_(std::move(tables)), power_(std::move(power)) {}

  Result<std::unique_ptr<storage::ReadTxn>> read() override { return disk_.read(); }
  Result<std::unique_ptr<storage::WriteTxn>> write() override;
  Status sync() override { return disk_.sync(); }
  Status clear_stale_readers() override { return disk_.clear_stale_readers(); }
  Result<storage::StoreSize> size() const override { return disk_.size(); }

 private:
  storage::MemoryStore disk_;
  Power power_;
};

}  // namespace lucid::sim
