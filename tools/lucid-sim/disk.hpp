// A machine's disk: what is synced survives, what is being written when the power goes is there or not, as a whole.
//
// The three databases of a node: the sign-state (storage/sign_state.hpp), the chain and the outbox of acknowledged
// transactions. An image holds sign-state and chain; the outbox lies on another disk.
// Thread-safety: one cluster is one thread.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/consensus/sign_record.hpp"
#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/memory_chain.hpp"

namespace lucid::sim {

struct DiskImage {
  std::vector<consensus::SignRecord> records;
  consensus::DurableRound durable;
  std::map<Hash256, SizedBlockPtr> blocks;  // those that `durable` names
  ChainRows chain;
};

class Disk {
 public:
  /// One transaction of the sign-state. `blocks`: those of the new ones that `persist` names.
  struct SignWrite {
    consensus::Persist persist;
    std::vector<SizedBlockPtr> blocks;
  };

  // A write is begun, then synced; one at a time for each database.
  void begin(SignWrite write) { sign_ = std::move(write); }
  void begin(CommittedRow row) { chain_ = std::move(row); }
  void begin(crypto::TransactionPtr accepted) { outbox_write_ = std::move(accepted); }
  void sync_sign();
  void sync_chain();
  void sync_outbox();
  /// The power goes: each write that was begun is there or not. What of the sign-state came there just so.
  std::optional<consensus::Persist> lose_power(Chance& chance);

  /// What a start reads.
  consensus::Restored restored() const;
  const DiskImage& image() const { return image_; }
  void put_back(DiskImage image) { image_ = std::move(image); }
  /// Acknowledged and not seen on chain yet, in order.
  std::vector<crypto::TransactionPtr>& outbox() { return outbox_; }
  bool writes_outbox() const { return outbox_write_ != nullptr; }
  /// Above every nonce that was ever given here.
  std::uint64_t outbox_nonce() const { return outbox_nonce_; }

 private:
  DiskImage image_;
  std::vector<crypto::TransactionPtr> outbox_;
  std::uint64_t outbox_nonce_ = 0;
  std::optional<SignWrite> sign_;
  std::optional<CommittedRow> chain_;
  crypto::TransactionPtr outbox_write_;
};

}  // namespace lucid::sim
