#include "actors/held_inputs.hpp"

#include <algorithm>

namespace lucid::actors {
namespace {

bool is_said_again(const consensus::Input& input) {
  return std::holds_alternative<consensus::ProposalArrived>(input) ||
         std::holds_alternative<consensus::VoteArrived>(input) ||
         std::holds_alternative<consensus::NewestRecordAsked>(input) ||
         std::holds_alternative<consensus::NewestRecordTold>(input);
}

/// What means nothing once `height` has begun.
bool is_over(const consensus::Input& input, Height height) {
  if (const auto* work = std::get_if<consensus::WorkWaiting>(&input)) return work->height < height;
  return !std::holds_alternative<consensus::WatchOver>(input);
}

}  // namespace

void HeldInputs::add(consensus::Input input) {
  if (is_said_again(input)) return;
  if (const auto* started = std::get_if<consensus::HeightStarted>(&input))
    std::erase_if(inputs_, [&](const consensus::Input& held) { return is_over(held, started->plan.height); });
  if (const auto* work = std::get_if<consensus::WorkWaiting>(&input))
    std::erase_if(inputs_, [&](const consensus::Input& held) {
      const auto* earlier = std::get_if<consensus::WorkWaiting>(&held);
      return earlier && earlier->height == work->height;
    });
  inputs_.push_back(std::move(input));
}

std::optional<consensus::Input> HeldInputs::next() {
  if (inputs_.empty()) return std::nullopt;
  std::optional<consensus::Input> out(std::move(inputs_.front()));
  inputs_.pop_front();
  return out;
}

}  // namespace lucid::actors
