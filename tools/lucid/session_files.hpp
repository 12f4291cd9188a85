// The files of a session: which ones the arguments name, under which names they are recorded, and where they may be
// restored.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/types/session.hpp"

namespace lucid::tools {

struct SessionFile {
  std::filesystem::path path;
  std::string name;  // as recorded: relative, with slashes
};

/// Files as they are; of a directory all regular files below it, sorted by name. A file is recorded under its own name,
/// or that of its directory and the path below it; if that is taken, under the path given. Faults: file_missing,
/// file_io, file_form (neither file nor directory), text_form (a name that is no UTF-8 or too long).
Result<std::vector<SessionFile>> session_files(std::span<const std::string> arguments);

/// A relative path below the directory of restoration, whatever the recorded name: no "..", no root, no control
/// characters, no empty part.
std::filesystem::path safe_name(std::string_view recorded);

}  // namespace lucid::tools
