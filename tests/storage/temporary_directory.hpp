// A directory of its own for each test, gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace lucid::storage::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "lucid-storage-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make " << name;
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lucid::storage::testing

/// Ends the test with the error's sentence unless the Result holds.
#define ASSERT_HOLDS(result)                                                  \
  do {                                                                        \
    const auto& lucid_checked = (result);                                     \
    ASSERT_TRUE(lucid_checked.has_value()) << to_text(lucid_checked.error()); \
  } while (false)

#define ASSERT_FAULT(wanted, result)                                                                          \
  do {                                                                                                        \
    const auto& lucid_checked = (result);                                                                     \
    ASSERT_FALSE(lucid_checked.has_value());                                                                  \
    ASSERT_EQ(fault_name(wanted), fault_name(lucid_checked.error().fault)) << to_text(lucid_checked.error()); \
  } while (false)
