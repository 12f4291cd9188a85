#include "core/consensus/step_runner.hpp"

#include "core/base/mutant.hpp"

namespace lucid::consensus {

Status perform(const Output& output, StepEffects& effects) {
  const bool sends_first = LUCID_MUTANT(signing_before_sync);
  if (sends_first && !output.send.empty()) effects.send(output.send);
  if (output.persist) LUCID_TRY(effects.persist(*output.persist));
  if (!sends_first && !output.send.empty()) effects.send(output.send);
  for (const auto& timer : output.timers) effects.start_timer(timer);
  for (const auto& request : output.requests) effects.request(request);
  if (output.decide) effects.decide(*output.decide);
  if (!output.evidence.empty() || !output.alarms.empty() || output.refused || output.rejected) effects.report(output);
  return {};
}

}  // namespace lucid::consensus
