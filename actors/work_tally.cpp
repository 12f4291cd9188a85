#include "actors/work_tally.hpp"

namespace lucid::actors {

namespace {
constexpr std::chrono::seconds kTallyAskTimeout{5};
}

WorkTally::WorkTally(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {
  act::probe(self_).set_state("waiting for the chain's tip");
  act::ask(self_, deps_.ledger, kTallyAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { take(tip); }, [](const caf::error&) {});
}

WorkTally::interface::behavior_type WorkTally::make_behavior() {
  return {[this](const TipChanged& tip) { take(tip); }, [this](const GetTally& query) { return tally(query.epoch); }};
}

void WorkTally::take(const TipChanged& tip) {
  if (state_ && tip.state->height <= state_->height) return;
  state_ = tip.state;
  const auto& credits = state_->credits;
  std::uint64_t validation = 0;
  for (const auto& row : credits.current.rows) validation += row.validation;
  act::probe(self_).set_state("epoch " + std::to_string(credits.epoch.value) + ": " +
                              std::to_string(credits.current.rows.size()) + " validators with work, " +
                              std::to_string(validation) + " validation credits");
}

caf::result<TallyAnswer> WorkTally::tally(Epoch epoch) const {
  if (!state_) return to_caf(Error{Fault::not_ready, "tally", {}, {}});
  const credits::CreditState& open_credits = state_->credits;
  if (open_credits.current.epoch == epoch)
    return TallyAnswer{std::make_shared<const credits::EpochTally>(open_credits.current)};
  if (open_credits.previous && open_credits.previous->epoch == epoch)
    return TallyAnswer{std::make_shared<const credits::EpochTally>(*open_credits.previous)};
  auto settled = deps_.settled(epoch);
  if (!settled) return to_caf(settled.error());
  return TallyAnswer{std::make_shared<const credits::EpochTally>(std::move(*settled))};
}

}  // namespace lucid::actors
