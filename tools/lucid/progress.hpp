// A progress bar on the error stream where that is a terminal; silent elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lucid::tools {

/// "3 bytes", "1.5 KiB", "2.0 GiB".
std::string size_text(std::uint64_t bytes);

class Progress {
 public:
  /// `shown` false: silent in any case.
  Progress(std::string what, std::uint64_t total_bytes, bool shown);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t bytes);

 private:
  void draw() const;

  std::string what_;
  std::uint64_t total_bytes_;
  std::uint64_t done_bytes_ = 0;
  bool shown_;
  std::chrono::steady_clock::time_point next_draw_;
};

}  // namespace lucid::tools
