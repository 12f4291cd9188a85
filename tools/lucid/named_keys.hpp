// A node's secret keys under a name, and the public file that a genesis is made of: what `lucid keygen` makes, and each
// node of a localnet has.
//
// Thread-safety: functions without shared state.
#pragma once

#include <filesystem>
#include <string>

#include "config/key_files.hpp"

namespace lucid::tools {

/// KEY_DIR/NAME.pub.json.
std::filesystem::path public_key_file(const std::filesystem::path& key_dir, const std::string& name);

/// Makes the keys, then the public file; overwrites nothing. Faults: text_form of the name, those of
/// config::make_node_keys, file_io.
Result<config::NodePublicKeys> make_named_keys(const std::filesystem::path& key_dir, const std::string& name,
                                               const std::filesystem::path& public_file);

}  // namespace lucid::tools
