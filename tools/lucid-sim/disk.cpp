#include "tools/lucid-sim/disk.hpp"

#include <algorithm>

namespace lucid::sim {

void Disk::sync_sign() {
  const consensus::Persist& persist = sign_->persist;
  auto& records = image_.records;
  records.insert(records.end(), persist.records.begin(), persist.records.end());
  if (!records.empty()) {
    const Height newest = records.back().height;
    const Round round = records.back().round;
    std::erase_if(records, [&](const consensus::SignRecord& record) {
      return record.height < newest || record.round + consensus::kMaxSignedRounds < round;
    });
  }
  const auto& named = persist.durable.blocks;
  for (const SizedBlockPtr& block : sign_->blocks) image_.blocks.emplace(block->hash, block);
  std::erase_if(image_.blocks,
                [&](const auto& entry) { return std::find(named.begin(), named.end(), entry.first) == named.end(); });
  image_.durable = persist.durable;
  sign_.reset();
}

void Disk::sync_chain() {
  if (chain_->block->block->header.height == image_.chain.size() + 1) image_.chain.push_back(std::move(*chain_));
  chain_.reset();
}

void Disk::sync_outbox() {
  outbox_nonce_ = (*outbox_write_)->transaction.nonce + 1;
  outbox_.push_back(std::move(outbox_write_));
  outbox_write_ = nullptr;
}

std::optional<consensus::Persist> Disk::lose_power(Chance& chance) {
  std::optional<consensus::Persist> stored;
  if (sign_ && chance.percent(50)) {
    stored = sign_->persist;
    sync_sign();
  }
  if (chain_ && chance.percent(50)) sync_chain();
  if (outbox_write_ && chance.percent(50)) sync_outbox();
  sign_.reset();
  chain_.reset();
  outbox_write_ = nullptr;
  return stored;
}

consensus::Restored Disk::restored() const {
  consensus::Restored out{image_.records, image_.durable, {}, image_.chain.size()};
  for (const auto& [hash, block] : image_.blocks) out.blocks.push_back({hash, block->block->header, block->bytes});
  return out;
}

}  // namespace lucid::sim
