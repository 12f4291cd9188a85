// The table that the benchmarks fill, for people and as JSON.
//
// Thread-safety: one owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lucid::bench {

/// One figure. `reference` was measured in the same run on the same machine: ratios say more than figures do.
struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> reference = {};
  std::string reference_name = {};
  std::string goal = {};  // in words; empty: none
  std::optional<bool> met = {};
  std::string not_measured = {};  // why there is no value; empty: there is one

  std::optional<double> ratio() const;
};

class Table {
 public:
  void add(Row row) { rows_.push_back(std::move(row)); }
  /// Something that belongs beside the figures.
  void note(std::string sentence) { notes_.push_back(std::move(sentence)); }
  /// The value of an earlier row.
  std::optional<double> value_of(const std::string& name) const;

  std::string to_text() const;
  /// A list of {name, value, unit, reference, reference_name, ratio, goal, met, not_measured}; what is absent is null.
  std::string to_json() const;

 private:
  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

}  // namespace lucid::bench
