// block_manager: looks after what is stored. On request it reads every block and every chunk back and checks it, a
// little at a time, so that nothing else waits for it; the first fault found is named, all are counted.
//
// Has a thread of its own: it reads from the disk. May be restarted: a scan that was running begins anew when asked.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/session_messages.hpp"

namespace lucid::actors {

using BlockManagerActor = act::iface<ScanReport(StartScan), ScanReport(GetScan), void(ContinueScan), void(BlockFinal)>;

/// What can be scanned. Each check reads from the disk, and says what is wrong.
class Scannable {
 public:
  virtual ~Scannable() = default;
  virtual Result<Height> tip() const = 0;
  /// Checksums, hash, link to its parent, root, certificate.
  virtual Status check_block(Height height) const = 0;
  /// Content is kept in 256 folders by the first byte of its hash.
  virtual Result<std::vector<Hash256>> chunks_in(std::uint8_t folder) const = 0;
  virtual Status check_chunk(const Hash256& hash) const = 0;
  virtual Result<std::vector<Hash256>> manifests_in(std::uint8_t folder) const = 0;
  virtual Status check_manifest(const Hash256& hash) const = 0;
};

class BlockManager {
 public:
  using interface = BlockManagerActor;
  static constexpr const char* kName = "block_manager";

  struct Deps {
    const Clock& clock;
    std::shared_ptr<const Scannable> scannable;
    std::function<void(const std::string&)> log;
  };

  BlockManager(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  enum class Phase { blocks, chunks, manifests, done };

  caf::result<ScanReport> start(const StartScan& wanted);
  void advance();
  void scan_blocks();
  void scan_folder(Phase next);
  void note(const Status& checked, std::string what);
  void publish_state();

  interface::pointer self_;
  Deps deps_;
  ScanReport report_;
  Phase phase_ = Phase::done;
  unsigned folder_ = 0;
  std::vector<Hash256> files_;  // of the folder, still to be checked
  Height tip_ = 0;
};

}  // namespace lucid::actors
