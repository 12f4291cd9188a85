// A directory that goes when its owner does.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/base/result.hpp"

namespace lucid::bench {

class Scratch {
 public:
  /// parent/name-XXXXXX; the parent is made if it is missing. Fault file_io.
  static Result<Scratch> make(const std::filesystem::path& parent, const std::string& name) {
    std::error_code error;
    std::filesystem::create_directories(parent, error);
    std::string path = (parent / (name + "-XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) return fail(Fault::file_io, path, "to be made", std::strerror(errno));
    return Scratch(path);
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Scratch& operator=(Scratch&&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace lucid::bench
