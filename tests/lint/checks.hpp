// What the house asks of every source file (docs/architecture.md, "The house"), as functions over a file's text, so
// that each check can be shown to find what it is for.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lucid::lint {

struct SourceFile {
  std::string path;  // from the root, with "/"
  std::string text;
};

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1
  std::string says;
};
using Findings = std::vector<Finding>;

/// The text with comments, and with `strings` also the content of string and character literals, made blanks; lines
/// keep their numbers.
std::string without_comments(std::string_view text, bool strings);

/// #include of a folder or library that the file's folder may not see.
Findings check_includes(const SourceFile& file);
/// What makes core impure: floating point, clocks, threads, chance, unordered containers, exceptions.
Findings check_core_purity(const SourceFile& file);
/// A hook for a planted bug (core/base/mutant.hpp) outside core, or in a header, where the two builds would differ.
Findings check_mutant_hooks(const SourceFile& file);
/// Names of payment networks, as whole words, anywhere.
Findings check_payment_words(const SourceFile& file);
/// Notes about work that is not done.
Findings check_unfinished(const SourceFile& file);
/// A header begins with a comment that says what it is for, and has #pragma once.
Findings check_header_form(const SourceFile& file);
/// Three times as long as where one looks for a seam (header 150 lines, source 400). Tests may be long.
Findings check_length(const SourceFile& file);
/// A source includes its own header first.
Findings check_own_header_first(const SourceFile& file, bool has_header);

}  // namespace lucid::lint
