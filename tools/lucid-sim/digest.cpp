#include "tools/lucid-sim/digest.hpp"

#include "core/crypto/sha256.hpp"

namespace lucid::sim {
namespace {

/// Feeds what matters of each sighting.
struct Feed {
  Digest& to;

  void number(std::uint64_t value) { to.add(value); }
  template <class Fixed>
  void bytes(const Fixed& fixed) {
    // The same words on every processor.
    for (std::size_t i = 0; i + 8 <= fixed.data.size(); i += 8) to.add(big_endian_word(&fixed.data[i]));
  }
  void value(const std::optional<Hash256>& hash) {
    number(hash ? 1 : 0);
    if (hash) bytes(*hash);
  }
  void text(const std::string& words) {
    number(words.size());
    for (const char c : words) number(static_cast<std::uint8_t>(c));
  }
  void message(const SignedMessage& message) {
    number(message.index());
    if (const auto* vote = std::get_if<Vote>(&message)) {
      number(static_cast<std::uint64_t>(vote->step) | vote->height << 8 | std::uint64_t{vote->round} << 40);
      bytes(vote->voter);
      value(vote->block);
    } else {
      const auto& proposal = std::get<Proposal>(message);
      number(proposal.height | std::uint64_t{proposal.round} << 40);
      number(proposal.valid_round ? *proposal.valid_round + 1 : 0);
      bytes(proposal.proposer);
      bytes(proposal.block);
    }
  }

  void operator()(const Started& s) {
    number(s.node);
    number(s.height << 1 | (s.old_disk ? 1 : 0));
  }
  void operator()(const Crashed& s) { number(s.node); }
  void operator()(const ClockSet& s) {
    number(s.node);
    number(static_cast<std::uint64_t>(s.offset_ms));
  }
  void operator()(const LinksChanged& s) {
    for (const auto& row : s.reaches) {
      std::uint64_t bits = 1;
      for (const bool reaches : row) bits = bits << 1 | (reaches ? 1 : 0);
      number(bits);
    }
  }
  void operator()(const Stored& s) {
    number(s.node);
    for (const auto& record : s.persist.records) {
      number(record.height << 8 | static_cast<std::uint64_t>(record.step));
      number(record.round);
      value(record.value);
    }
    const auto& durable = s.persist.durable;
    number(durable.height << 1 | (durable.halted ? 1 : 0));
    value(durable.locked_block);
    value(durable.valid_block);
    number(durable.prevotes.size());
  }
  void operator()(const Sent& s) {
    number(s.node);
    message(s.message);
  }
  void operator()(const Held& s) {
    number(s.node);
    message(s.message);
  }
  void operator()(const Decided& s) {
    number(s.node);
    number(s.height << 1 | (s.synced ? 1 : 0));
    bytes(s.hash);
    number(s.certificate.round);
    for (const auto& signature : s.certificate.signatures) number(signature.validator);
  }
  void operator()(const Committed& s) {
    number(s.node);
    bytes(s.hash);
    bytes(s.state->digest);
  }
  void operator()(const Planned& s) {
    number(s.node);
    number(s.height);
    number(s.slot.value);
    for (const Address& address : s.order) bytes(address);
  }
  void operator()(const RoleChanged& s) {
    number(s.node);
    number(static_cast<std::uint64_t>(s.role));
  }
  void operator()(const Acknowledged& s) {
    number(s.node);
    bytes(s.transaction);
  }
  void operator()(const WorkWaits& s) { number(std::uint64_t{s.node} << 1 | (s.waits ? 1 : 0)); }
  void operator()(const EvidenceFound& s) {
    number(s.node);
    message(s.evidence.first);
    message(s.evidence.second);
  }
  void operator()(const AlarmRaised& s) {
    number(s.node);
    number(static_cast<std::uint64_t>(s.kind));
    text(s.words);
  }
  void operator()(const MemoryUsed& s) {
    number(s.node);
    number(s.messages);
    number(s.bytes);
  }
  void operator()(const FaultInjected& s) {
    number(static_cast<std::uint64_t>(s.kind) << 1 | (s.begins ? 1 : 0));
    for (const NodeIndex node : s.nodes) number(node);
    number(static_cast<std::uint64_t>(s.amount));
  }
};

}  // namespace

void Digest::see(TimeMs now, const Sighting& sighting) {
  ++sightings_;
  add(now);
  add(sighting.index());
  std::visit(Feed{*this}, sighting);
}

Hash256 Digest::value() const {
  Bytes bytes;
  for (const std::uint64_t lane : {one_, other_, sightings_})
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(lane >> shift));
  return crypto::sha256(bytes);
}

}  // namespace lucid::sim
