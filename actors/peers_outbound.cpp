// What is said to peers: encoded once, whoever it goes to.
#include <algorithm>

#include "actors/peers.hpp"

namespace lucid::actors {

void Peers::send_to(std::vector<ConnectionId> to, Bytes payload) {
  if (to.empty()) return;
  act::tell(self_, deps_.wire, SendFrame{std::move(to), std::make_shared<const Bytes>(std::move(payload))});
}

std::vector<ConnectionId> Peers::connection_of(PeerId peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? std::vector<ConnectionId>{} : std::vector{found->second};
}

std::vector<ConnectionId> Peers::validators() const {
  std::vector<ConnectionId> out;
  if (!takes_part_) return out;
  for (const auto& [peer, connection] : by_peer_)
    if (sessions_.at(connection).validator) out.push_back(connection);
  return out;
}

/// A peer that this node decides blocks with. An observer hears nothing but blocks, and says nothing but what asks for
/// them: anything else would end the connection.
std::vector<ConnectionId> Peers::partner(PeerId peer) const {
  auto out = connection_of(peer);
  if (!out.empty() && (!takes_part_ || !sessions_.at(out.front()).validator)) out.clear();
  return out;
}

template <class Message>
void Peers::send_to(PeerId peer, const Message& message) {
  constexpr bool kAlsoObservers = std::is_same_v<Message, TipNotice> || std::is_same_v<Message, GetBlocks> ||
                                  std::is_same_v<Message, Blocks> || std::is_same_v<Message, Pong>;
  if (auto to = kAlsoObservers ? connection_of(peer) : partner(peer); !to.empty())
    send_to(std::move(to), codec::encode_envelope(message));
}
template void Peers::send_to(PeerId, const BlockAsked&);
template void Peers::send_to(PeerId, const NewestRecordAnswer&);
template void Peers::send_to(PeerId, const TipNotice&);
template void Peers::send_to(PeerId, const GetBlocks&);
template void Peers::send_to(PeerId, const Blocks&);
template void Peers::send_to(PeerId, const Pong&);
template void Peers::send_to(PeerId, const ChunkAsked&);
template void Peers::send_to(PeerId, const ChunkPiece&);

void Peers::send(const SendToPeers& out) {
  const auto to = out.only ? partner(*out.only) : validators();
  if (to.empty()) return;
  for (const consensus::Message& message : out.messages) {
    if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
      send_to(to, codec::encode_envelope(**vote));
    } else if (const auto* question = std::get_if<NewestRecordQuestion>(&message)) {
      send_to(to, codec::encode_envelope(*question));
    } else {
      const auto& proposal = std::get<consensus::ProposalMessage>(message);
      const auto block = std::find_if(out.blocks.begin(), out.blocks.end(), [&](const BlockPtr& one) {
        return crypto::header_hash(one->header) == proposal.proposal->block;
      });
      if (block == out.blocks.end()) continue;  // nobody could judge it
      BoundedList<Vote, kMaxValidators> prevotes;
      for (const auto& prevote : proposal.prevotes) prevotes.push_back(*prevote);
      send_to(to, codec::encode_proposal(*proposal.proposal, prevotes, **block));
    }
  }
}

void Peers::offer(const OfferTransactions& out) {
  const auto to = out.only ? partner(*out.only) : validators();
  if (to.empty()) return;
  TransactionsOffered offered;
  for (const Bytes& transaction : out.transactions) offered.transactions.emplace_back(transaction);
  send_to(to, codec::encode_envelope(offered));
}

}  // namespace lucid::actors
