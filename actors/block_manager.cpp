#include "actors/block_manager.hpp"

namespace lucid::actors {

namespace {
/// Checked in one message: some milliseconds of work.
constexpr std::size_t kBlocksAtOnce = 32;
constexpr std::size_t kFilesAtOnce = 4;
constexpr unsigned kFolders = 256;
}  // namespace

BlockManager::BlockManager(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {
  publish_state();
}

BlockManager::interface::behavior_type BlockManager::make_behavior() {
  return {
      [this](const StartScan& wanted) { return start(wanted); },
      [this](const GetScan&) { return report_; },
      [this](const ContinueScan&) { advance(); },
      [this](const BlockFinal& block) {
        tip_ = block.height;
        if (phase_ == Phase::done) publish_state();
      },
  };
}

caf::result<ScanReport> BlockManager::start(const StartScan& wanted) {
  if (report_.running) return report_;
  const auto tip = deps_.scannable->tip();
  if (!tip) return to_caf(tip.error());
  report_ = {};
  report_.running = true;
  report_.started_at = deps_.clock.wall_ms();
  report_.from = report_.next = wanted.from;
  report_.to = std::min(wanted.to.value_or(*tip), *tip);
  phase_ = Phase::blocks;
  folder_ = 0;
  files_.clear();
  publish_state();
  act::tell(self_, act::me<interface>(self_), ContinueScan{});
  return report_;
}

void BlockManager::advance() {
  switch (phase_) {
    case Phase::blocks:
      scan_blocks();
      break;
    case Phase::chunks:
      scan_folder(Phase::manifests);
      break;
    case Phase::manifests:
      scan_folder(Phase::done);
      break;
    case Phase::done:
      return;
  }
  if (phase_ == Phase::done) {
    report_.running = false;
    report_.finished_at = deps_.clock.wall_ms();
    deps_.log("integrity scan: " + std::to_string(report_.blocks_checked) + " blocks, " +
              std::to_string(report_.chunks_checked) + " chunks, " + std::to_string(report_.manifests_checked) +
              " manifests, " + std::to_string(report_.faults) + " faults");
  } else {
    act::tell(self_, act::me<interface>(self_), ContinueScan{});
  }
  publish_state();
}

void BlockManager::scan_blocks() {
  for (std::size_t i = 0; i < kBlocksAtOnce && report_.next <= report_.to; ++i, ++report_.next) {
    note(deps_.scannable->check_block(report_.next), "block " + std::to_string(report_.next));
    ++report_.blocks_checked;
  }
  if (report_.next > report_.to) phase_ = Phase::chunks;
}

void BlockManager::scan_folder(Phase next) {
  const bool chunks = phase_ == Phase::chunks;
  if (files_.empty()) {
    if (folder_ == kFolders) {
      folder_ = 0;
      phase_ = next;
      return;
    }
    const auto folder = static_cast<std::uint8_t>(folder_++);
    auto files = chunks ? deps_.scannable->chunks_in(folder) : deps_.scannable->manifests_in(folder);
    if (files)
      files_ = std::move(*files);
    else
      note(tl::unexpected(files.error()), "folder " + to_hex(ByteView(&folder, 1)));
    return;
  }
  for (std::size_t i = 0; i < kFilesAtOnce && !files_.empty(); ++i) {
    const Hash256 hash = files_.back();
    files_.pop_back();
    note(chunks ? deps_.scannable->check_chunk(hash) : deps_.scannable->check_manifest(hash),
         (chunks ? "chunk " : "manifest ") + to_hex(hash));
    ++(chunks ? report_.chunks_checked : report_.manifests_checked);
  }
}

void BlockManager::note(const Status& checked, std::string what) {
  if (checked) return;
  ++report_.faults;
  deps_.log("integrity: " + what + ": " + to_text(checked.error()));
  if (report_.first_fault) return;
  Error error = checked.error();
  error.field = error.field.empty() ? std::move(what) : what + ", " + error.field;
  report_.first_fault = std::move(error);
}

void BlockManager::publish_state() {
  std::string text;
  if (report_.running)
    text = "scanning: " + std::to_string(report_.blocks_checked) + " blocks of " +
           std::to_string(report_.to - report_.from + 1) + ", " + std::to_string(report_.chunks_checked) + " chunks, " +
           std::to_string(report_.faults) + " faults";
  else if (report_.finished_at)
    text = "last scan: " + std::to_string(report_.blocks_checked) + " blocks, " +
           std::to_string(report_.chunks_checked) + " chunks, " + std::to_string(report_.faults) + " faults";
  else
    text = "no scan since the start; height " + std::to_string(tip_);
  act::probe(self_).set_state(text);
}

}  // namespace lucid::actors
