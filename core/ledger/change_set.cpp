#include "core/ledger/change_set.hpp"

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::ledger {
namespace {

/// Encodes into one buffer that is hashed and emptied whenever it is full: memory stays flat. Few blocks fill it.
class ChangeHasher {
 public:
  ChangeHasher() { buffer_.reserve(kUsualBytes); }

  template <class T>
  void add(std::uint64_t list, const T& change) {
    codec::Encoder encoder(buffer_);
    encoder.array(2);
    encoder.unsigned_integer(list);
    codec::write(encoder, change);
    if (buffer_.size() >= kFlushBytes) flush();
  }
  template <class T>
  void add_all(std::uint64_t list, const std::vector<T>& changes) {
    for (const T& change : changes) add(list, change);
  }
  Hash256 finish() {
    if (!hash_) return crypto::sha256(buffer_);
    flush();
    return hash_->finish();
  }

 private:
  static constexpr std::size_t kFlushBytes = 16 * 1024;
  static constexpr std::size_t kUsualBytes = 1024;

  void flush() {
    if (!hash_) hash_.emplace();
    hash_->update(buffer_);
    buffer_.clear();
  }

  std::optional<crypto::Sha256> hash_;  // once the buffer was full
  Bytes buffer_;
};

}  // namespace

Hash256 changes_hash(const ChangeSet& changes) {
  ChangeHasher hasher;
  hasher.add_all(1, changes.transactions);
  hasher.add_all(2, changes.accounts);
  for (const AnchorChange& anchor : changes.anchors) hasher.add(3, anchor.leaf_hash);
  hasher.add_all(4, changes.chunks);
  hasher.add_all(5, changes.data);
  hasher.add_all(6, changes.evidence);
  hasher.add_all(7, changes.slots);
  hasher.add_all(8, changes.tallies);
  hasher.add_all(9, changes.sets);
  hasher.add_all(10, changes.set_steps);
  hasher.add_all(11, changes.owners);
  return hasher.finish();
}

}  // namespace lucid::ledger
