// The plot of recoveries: a document that is well-formed, curves that only rise, and the same bytes each time.
#include "tools/lucid-sim/recovery_plot.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>

#include "tools/lucid-sim/plot_command.hpp"

namespace lucid::sim {
namespace {

std::vector<RecoverySamples> some_samples() {
  return {{4, {1'000, 1'500, 1'500, 2'000, 9'000}}, {7, {500, 12'300}}, {10, {}}, {16, {31'000}}};
}

/// What stands between the quotes of `name="…"`, of each element `element`, in order.
std::vector<std::string> values_of(const std::string& svg, const std::string& element, const std::string& name) {
  std::vector<std::string> out;
  for (auto at = svg.find("<" + element + " "); at != std::string::npos; at = svg.find("<" + element + " ", at + 1)) {
    const auto from = svg.find(" " + name + "=\"", at) + name.size() + 3;
    out.push_back(svg.substr(from, svg.find('"', from) - from));
  }
  return out;
}

/// Every element that opens closes, in order, and every quote has its other. Ours have no "<" or ">" within quotes.
bool is_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  for (auto at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
    const auto end = svg.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = svg.substr(at + 1, end - at - 1);
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0 || tag.find('<') != std::string::npos) return false;
    const std::string name = tag.substr(0, tag.find(' '));
    if (name.starts_with('/')) {
      if (open.empty() || open.back() != name.substr(1)) return false;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
  }
  return open.empty();
}

TEST(RecoveryPlot, IsAWellFormedDocumentThatNamesEachSize) {
  const std::string svg = recovery_svg(some_samples());
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(is_well_formed(svg)) << svg;
  EXPECT_FALSE(is_well_formed(svg.substr(0, svg.size() - 7))) << "this test would not see it";
  EXPECT_NE(svg.find("n = 4: 5 recoveries, p50 1.5 s, p99 9.0 s, worst 9.0 s"), std::string::npos) << svg;
  EXPECT_NE(svg.find("n = 7: 2 recoveries"), std::string::npos);
  EXPECT_NE(svg.find("n = 10: no recovery seen"), std::string::npos);
  EXPECT_NE(svg.find("n = 16: 1 recoveries"), std::string::npos);
}

TEST(RecoveryPlot, ItsCurvesGoToTheRightAndUp) {
  const auto paths = values_of(recovery_svg(some_samples()), "path", "d");
  ASSERT_EQ(paths.size(), 3U) << "one for each size with samples";
  for (const std::string& path : paths) {
    std::istringstream in(path);
    std::string step;
    in >> step;
    long x = std::stol(step.substr(1)), y = 0;
    in >> y;
    const long bottom = y;
    while (in >> step) {
      const long to = std::stol(step.substr(1));
      ASSERT_TRUE(step[0] == 'H' || step[0] == 'V') << path;
      if (step[0] == 'H') {
        EXPECT_GE(to, x) << path;
        x = to;
      } else {
        EXPECT_LT(to, y) << path;
        y = to;
      }
    }
    EXPECT_EQ(y, bottom - 290) << "all recoveries are over at its end: " << path;
  }
}

TEST(RecoveryPlot, TheSameSamplesGiveTheSameBytesAndOthersGiveOthers) {
  EXPECT_EQ(recovery_svg(some_samples()), recovery_svg(some_samples()));
  auto other = some_samples();
  other[0].sorted_ms.back() += 1'000;
  EXPECT_NE(recovery_svg(some_samples()), recovery_svg(other));
}

TEST(RecoveryPlot, FiguresAreThoseOfTheSamples) {
  RecoverySamples samples{4, {}};
  EXPECT_FALSE(figures_of(samples));
  for (std::uint64_t ms = 1; ms <= 1'000; ++ms) samples.sorted_ms.push_back(ms);
  EXPECT_EQ(figures_of(samples), (RecoveryFigures{500, 990, 1'000}));
}

TEST(RecoveryPlot, AFileThatCannotBeWrittenIsAFailure) {
  Arguments arguments;
  arguments.wanted.heights = 3;
  arguments.wanted.faults = false;
  arguments.plot = "/nowhere/recovery.svg";
  std::ostringstream out;
  EXPECT_EQ(plot_recoveries(out, arguments), 10);
  EXPECT_NE(out.str().find("/nowhere/recovery.svg cannot be written"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("n = 16, F = 0"), std::string::npos);
  EXPECT_EQ(out.str().substr(out.str().rfind("\n", out.str().size() - 2) + 1, 7), "digest ");
}

}  // namespace
}  // namespace lucid::sim
