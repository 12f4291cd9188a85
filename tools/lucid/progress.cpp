#include "tools/lucid/progress.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace lucid::tools {
namespace {

constexpr std::size_t kBarWidth = 30;
constexpr auto kBetweenDraws = std::chrono::milliseconds(100);

}  // namespace

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  std::uint64_t tenths = bytes * 10 / 1024;
  std::size_t unit = 0;
  while (tenths >= 10'240 && unit + 1 < std::size(kUnits)) {
    tenths /= 1024;
    ++unit;
  }
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + kUnits[unit];
}

Progress::Progress(std::string what, std::uint64_t total_bytes, bool shown)
    : what_(std::move(what)), total_bytes_(total_bytes), shown_(shown && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::advance(std::uint64_t bytes) {
  done_bytes_ += bytes;
  const auto now = std::chrono::steady_clock::now();
  if (!shown_ || (now < next_draw_ && done_bytes_ < total_bytes_)) return;
  next_draw_ = now + kBetweenDraws;
  draw();
}

void Progress::draw() const {
  const std::uint64_t percent =
      total_bytes_ == 0 ? 100 : std::min<std::uint64_t>(100, done_bytes_ * 100 / total_bytes_);
  const std::size_t filled = static_cast<std::size_t>(percent) * kBarWidth / 100;
  std::cerr << "\r\033[K" << what_ << " [" << std::string(filled, '#') << std::string(kBarWidth - filled, '.') << "] "
            << percent << " %  " << size_text(done_bytes_) << " of " << size_text(total_bytes_) << std::flush;
}

}  // namespace lucid::tools
