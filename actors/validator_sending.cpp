// What leaves a validator: to all, or one peer. A source and an object of its own, so that a build for tests can put
// another in its place that lies (tests/two_faced); it never shares a compiler run with others (CMakeLists.txt).
#include "actors/validator.hpp"

namespace lucid::actors {

void ValidatorRunner::send(const std::vector<consensus::Message>& messages) {
  send(messages, std::nullopt);
}

void ValidatorRunner::send(std::vector<consensus::Message> messages, std::optional<PeerId> only) {
  SendToPeers out{std::move(messages), {}, only};
  for (const auto& message : out.messages)
    if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message))
      if (const auto found = blocks_.find(proposal->proposal->block); found != blocks_.end())
        out.blocks.push_back(found->second);
  note_sent(out);
  act::tell(self_, deps_.peers, std::move(out));
}

}  // namespace lucid::actors
