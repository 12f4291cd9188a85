#include "storage/slow_disk.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace lucid::storage {
namespace {

std::atomic<std::uint32_t> sync_delay_ms{0};

}  // namespace

void slow_disk_down(std::uint32_t delay_ms) {
  sync_delay_ms = delay_ms;
}

void after_sync() {
  if (const std::uint32_t delay_ms = sync_delay_ms; delay_ms != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
}

}  // namespace lucid::storage
