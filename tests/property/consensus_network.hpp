// A network of consensus cores in one process: virtual time, messages that are late, lost and out of order, slow
// ledgers, skewed clocks, crashes and power cuts, all chosen by one seed. The cores are the production ones; the
// network checks what must hold (protocol.md section 8) on everything they do.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/fixtures/consensus_room.hpp"
#include "tools/lucid-sim/chance.hpp"

namespace lucid::test {

using sim::Chance;

struct Trouble {
  std::uint64_t loss_percent = 0;        // until healing
  std::uint64_t delay_ms = 200;          // a message takes up to this long; kHealedDelayMs once healed
  std::uint64_t offer_every_ms = 1'000;  // how often a node offers what it holds; kHealedOfferMs once healed
  std::uint64_t crashes = 0;             // of single nodes, before healing
  std::uint64_t power_cuts = 0;          // of all nodes at once, before healing
  bool liar = false;                     // the last validator signs anything for anyone
  TimeMs healed_after = 60'000;          // since genesis
};

class Network {
 public:
  static constexpr std::uint64_t kHealedDelayMs = 200;
  static constexpr std::uint64_t kHealedOfferMs = 1'000;

  Network(std::string members, std::uint64_t seed, Trouble trouble);

  /// Runs until every honest node has decided `height`, or `limit_ms` after genesis. Whether they have.
  bool run_until(Height height, TimeMs limit_ms);

  /// Sentences about every rule that was broken; empty when all held.
  const std::vector<std::string>& broken() const { return broken_; }
  std::uint64_t evidence_count() const { return evidence_count_; }
  Round highest_round() const { return highest_round_; }
  std::string where() const;

 private:
  enum class Kind : std::uint8_t { input, start_height, offer_again, crash, power_cut, lie };
  struct Event {
    Kind kind = Kind::input;
    std::size_t node = 0;
    std::uint64_t life = 0;  // of the node: what was meant for an earlier life is lost
    std::shared_ptr<consensus::Input> input;
    consensus::HeightPlan plan;
  };
  struct Node {
    char name = 0;
    bool honest = true;
    std::int64_t clock_skew_ms = 0;
    std::uint64_t life = 0;
    std::unique_ptr<consensus::Consensus> core;
    consensus::Restored disk;
    std::vector<consensus::Decision> chain;  // from height 1
  };

  void after(std::uint64_t delay_ms, Event event);
  void boot(std::size_t node);
  void handle(Event& event);
  void give(std::size_t node, consensus::Input input);
  void perform(std::size_t node, consensus::Output output);
  void store(Node& node, const consensus::Persist& persist);
  void send(const consensus::Message& message, std::size_t from, std::size_t to);
  void tell(std::size_t from, std::size_t to, const NewestRecordAnswer& answer);
  void offer_again(std::size_t node);
  void answer(std::size_t node, const consensus::Request& request);
  void decided(std::size_t node, const consensus::Decision& decision);
  void lie();
  void check_signed_once(const consensus::SignRecord& record, char name);
  consensus::HeightPlan plan_after(const Node& node) const;
  std::uint64_t message_delay() {
    return 1 + chance_.below(healed() ? std::min(trouble_.delay_ms, kHealedDelayMs) : trouble_.delay_ms);
  }
  std::uint64_t offer_every() const { return healed() ? kHealedOfferMs : trouble_.offer_every_ms; }
  bool healed() const { return now_ >= kGenesisTime + trouble_.healed_after; }

  std::string members_;
  Trouble trouble_;
  Chance chance_;
  Room room_;
  TimeMs now_ = kGenesisTime;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<TimeMs, std::uint64_t>, Event> events_;
  std::vector<Node> nodes_;
  std::map<Hash256, Header> headers_;
  std::map<Height, Hash256> agreed_;
  std::map<std::tuple<char, Height, Round, consensus::SignStep>, consensus::SignRecord> signed_;
  std::map<std::tuple<Height, Round, std::uint64_t>, Hash256> lies_;
  std::uint64_t blocks_made_ = 0;
  std::uint64_t evidence_count_ = 0;
  Round highest_round_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace lucid::test
