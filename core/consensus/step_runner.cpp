#include "core/consensus/step_runner.hpp"

#include <array>

#include "core/base/mutant.hpp"

namespace lucid::consensus {
namespace {

constexpr std::array kOrder{StepPart::persist,  StepPart::send,   StepPart::timers,
                            StepPart::requests, StepPart::decide, StepPart::report};
// A planted bug: what was signed leaves before it is stored.
constexpr std::array kSendFirst{StepPart::send,     StepPart::persist, StepPart::timers,
                                StepPart::requests, StepPart::decide,  StepPart::report};

Status perform(StepPart part, const Output& output, StepEffects& effects) {
  switch (part) {
    case StepPart::persist:
      return output.persist ? effects.persist(*output.persist) : Status{};
    case StepPart::send:
      if (!output.send.empty()) effects.send(output.send);
      if (output.answer) effects.answer(*output.answer);
      break;
    case StepPart::timers:
      for (const auto& timer : output.timers) effects.start_timer(timer);
      break;
    case StepPart::requests:
      for (const auto& request : output.requests) effects.request(request);
      break;
    case StepPart::decide:
      if (output.decide) effects.decide(*output.decide);
      break;
    case StepPart::report:
      if (!output.evidence.empty() || !output.alarms.empty() || output.refused || output.rejected)
        effects.report(output);
      break;
  }
  return {};
}

}  // namespace

std::span<const StepPart> step_order() {
  return LUCID_MUTANT(signing_before_sync) ? kSendFirst : kOrder;
}

Status perform(const Output& output, StepEffects& effects) {
  for (const StepPart part : step_order()) LUCID_TRY(perform(part, output, effects));
  return {};
}

}  // namespace lucid::consensus
