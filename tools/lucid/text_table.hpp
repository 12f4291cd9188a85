// Tables on a terminal: columns as wide as their widest entry, two spaces apart.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

namespace lucid::tools {

using TextRow = std::vector<std::string>;

/// A line a row, without spaces at its end. Widths are counted in characters of UTF-8.
std::string text_table(const std::vector<TextRow>& rows);

/// What a node says comes over the network and goes to a terminal: control characters become "?".
std::string printable(std::string text);

}  // namespace lucid::tools
