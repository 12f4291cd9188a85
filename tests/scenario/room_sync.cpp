// Sync beside consensus in one node: what the others' blocks make of it, and who writes which height.
#include <stdexcept>

#include "core/codec/codec.hpp"
#include "core/ledger/execution.hpp"
#include "tests/scenario/room_world.hpp"

namespace lucid::test {
namespace {

sync::PeerId peer_called(char name) {
  return {static_cast<std::uint64_t>(name)};
}

/// The body of a block in these rooms is one transaction that is its name.
EncodedTransaction body_of(const std::string& name) {
  const auto bytes = as_bytes(name);
  return EncodedTransaction(Bytes(bytes.begin(), bytes.end()));
}

/// `X:bcd` is X and who signed it.
std::pair<std::string, std::string> block_and_signers(const std::string& word) {
  const auto colon = word.find(':');
  return {word.substr(0, colon), word.substr(colon + 1)};
}

}  // namespace

void RoomWorld::give_body(const std::string& name, Header& header, const Certificate& last_commit) {
  const Hash256 id = crypto::transaction_id(body_of(name));
  header.transactions_root = ledger::transactions_root({&id, 1});
  header.last_commit_hash = crypto::certificate_hash(last_commit);
  parents_[name] = last_commit;
}

sync::Committed RoomWorld::tip() const {
  if (!decision_) return {0, Hash256{}, room_->set()};
  return {decision_->height, decision_->block, room_->set()};
}

Certificate RoomWorld::certificate_of(const Header& header, const std::string& signers) const {
  Certificate out;
  out.height = header.height;
  out.block = crypto::header_hash(header);
  for (const char signer : signers) {
    const bool nobody = signer >= '0' && signer <= '9';
    const auto index = nobody ? static_cast<std::size_t>(signer - '0')
                              : room_->set().index_of(address_of(signer)).value_or(room_->set().size() - 1);
    out.signatures.push_back({static_cast<std::uint32_t>(index),
                              room_->precommit(nobody ? 'z' : signer, 0, out.block, out.height)->signature});
  }
  return out;
}

/// Blocks that follow one another from `from` on; one whose name is known is that block.
Blocks RoomWorld::answer(const Words& words) {
  Blocks out;
  out.from = std::stoull(option(words, "from").value_or(std::to_string(sync_->tip() + 1)));
  Hash256 previous = tip().hash;
  Certificate last_commit = decision_ ? decision_->certificate : Certificate{};
  for (std::size_t i = 2; i < words.size() && words[i].find(':') != std::string::npos; ++i) {
    const auto [name, signers] = block_and_signers(words[i]);
    if (!blocks_.contains(name)) {
      consensus::HeightPlan plan = room_->plan();
      plan.height = out.from + out.blocks.size();
      plan.previous_hash = previous;
      Header header = room_->header(name, plan, 0, kGenesisTime + plan.height * plan.params.block_interval_ms);
      give_body(name, header, last_commit);
      blocks_[name] = header;
    }
    const Header& header = blocks_.at(name);
    Block block;
    block.header = header;
    block.transactions.push_back(body_of(name));
    block.last_commit = parents_.at(name);
    last_commit = certificate_of(header, signers);
    previous = last_commit.block;
    out.blocks.push_back({block, last_commit});
  }
  const Height last = out.from + out.blocks.size() - 1;
  out.tip = std::stoull(option(words, "tip").value_or(std::to_string(last)));
  return out;
}

Lines RoomWorld::sync_step(sync::Input input, bool answered) {
  const sync::Output output = sync_->step(now_ - kGenesisTime, std::move(input));
  Lines out = write(output);
  const auto also = [&](const Lines& more) { out.insert(out.end(), more.begin(), more.end()); };
  if (output.execute) executing_ = output.execute;
  if (output.agree) also(start_height(answered));
  if (output.decided) also(step(consensus::CertificateArrived{output.decided->certificate}));
  return out;
}

std::optional<Lines> RoomWorld::sync_input(const Words& words) {
  const std::string& what = words.at(0);
  Lines out;
  const auto each = [&](auto input_of) {
    for (const char name : words.at(1))
      for (auto& line : sync_step(input_of(name))) out.push_back(std::move(line));
    return out;
  };
  if (what == "connect")
    return each([](char name) { return sync::PeerConnected{peer_called(name), address_of(name)}; });
  if (what == "gone") return each([](char name) { return sync::PeerGone{peer_called(name)}; });
  if (what == "claim")
    return each([&](char name) { return sync::TipClaimed{peer_called(name), std::stoull(words.at(2))}; });
  if (what == "nothing")
    return each([&](char name) {
      return sync::BlocksArrived{peer_called(name), Blocks{sync_->tip() + 1, sync_->tip(), {}}};
    });
  if (what == "blocks") return sync_step(sync::BlocksArrived{peer_called(words.at(1).at(0)), answer(words)});
  if (what == "executed") {
    if (!executing_ || executing_->hash != id_of(words.at(1))) throw std::runtime_error("not what sync gave");
    decision_ = consensus::Decision{executing_->height, executing_->hash, *executing_->certificate};
    disk_.floor = decision_->height;
    executing_.reset();
    next_height();
    return sync_step(tip());
  }
  if (what == "not")
    return sync_step(
        sync::ExecuteFailed{executing_.value().height, Error{Fault::storage_full, "chain", "room", "none"}});
  if (what == "timer" && words.at(1) == "sync") return sync_step(sync::TimerFired{});
  return std::nullopt;
}

}  // namespace lucid::test
