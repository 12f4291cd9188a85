#include "tools/lucid/session_files.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/codec/codec.hpp"

namespace lucid::tools {
namespace {

namespace fs = std::filesystem;

using Name = decltype(ManifestFile::name);

/// What the codec would refuse when the manifest is read.
Status check_recorded_name(const std::string& name) {
  if (!codec::decode<Name>(codec::encode(Name(name))))
    return fail(Fault::text_form, "file name", "UTF-8 text of at most " + std::to_string(Name::kMax) + " bytes",
                "\"" + name.substr(0, 80) + "\"");
  return {};
}

auto broken_walk(const fs::path& path, const std::error_code& error) {
  return fail(Fault::file_io, path.string(), {}, error.message());
}

Result<std::vector<SessionFile>> below(const fs::path& directory, const std::string& name) {
  std::vector<SessionFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_regular_file(error) && !error)
      files.push_back({entry->path(), name + "/" + entry->path().lexically_relative(directory).generic_string()});
  if (error) return broken_walk(directory, error);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

/// The last part of a path's name also where it ends in a slash or is "." itself.
std::string own_name(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path, error).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  const std::string name = whole.filename().string();
  return name.empty() ? "root" : name;
}

Result<std::vector<SessionFile>> named_by(const std::string& argument) {
  const fs::path path(argument);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return fail(Fault::file_missing, argument);
  if (error) return broken_walk(path, error);
  if (fs::is_directory(status)) return below(path, own_name(path));
  if (!fs::is_regular_file(status)) return fail(Fault::file_form, argument, "a file or a directory");
  return std::vector<SessionFile>{{path, own_name(path)}};
}

}  // namespace

Result<std::vector<SessionFile>> session_files(std::span<const std::string> arguments) {
  std::vector<SessionFile> files;
  std::set<std::string> taken;
  for (const std::string& argument : arguments) {
    LUCID_TRY_ASSIGN(auto named, named_by(argument));
    for (SessionFile& file : named) {
      if (taken.count(file.name) != 0) file.name = safe_name(file.path.lexically_normal().generic_string());
      if (!taken.insert(file.name).second)
        return fail(Fault::text_form, file.path.string(), "a name of its own", "\"" + file.name + "\" a second time");
      LUCID_TRY(check_recorded_name(file.name));
      files.push_back(std::move(file));
    }
  }
  return files;
}

fs::path safe_name(std::string_view recorded) {
  fs::path out;
  std::string part;
  const auto end_part = [&] {
    if (!part.empty() && part != "." && part != "..") out /= part;
    part.clear();
  };
  for (const char letter : recorded) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '/')
      end_part();
    else
      part += code < 0x20 || code == 0x7f || letter == '\\' ? '_' : letter;
  }
  end_part();
  return out.empty() ? fs::path("unnamed") : out;
}

}  // namespace lucid::tools
