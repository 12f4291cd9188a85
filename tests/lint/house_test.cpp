// Every source of the project against the rules of the house.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <set>

#include "tests/lint/checks.hpp"

namespace lucid::lint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolders[] = {"core", "storage", "net", "config", "actors", "api", "tools", "tests"};

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<SourceFile> read_sources() {
  const fs::path root = LUCID_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const char* folder : kFolders) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".hpp" && extension != ".cpp")) continue;
      files.push_back({fs::relative(entry.path(), root).generic_string(), read_text(entry.path())});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

const std::vector<SourceFile>& sources() {
  static const auto files = read_sources();
  return files;
}

template <class Check>
void expect_clean(Check check) {
  for (const auto& file : sources())
    for (const auto& finding : check(file))
      ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.says;
}

TEST(House, HasSourcesInEveryFolderThatIsChecked) {
  EXPECT_GT(sources().size(), 80U);
  std::set<std::string> folders;
  for (const auto& file : sources()) folders.insert(file.path.substr(0, file.path.find('/')));
  for (const char* folder : {"core", "config", "tests", "tools"}) EXPECT_TRUE(folders.contains(folder)) << folder;
  std::cout << sources().size() << " files in " << folders.size() << " folders\n";
}

TEST(House, HasNoOtherFolderWithSources) {
  for (const auto& entry : fs::directory_iterator(fs::path(LUCID_SOURCE_DIR))) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with('.') || name == "build" || name == "data" || name == "docs" ||
        name == "localnet")
      continue;
    EXPECT_NE(std::find(std::begin(kFolders), std::end(kFolders), name), std::end(kFolders)) << name;
  }
}

TEST(House, FoldersIncludeOnlyWhatTheyMaySee) {
  expect_clean(check_includes);
}
TEST(House, CoreIsPure) {
  expect_clean(check_core_purity);
}
TEST(House, BugsArePlantedInSourcesOfCoreOnly) {
  expect_clean(check_mutant_hooks);
}
TEST(House, NoNoteSaysThatWorkIsNotDone) {
  expect_clean(check_unfinished);
}
TEST(House, EveryHeaderSaysWhatItIsFor) {
  expect_clean(check_header_form);
}
TEST(House, NoFileIsThreeTimesAsLongAsWhereOneLooksForASeam) {
  expect_clean(check_length);
}

TEST(House, EverySourceIncludesItsOwnHeaderFirst) {
  std::set<std::string> paths;
  for (const auto& file : sources()) paths.insert(file.path);
  expect_clean([&](const SourceFile& file) {
    return check_own_header_first(file, paths.contains(file.path.substr(0, file.path.rfind('.')) + ".hpp"));
  });
}

TEST(House, NoPaymentNetworkIsNamedAnywhere) {
  expect_clean(check_payment_words);
  for (const char* name : {"CMakeLists.txt", "README.md", "CHANGELOG.md", "tools/packages", "tools/run",
                           "tools/cmake/Dependencies.cmake", "tools/cmake/LucidTargets.cmake"}) {
    const SourceFile file{name, read_text(fs::path(LUCID_SOURCE_DIR) / name)};
    EXPECT_FALSE(file.text.empty()) << name;
    EXPECT_TRUE(check_payment_words(file).empty()) << name;
  }
}

TEST(House, NoFolderIsCalledAfterNothing) {
  for (const auto& file : sources())
    for (const char* name : {"/utils/", "/util/", "/common/", "/misc/", "/helpers/", "/helper/"})
      EXPECT_EQ(file.path.find(name), std::string::npos) << file.path;
}

}  // namespace
}  // namespace lucid::lint
