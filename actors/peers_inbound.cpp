// What peers say: decoded, verified and passed on.
#include <algorithm>

#include "actors/peers.hpp"
#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::actors {

namespace {

/// Contents whose signatures were found good, so that what is offered again costs one hash.
constexpr std::size_t kRememberedContents = 4'096;

/// What an observer may say.
bool is_for_observers(codec::PeerKind kind) {
  using enum codec::PeerKind;
  return kind == refused || kind == ping || kind == pong || kind == tip_notice || kind == get_blocks || kind == blocks;
}

std::uint64_t price(const codec::PeerMessage& message) {
  if (const auto* sent = std::get_if<ProposalSent>(&message)) return 4 + sent->prevotes.size();
  if (const auto* offered = std::get_if<TransactionsOffered>(&message)) return 1 + offered->transactions.size();
  if (const auto* blocks = std::get_if<Blocks>(&message)) return 1 + blocks->blocks.size();
  // Both read from the disk.
  if (std::holds_alternative<GetBlocks>(message) || std::holds_alternative<ChunkAsked>(message)) return 16;
  if (std::holds_alternative<BlockAsked>(message)) return 8;
  return 1;
}

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

void Peers::frame(const WireFrame& frame) {
  const auto at = sessions_.find(frame.connection);
  if (at == sessions_.end()) return;
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  Session& session = at->second;
  session.heard_ms = now_ms;
  if (session.greeted) deps_.numbers->heard_ms[session.key] = now_ms;
  session.untaken_bytes += frame.payload->size();
  auto message = codec::decode_envelope(*frame.payload);
  if (!message) return close(frame.connection, to_text(message.error()));
  session.budget.spend(price(*message), now_ms);
  if (const Status heard = hear(at, *message, *frame.payload); !heard)
    return close(frame.connection, to_text(heard.error()));
  const auto still = sessions_.find(frame.connection);
  if (still == sessions_.end() || still->second.budget.in_debt(now_ms)) return;
  act::tell(self_, deps_.wire, FrameTaken{frame.connection, std::exchange(still->second.untaken_bytes, 0)});
}

/// An error is what no honest node would send.
Status Peers::hear(Sessions::iterator at, codec::PeerMessage& message, const Bytes& payload) {
  Session& session = at->second;
  const auto kind = codec::kind_of(message);
  if (const auto* refused = std::get_if<Refused>(&message)) {
    const Fault fault = fault_of(refused->reason);
    const auto current = table_.connection_of(session.key);
    const bool only_one = !current || *current == at->first;
    if (fault == Fault::peer_duplicate && only_one && table_.is_taken(session.key))
      deps_.log("ALARM keys_in_use: " + name_of(session.key) +
                " is connected with a node that has this node's keys, and it is not this one: a copy of it runs");
    return fail(fault, "the other end's answer");
  }
  if (!session.greeted) {
    const auto* hello = std::get_if<Hello>(&message);
    if (!hello) return fail(Fault::peer_protocol, "first message", "hello", std::string(codec::kind_name(kind)));
    greet(at, *hello);
    return {};
  }
  if (!session.validator && !is_for_observers(kind))
    return fail(Fault::peer_protocol, "message of an observer", "what asks for blocks",
                std::string(codec::kind_name(kind)));
  const PeerId from = session.peer;
  return std::visit(
      Overloaded{
          [](const Hello&) -> Status { return fail(Fault::peer_protocol, "message", "no second hello", "hello"); },
          [](const Refused&) -> Status { return {}; },
          [&](const Ping& ping) -> Status {
            send_to(from, Pong{ping.number, state_ ? state_->height : 0, deps_.clock.wall_ms(), deps_.disk->health()});
            return {};
          },
          [&](const Pong& pong) -> Status {
            table_.proved(session.key);
            hear_pong(session, pong);
            return {};
          },
          [&](const Vote& vote) -> Status { return hear_vote(session, vote, payload); },
          [&](ProposalSent& sent) -> Status { return hear_proposal(session, sent, payload); },
          [&](const BlockAsked& asked) -> Status {
            act::tell(self_, deps_.validator, BlockWanted{from, asked.height, asked.block});
            return {};
          },
          [&](const NewestRecordQuestion& question) -> Status {
            act::tell(self_, deps_.validator, HeardFromPeer{from, question, nullptr, 0});
            return {};
          },
          [&](const NewestRecordAnswer& answer) -> Status { return hear_newest(session, answer); },
          [&](TransactionsOffered& offered) -> Status {
            TransactionsHeard heard{from, {}};
            for (auto& transaction : offered.transactions) heard.transactions.push_back(std::move(transaction));
            act::tell(self_, deps_.block_producer, std::move(heard));
            return {};
          },
          [&](const TipNotice& tip) -> Status {
            session.height = std::max(session.height, tip.height);
            act::tell(self_, deps_.block_sync, TipHeard{from, tip});
            return {};
          },
          [&](const GetBlocks& request) -> Status {
            act::tell(self_, deps_.block_sync, BlocksWanted{from, request});
            return {};
          },
          [&](Blocks& blocks) -> Status {
            act::tell(self_, deps_.block_sync, BlocksHeard{from, std::make_shared<const Blocks>(std::move(blocks))});
            return {};
          },
          [&](const ChunkAsked& asked) -> Status {
            act::tell(self_, deps_.chunk_exchange, PieceWanted{from, asked});
            return {};
          },
          [&](ChunkPiece& piece) -> Status {
            act::tell(self_, deps_.chunk_exchange,
                      PieceHeard{from, std::make_shared<const ChunkPiece>(std::move(piece))});
            return {};
          },
      },
      message);
}

void Peers::hear_pong(Session& session, const Pong& pong) {
  session.height = std::max(session.height, pong.height);
  session.disk = pong.disk;
  if (pong.number != session.ping) return;
  const std::uint64_t round_trip_ms = deps_.clock.monotonic_ms() - session.pinged_ms;
  session.latency_ms = std::max<std::uint64_t>(1, round_trip_ms);
  session.clock.answered(pong.time, deps_.clock.wall_ms(), round_trip_ms);
}

/// Of the sets that sign now, signed the tip and sign next the first with that member. Its key is its address, so any
/// of them verifies its signature; whether it has a say at a height is for consensus to judge.
const ValidatorSet& Peers::set_with(const Address& member) const {
  for (const ValidatorSet* set : {&state_->validators, &state_->set_of_tip(), &state_->set_of_next_epoch()})
    if (set->index_of(member)) return *set;
  return state_->validators;
}

std::optional<consensus::Message> Peers::verified_before(const Hash256& content) const {
  const auto found = verified_.find(content);
  return found == verified_.end() ? std::nullopt : std::optional(found->second);
}

void Peers::remember(const Hash256& content, const consensus::Message& message) {
  if (!verified_.emplace(content, message).second) return;
  verified_order_.push_back(content);
  if (verified_order_.size() <= kRememberedContents) return;
  verified_.erase(verified_order_.front());
  verified_order_.pop_front();
}

/// What a member of no known set signed is dropped: this node may be behind a change of the set.
Status Peers::hear_vote(const Session& session, const Vote& vote, const Bytes& payload) {
  const Hash256 content = crypto::sha256(payload);
  auto message = verified_before(content);
  if (!message) {
    if (!state_ || !set_with(vote.voter).index_of(vote.voter)) return {};
    LUCID_TRY_ASSIGN(auto verified, deps_.verifier.verify(vote, set_with(vote.voter)));
    message = consensus::Message(std::move(verified));
    remember(content, *message);
  }
  act::tell(self_, deps_.validator, HeardFromPeer{session.peer, *message, nullptr, 0});
  return {};
}

Status Peers::hear_proposal(const Session& session, ProposalSent& sent, const Bytes& payload) {
  const Hash256 content = crypto::sha256(payload);
  auto message = verified_before(content);
  if (!message) {
    if (!state_ || !set_with(sent.proposal.proposer).index_of(sent.proposal.proposer)) return {};
    LUCID_TRY_ASSIGN(auto signed_proposal, deps_.verifier.verify(sent.proposal, set_with(sent.proposal.proposer)));
    consensus::ProposalMessage proposal{std::move(signed_proposal), {}};
    for (const Vote& prevote : sent.prevotes) {
      if (!set_with(prevote.voter).index_of(prevote.voter)) return {};
      LUCID_TRY_ASSIGN(auto verified, deps_.verifier.verify(prevote, set_with(prevote.voter)));
      proposal.prevotes.push_back(std::move(verified));
    }
    message = consensus::Message(std::move(proposal));
    remember(content, *message);
  }
  auto block = std::make_shared<const Block>(std::move(sent.block));
  const std::uint64_t block_bytes = codec::encode(*block).size();
  act::tell(self_, deps_.validator, HeardFromPeer{session.peer, *message, std::move(block), block_bytes});
  return {};
}

Status Peers::hear_newest(const Session& session, const NewestRecordAnswer& answer) {
  if (!state_ || !deps_.self) return {};
  LUCID_TRY_ASSIGN(auto verified, deps_.verifier.verify(answer, set_with(*deps_.self)));
  act::tell(self_, deps_.validator, NewestRecordHeard{session.peer, std::move(verified)});
  return {};
}

}  // namespace lucid::actors
