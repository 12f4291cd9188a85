// A disk slower than this machine's: an SD card syncs in 20 to 50 ms where an SSD takes 0.2. For localnets and tests
// (lucidd --slow-disk-ms); without it nothing changes.
//
// Thread-safety: any thread; holds for the whole process.
#pragma once

#include <cstdint>

namespace lucid::storage {

/// Every sync of this process takes so much longer from now on.
void slow_disk_down(std::uint32_t delay_ms);

/// To be called by whoever has just synced, before anyone hears of it.
void after_sync();

}  // namespace lucid::storage
