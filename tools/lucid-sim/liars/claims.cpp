// What a liar tells those who catch up: tips far above, blocks that are not of this chain, certificates that are not
// of these blocks.
#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// So many heights above its own tip.
constexpr Height kHoarded = 1'000;
/// Of the ways to answer wrongly: no blocks, and a tip that says there are.
constexpr std::uint64_t kGivesNothing = 1;

class ClaimsStrategy final : public Strategy {
 public:
  explicit ClaimsStrategy(LiarDeps& deps) : deps_(deps) {}

  void outgoing(TimeMs, NodeIndex to, std::vector<MessagePtr>& out) override {
    if (deps_.plan.machines[to].lies || !holds_any<TipNotice, Blocks>(out)) return;
    follow_height();
    std::vector<MessagePtr> shown;
    for (MessagePtr& message : out) {
      if (const auto* tip = std::get_if<TipNotice>(&message->content))
        shown.push_back(claim(*tip));
      else if (const auto* answer = std::get_if<Blocks>(&message->content))
        falsify(*answer, shown);
      else
        shown.push_back(std::move(message));
    }
    out = std::move(shown);
  }

  void wake(TimeMs) override {
    follow_height();
    if (hoards_)
      for (const NodeIndex other : deps_.conspiracy.others()) deps_.send(other, claim({deps_.node.chain().height()}));
    const NodeIndex to = deps_.chance.one_of(deps_.conspiracy.others());
    if (deps_.chance.percent(50)) deps_.send(to, claim({deps_.node.chain().height()}));
    if (deps_.chance.percent(10)) invent(to);
  }

 private:
  /// At some heights it seems to hold blocks that nobody else has, and gives none of them.
  void follow_height() {
    const Height height = deps_.node.plan().height;
    if (height_ != height) hoards_ = deps_.chance.percent(40);
    height_ = height;
  }

  MessagePtr claim(TipNotice tip) {
    deps_.count(FaultKind::claimed_height);
    if (hoards_) return make_message(TipNotice{tip.height + kHoarded});
    switch (deps_.chance.below(4)) {
      case 0:
        return make_message(TipNotice{~Height{0}});
      case 1:
        return make_message(TipNotice{tip.height + (Height{1} << deps_.chance.below(40))});
      case 2:
        return make_message(TipNotice{tip.height / 2});
      default:
        return make_message(TipNotice{tip.height + 1 + deps_.chance.below(5)});
    }
  }

  /// An answer, wrong in one thing; or none.
  void falsify(const Blocks& honest, std::vector<MessagePtr>& shown) {
    deps_.count(FaultKind::claimed_height);
    const std::uint64_t way = hoards_ ? kGivesNothing : deps_.chance.below(10);
    if (way == 0) return;
    Blocks answer = honest;
    if (way == kGivesNothing) {
      answer.blocks.clear();
      answer.tip += kHoarded;
    } else if (way == 2) {
      answer.from += 1;
    } else if (way == 3 && answer.blocks.size() > 1) {
      answer.blocks.erase(answer.blocks.begin());
    } else if (way == 4 && !answer.blocks.empty()) {
      while (answer.blocks.size() < kMaxBlocksPerAnswer) answer.blocks.push_back(answer.blocks.back());
    } else if (!answer.blocks.empty()) {
      falsify(answer.blocks[deps_.chance.below(answer.blocks.size())]);
    }
    shown.push_back(make_message(std::move(answer)));
  }

  void falsify(CertifiedBlock& certified) {
    auto& signatures = certified.certificate.signatures;
    switch (deps_.chance.below(8)) {
      case 0:
        signatures.clear();
        break;
      case 1:
        if (!signatures.empty()) signatures.resize(signatures.size() / 2);
        break;
      case 2:
        if (!signatures.empty()) signatures.assign(signatures.size(), signatures.front());
        break;
      case 3:
        if (!signatures.empty()) signatures.back().validator = 0x7fffffff;
        break;
      case 4:
        ++certified.certificate.round;
        break;
      case 5:
        replace(certified, of_another_height(certified.block.header.height));
        break;
      case 6:
        if (!certified.block.transactions.empty()) certified.block.transactions.pop_back();
        certified.block.last_commit.signatures.clear();
        break;
      default:
        ++certified.block.header.time;  // another block, under the signatures of the real one
        certified.certificate.block = crypto::header_hash(certified.block.header);
        break;
    }
  }

  /// The signatures of another height, perhaps of a set that was replaced since.
  static void replace(CertifiedBlock& certified, const Certificate* other) {
    if (other) certified.certificate.signatures = other->signatures;
  }
  const Certificate* of_another_height(Height height) {
    const auto& rows = deps_.node.chain().rows();
    if (rows.size() < 2) return nullptr;
    const auto& row = rows[deps_.chance.below(rows.size())];
    return row.block->block->header.height == height ? nullptr : row.certificate.get();
  }

  /// A block beyond the tip that nobody asked for, final by the word of the liars alone.
  void invent(NodeIndex to) {
    const auto& rows = deps_.node.chain().rows();
    const ValidatorSet& set = deps_.node.plan().validators;
    if (rows.empty()) return;
    deps_.count(FaultKind::claimed_height);
    CertifiedBlock made{*rows.back().block->block, *rows.back().certificate};
    Header& header = made.block.header;
    header.previous_hash = rows.back().block->hash;
    header.height = rows.back().block->block->header.height + 1;
    header.time = deps_.node.plan().earliest_time;
    header.slot = deps_.node.plan().slot;
    made.certificate = {header.height, 0, crypto::header_hash(header), {}};
    for (std::uint32_t index = 0; index < set.members.size(); ++index) {
      const NodeIndex liar = deps_.chance.one_of(deps_.conspiracy.liars());
      const Vote vote =
          deps_.conspiracy.signed_vote(liar, VoteStep::precommit, header.height, 0, made.certificate.block);
      made.certificate.signatures.push_back({index, vote.signature});
    }
    Blocks answer{header.height, header.height, {}};
    answer.blocks.push_back(std::move(made));
    deps_.send(to, make_message(std::move(answer)));
  }

  LiarDeps& deps_;
  Height height_ = 0;
  bool hoards_ = false;
};

}  // namespace

std::unique_ptr<Strategy> make_claims(LiarDeps& deps) {
  return std::make_unique<ClaimsStrategy>(deps);
}

}  // namespace lucid::sim
