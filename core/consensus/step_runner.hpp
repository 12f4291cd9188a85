// Performs what a step of the consensus core asks for, in the order of output.hpp, and stops at the first thing that
// fails: nothing signed is sent before it is stored, nothing is decided before it is sent.
//
// Thread-safety: that of the effects given.
#pragma once

#include <span>

#include "core/consensus/output.hpp"

namespace lucid::consensus {

enum class StepPart : std::uint8_t { persist, send, timers, requests, decide, report };
constexpr StepPart last_of(StepPart) {
  return StepPart::report;
}
/// All of them in the order in which they are done; an answer goes with what is sent. perform() goes by it, and so does
/// whoever cannot wait for the disk within one call (the simulator).
std::span<const StepPart> step_order();

/// The world, as the runner sees it. Only persist() may fail; what follows it waits for nobody.
class StepEffects {
 public:
  virtual ~StepEffects() = default;
  virtual Status persist(const Persist& persist) = 0;
  virtual void send(const std::vector<Message>& messages) = 0;
  virtual void answer(const AnswerMessage& answer) = 0;
  virtual void start_timer(const StartTimer& timer) = 0;
  virtual void request(const Request& request) = 0;
  virtual void decide(const Decision& decision) = 0;
  virtual void report(const Output& output) = 0;  // evidence, alarms, refused, rejected
};

/// The error of persist(), after which nothing else of this output was done; the core must be told PersistFailed.
Status perform(const Output& output, StepEffects& effects);

}  // namespace lucid::consensus
