// Performs what a step of the consensus core asks for, in the order of output.hpp, and stops at the first thing that
// fails: nothing signed is sent before it is stored, nothing is decided before it is sent.
//
// Thread-safety: that of the effects given.
#pragma once

#include "core/consensus/output.hpp"

namespace lucid::consensus {

/// The world, as the runner sees it. Only persist() may fail; what follows it waits for nobody.
class StepEffects {
 public:
  virtual ~StepEffects() = default;
  virtual Status persist(const Persist& persist) = 0;
  virtual void send(const std::vector<Message>& messages) = 0;
  virtual void start_timer(const StartTimer& timer) = 0;
  virtual void request(const Request& request) = 0;
  virtual void decide(const Decision& decision) = 0;
  virtual void report(const Output& output) = 0;  // evidence, alarms, refused, rejected
};

/// The error of persist(), after which nothing else of this output was done; the core must be told PersistFailed.
Status perform(const Output& output, StepEffects& effects);

}  // namespace lucid::consensus
