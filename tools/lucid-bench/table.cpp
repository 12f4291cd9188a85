#include "tools/lucid-bench/table.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace lucid::bench {
namespace {

/// Three digits that matter, or all that stand before the point.
std::string number_text(double value) {
  const int decimals = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 2;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string padded(std::string text, std::size_t width, bool right = false) {
  if (text.size() >= width) return text;
  const std::string gap(width - text.size(), ' ');
  return right ? gap + text : text + gap;
}

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

std::optional<double> Row::ratio() const {
  if (!reference || *reference == 0 || !not_measured.empty()) return std::nullopt;
  return value / *reference;
}

std::optional<double> Table::value_of(const std::string& name) const {
  for (const auto& row : rows_)
    if (row.name == name && row.not_measured.empty()) return row.value;
  return std::nullopt;
}

std::string Table::to_text() const {
  std::vector<std::array<std::string, 7>> lines{{"name", "value", "unit", "reference", "ratio", "goal", "met"}};
  for (const auto& row : rows_) {
    const auto ratio = row.ratio();
    const bool measured = row.not_measured.empty();
    lines.push_back({row.name, measured ? number_text(row.value) : "-",
                     measured ? row.unit : "not measured: " + row.not_measured,
                     row.reference ? number_text(*row.reference) + " (" + row.reference_name + ")" : "",
                     ratio ? number_text(*ratio) : "", row.goal, row.met ? (*row.met ? "yes" : "no") : ""});
  }
  std::array<std::size_t, 7> widths{};
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) text += padded(line[i], widths[i], i == 1 || i == 4) + "  ";
    out += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }
  for (const auto& sentence : notes_) out += sentence + "\n";
  return out;
}

std::string Table::to_json() const {
  auto list = nlohmann::json::array();
  for (const auto& row : rows_)
    list.push_back({{"name", row.name},
                    {"value", row.not_measured.empty() ? nlohmann::json(row.value) : nlohmann::json()},
                    {"unit", row.unit},
                    {"reference", or_null(row.reference)},
                    {"reference_name", row.reference_name},
                    {"ratio", or_null(row.ratio())},
                    {"goal", row.goal},
                    {"met", or_null(row.met)},
                    {"not_measured", row.not_measured.empty() ? nlohmann::json() : nlohmann::json(row.not_measured)}});
  return list.dump(2);
}

}  // namespace lucid::bench
