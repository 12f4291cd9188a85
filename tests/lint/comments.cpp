#include <cctype>

#include "tests/lint/checks.hpp"

namespace lucid::lint {
namespace {

/// Walks C++ text once and blanks what is not code.
class Blanker {
 public:
  Blanker(std::string_view text, bool strings) : text_(text), strings_(strings), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (begins("//")) {
        blank_until("\n", true, false);
      } else if (begins("/*")) {
        blank_until("*/", true, true);
      } else if (begins("R\"")) {
        raw_string();
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !after_digit())) {
        quoted(text_[at_]);
      } else {
        ++at_;
      }
    }
    return out_;
  }

 private:
  bool begins(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  /// 1'000 is a number, no character.
  bool after_digit() const { return at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0; }
  void blank(bool wanted) {
    if (wanted && text_[at_] != '\n') out_[at_] = ' ';
    ++at_;
  }
  void blank_until(std::string_view end, bool wanted, bool end_too) {
    while (at_ < text_.size() && !begins(end)) blank(wanted);
    for (std::size_t i = 0; i < end.size() && at_ < text_.size(); ++i) blank(wanted && end_too);
  }
  void raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) {
      ++at_;
      return;
    }
    const std::string end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    at_ = open + 1;
    blank_until(end, strings_, false);
  }
  void quoted(char quote) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      const bool escape = text_[at_] == '\\';
      blank(strings_);
      if (escape && at_ < text_.size()) blank(strings_);
    }
    if (at_ < text_.size()) ++at_;
  }

  std::string_view text_;
  bool strings_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string without_comments(std::string_view text, bool strings) {
  return Blanker(text, strings).run();
}

}  // namespace lucid::lint
