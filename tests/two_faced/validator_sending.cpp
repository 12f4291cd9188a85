// What leaves a validator that lies, in place of actors/validator_sending.cpp: for each proposal and vote of its own it
// signs another one, and shows some of its peers the one and the others both. (Were no one shown both, all would hang
// on an offer between peers: the liar stops itself as soon as its own other face comes back to it.) Linked into
// lucidd-equivocates alone, which is built for tests and installed nowhere: no setting of lucidd leads here.
#include "actors/validator.hpp"

namespace lucid::actors {
namespace {

/// By turns, so that neither face is that of a majority for long.
bool sees_other_face(PeerId peer, Height height) {
  return (peer.value + height) % 2 == 0;
}

/// The one member that it has to be, to check what was just signed.
Result<ValidatorSet> set_of(const crypto::SigningKey& key, const crypto::Verifier& verifier) {
  Validator self;
  LUCID_TRY_ASSIGN(self.consensus_key, verifier.scheme().public_key(key));
  LUCID_TRY_ASSIGN(self.address, verifier.scheme().address(self.consensus_key));
  ValidatorSet set;
  set.members.push_back(self);
  return set;
}

/// Nil where it voted for a block, and a block that nobody has where it voted nil.
Result<consensus::Message> other_face(Vote vote, const crypto::SigningKey& key, const crypto::Verifier& verifier) {
  LUCID_TRY_ASSIGN(const ValidatorSet self, set_of(key, verifier));
  if (vote.block)
    vote.block.reset();
  else
    vote.block = verifier.chain().genesis_hash;
  vote.reason = vote.block ? NilReason::none : NilReason::timed_out;
  vote.signature = verifier.scheme().sign(key, crypto::vote_digest(verifier.chain(), vote));
  LUCID_TRY_ASSIGN(auto verified, verifier.verify(vote, self));
  return consensus::Message(std::move(verified));
}

/// The same block a millisecond later.
Result<std::pair<consensus::Message, BlockPtr>> other_face(Proposal proposal, const Block& block,
                                                           const crypto::SigningKey& key,
                                                           const crypto::Verifier& verifier) {
  LUCID_TRY_ASSIGN(const ValidatorSet self, set_of(key, verifier));
  Block other = block;
  ++other.header.time;
  proposal.block = crypto::header_hash(other.header);
  proposal.signature = verifier.scheme().sign(key, crypto::proposal_digest(verifier.chain(), proposal));
  LUCID_TRY_ASSIGN(auto verified, verifier.verify(proposal, self));
  return std::pair(consensus::Message(consensus::ProposalMessage{std::move(verified), {}}),
                   std::make_shared<const Block>(std::move(other)));
}

}  // namespace

void ValidatorRunner::send(const std::vector<consensus::Message>& messages) {
  for (const auto& [peer, validator] : peers_) send(messages, peer);
}

void ValidatorRunner::send(std::vector<consensus::Message> messages, std::optional<PeerId> only) {
  if (!only) return send(messages);
  SendToPeers out{messages, {}, only};
  const auto self = deps_.key ? set_of(*deps_.key, deps_.verifier) : tl::unexpected(Error{});
  for (const auto& message : messages) {
    const auto* vote = std::get_if<crypto::Verified<Vote>>(&message);
    const auto* proposal = std::get_if<consensus::ProposalMessage>(&message);
    const bool own =
        self && ((vote && self->find((*vote)->voter)) || (proposal && self->find(proposal->proposal->proposer)));
    const bool lies = own && sees_other_face(*only, core_.height());
    if (proposal) {
      const auto found = blocks_.find(proposal->proposal->block);
      if (found == blocks_.end()) continue;
      out.blocks.push_back(found->second);
      if (!lies) continue;
      auto other = other_face(*proposal->proposal, *found->second, *deps_.key, deps_.verifier);
      if (!other) continue;
      out.blocks.push_back(other->second);
      out.messages.push_back(std::move(other->first));
    } else if (vote && lies) {
      if (auto other = other_face(**vote, *deps_.key, deps_.verifier)) out.messages.push_back(std::move(*other));
    }
  }
  note_sent(out);
  act::tell(self_, deps_.peers, std::move(out));
}

}  // namespace lucid::actors
