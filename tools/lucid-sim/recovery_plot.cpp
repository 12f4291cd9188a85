#include "tools/lucid-sim/recovery_plot.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace lucid::sim {
namespace {

// The drawing area within the page, in pixels.
constexpr std::uint64_t kPageWidth = 760, kPageHeight = 420;
constexpr std::uint64_t kLeft = 60, kTop = 50, kWidth = 660, kHeight = 290;
constexpr std::uint64_t kLegendWidth = 400, kLegendRow = 20;
constexpr std::uint64_t kShortestAxisMs = 10'000;

struct CurveStyle {
  std::string_view colour, dash;
};
constexpr std::array<CurveStyle, 6> kCurveStyles{{{"#1b6ca8", "none"},
                                                  {"#c8553d", "8 4"},
                                                  {"#3c7a3c", "2 3"},
                                                  {"#7a4b9a", "10 3 2 3"},
                                                  {"#8a6d1a", "4 4"},
                                                  {"#444444", "1 4"}}};

std::string digits(std::uint64_t value) {
  return std::to_string(value);
}

std::string words_of_ms(std::uint64_t ms) {
  return digits(ms / 1000) + "." + digits(ms % 1000 / 100) + " s";
}

class PlotPage {
 public:
  explicit PlotPage(std::uint64_t axis_ms) : axis_ms_(axis_ms) {}

  void grid() {
    const std::uint64_t bottom = kTop + kHeight;
    for (std::uint64_t quarter = 0; quarter <= 4; ++quarter) {
      const std::uint64_t at_y = y(quarter, 4);
      rule(kLeft, at_y, kLeft + kWidth, at_y, "#dddddd");
      words(kLeft - 8, at_y + 4, "end", digits(quarter * 25) + " %");
    }
    for (std::uint64_t ms = 0; ms <= axis_ms_; ms += axis_ms_ / 10) {
      rule(x(ms), bottom, x(ms), bottom + 5, "#444444");
      words(x(ms), bottom + 20, "middle", digits(ms / 1000));
    }
    rule(kLeft, bottom, kLeft + kWidth, bottom, "#444444");
    words(kLeft + kWidth / 2, bottom + 42, "middle", "seconds from the heal to the next block");
    words(kPageWidth / 2, 22, "middle", "Recoveries that were over, by size of the cluster");
  }

  void curve(const std::vector<std::uint64_t>& sorted_ms, const CurveStyle& style) {
    std::string path = "M" + digits(kLeft) + " " + digits(y(0, 1));
    for (std::size_t i = 0; i < sorted_ms.size(); ++i) {
      // One step for each column of pixels is all that can be seen.
      if (i + 1 < sorted_ms.size() && x(sorted_ms[i]) == x(sorted_ms[i + 1])) continue;
      path += " H" + digits(x(sorted_ms[i])) + " V" + digits(y(i + 1, sorted_ms.size()));
    }
    path += " H" + digits(kLeft + kWidth);
    svg_ += "<path d=\"" + path + "\" fill=\"none\" " + stroke(style) + "/>\n";
  }

  /// Row `row` of `rows` in the corner that no curve reaches.
  void legend(std::size_t row, std::size_t rows, const RecoverySamples& samples, const CurveStyle& style) {
    const std::uint64_t at_x = kLeft + kWidth - kLegendWidth;
    const std::uint64_t at_y = kTop + kHeight - kLegendRow * (rows - row);
    svg_ += "<line " + ends(at_x, at_y - 4, at_x + 34, at_y - 4) + " " + stroke(style) + "/>\n";
    words(at_x + 42, at_y, "start", recovery_words(samples));
  }

  std::string take() const {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + digits(kPageWidth) + "\" height=\"" +
           digits(kPageHeight) + "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" " +
           "height=\"100%\" fill=\"white\"/>\n" + svg_ + "</svg>\n";
  }

 private:
  std::uint64_t x(std::uint64_t ms) const { return kLeft + ms * kWidth / axis_ms_; }
  /// `part` of `whole` from the bottom.
  static std::uint64_t y(std::uint64_t part, std::uint64_t whole) { return kTop + kHeight - part * kHeight / whole; }

  static std::string ends(std::uint64_t x1, std::uint64_t y1, std::uint64_t x2, std::uint64_t y2) {
    return "x1=\"" + digits(x1) + "\" y1=\"" + digits(y1) + "\" x2=\"" + digits(x2) + "\" y2=\"" + digits(y2) + "\"";
  }
  static std::string stroke(const CurveStyle& style) {
    return "stroke=\"" + std::string(style.colour) + "\" stroke-width=\"2\" stroke-dasharray=\"" +
           std::string(style.dash) + "\"";
  }
  void words(std::uint64_t at_x, std::uint64_t at_y, std::string_view anchor, const std::string& content) {
    svg_ += "<text x=\"" + digits(at_x) + "\" y=\"" + digits(at_y) + "\" text-anchor=\"" + std::string(anchor) + "\">" +
            content + "</text>\n";
  }
  void rule(std::uint64_t x1, std::uint64_t y1, std::uint64_t x2, std::uint64_t y2, std::string_view colour) {
    svg_ += "<line " + ends(x1, y1, x2, y2) + " stroke=\"" + std::string(colour) + "\"/>\n";
  }

  std::uint64_t axis_ms_;
  std::string svg_;
};

}  // namespace

std::optional<RecoveryFigures> figures_of(const RecoverySamples& samples) {
  const std::vector<std::uint64_t>& sorted = samples.sorted_ms;
  if (sorted.empty()) return std::nullopt;
  const std::size_t last = sorted.size() - 1;
  return RecoveryFigures{sorted[last - sorted.size() / 2], sorted[last - sorted.size() / 100], sorted[last]};
}

std::string recovery_words(const RecoverySamples& samples) {
  const std::string size = "n = " + digits(samples.nodes) + ": ";
  const auto figures = figures_of(samples);
  if (!figures) return size + "no recovery seen";
  return size + digits(samples.sorted_ms.size()) + " recoveries, p50 " + words_of_ms(figures->p50_ms) + ", p99 " +
         words_of_ms(figures->p99_ms) + ", worst " + words_of_ms(figures->worst_ms);
}

std::string recovery_svg(const std::vector<RecoverySamples>& samples) {
  std::uint64_t axis_ms = kShortestAxisMs;
  for (const RecoverySamples& of_size : samples)
    if (!of_size.sorted_ms.empty()) axis_ms = std::max(axis_ms, of_size.sorted_ms.back());
  // Ten marks at whole seconds.
  axis_ms = (axis_ms + 9'999) / 10'000 * 10'000;
  PlotPage page(axis_ms);
  page.grid();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const CurveStyle& style = kCurveStyles[i % kCurveStyles.size()];
    if (!samples[i].sorted_ms.empty()) page.curve(samples[i].sorted_ms, style);
    page.legend(i, samples.size(), samples[i], style);
  }
  return page.take();
}

}  // namespace lucid::sim
