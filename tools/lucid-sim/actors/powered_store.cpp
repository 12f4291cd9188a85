#include "tools/lucid-sim/actors/powered_store.hpp"

namespace lucid::sim {
namespace {

class PoweredWrite final : public storage::WriteTxn {
 public:
  PoweredWrite(std::unique_ptr<storage::WriteTxn> txn, const PoweredStore::Power& power)
      : txn_(std::move(txn)), power_(power) {}

  Result<std::optional<ByteView>> get(storage::Table table, ByteView key) const override {
    return txn_->get(table, key);
  }
  Result<std::unique_ptr<storage::Cursor>> cursor(storage::Table table) const override { return txn_->cursor(table); }
  Result<std::uint64_t> count(storage::Table table) const override { return txn_->count(table); }
  Status put(storage::Table table, ByteView key, ByteView value) override { return txn_->put(table, key, value); }
  Status append(storage::Table table, ByteView key, ByteView value) override { return txn_->append(table, key, value); }
  Result<bool> erase(storage::Table table, ByteView key) override { return txn_->erase(table, key); }
  Status commit() override {
    if (!power_.before_commit()) return no_power();
    LUCID_TRY(txn_->commit());
    if (!power_.after_commit()) return no_power();
    return {};
  }

 private:
  static Status no_power() { return fail(Fault::storage_io, "commit", "power", "none"); }

  std::unique_ptr<storage::WriteTxn> txn_;
  const PoweredStore::Power& power_;
};

}  // namespace

Result<std::unique_ptr<storage::WriteTxn>> PoweredStore::write() {
  LUCID_TRY_ASSIGN(auto txn, disk_.write());
  return std::unique_ptr<storage::WriteTxn>(std::make_unique<PoweredWrite>(std::move(txn), power_));
}

}  // namespace lucid::sim
