// The time of day of this machine, for what a command writes down.
#pragma once

#include <chrono>

#include "core/base/ordinal.hpp"

namespace lucid::tools {

/// Milliseconds since 1970 in UTC.
inline TimeMs now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<TimeMs>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace lucid::tools
