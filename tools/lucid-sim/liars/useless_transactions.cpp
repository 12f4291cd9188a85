// Transactions that no block can hold: behind a gap of nonces, expired, of another chain, spoilt; and good ones that
// not everybody is shown, or another one to everybody, so that some see work where others see none.
#include "core/codec/codec.hpp"
#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

class UselessTransactionsStrategy final : public Strategy {
 public:
  explicit UselessTransactionsStrategy(LiarDeps& deps)
      : deps_(deps), account_(KeyTable::instance().account_of_machine(deps.plan.machines[deps.self].keys)) {}

  void wake(TimeMs) override {
    const auto next = deps_.node.chain().next_nonce(account_.address);
    if (!next || !deps_.chance.percent(40)) return;
    const Height height = deps_.node.plan().height;
    const std::uint64_t way = deps_.chance.below(8);
    for (const NodeIndex other : deps_.conspiracy.others()) {
      if (way == 7 && deps_.chance.percent(70)) continue;  // a good one, for few
      deps_.send(other, make_message(TransactionMessage{made(way, *next, height)}));
      deps_.count(FaultKind::unincludable_transactions);
    }
    ++made_;
  }

 private:
  EncodedTransaction made(std::uint64_t way, std::uint64_t next_nonce, Height height) {
    auto chain = deps_.verifier.chain();
    Transaction transaction{chain.chain_id, next_nonce, height + 50, some_data(made_), {}};
    switch (way) {
      case 0:
        transaction.nonce += 1 + deps_.chance.below(15);
        break;
      case 1:
        transaction.nonce += Height{1} << deps_.chance.below(63);
        break;
      case 2:
        transaction.valid_until_height = height > 1 ? height - 1 : 0;
        break;
      case 3:
        transaction.chain_id = ++chain.chain_id;
        break;
      case 4:
        if (transaction.nonce > 0) --transaction.nonce;
        transaction.valid_until_height = height;
        break;
      case 6:
        transaction.operation = some_data(made_ * 1'000 + deps_.chance.below(100));  // another one to everybody
        break;
      default:
        break;
    }
    transaction.signature =
        deps_.verifier.scheme().sign_recoverable(account_.secret, crypto::transaction_digest(chain, transaction));
    if (way == 5) transaction.signature.data[30] ^= 1;
    EncodedTransaction encoded(codec::encode(transaction));
    if (way == 5 && deps_.chance.percent(30)) encoded.resize(encoded.size() / 2);
    return encoded;
  }

  static Operation some_data(std::uint64_t number) {
    Data data;
    data.name = BoundedString<64>("useless-" + std::to_string(number));
    return data;
  }

  LiarDeps& deps_;
  const AccountKeys& account_;
  std::uint64_t made_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_useless_transactions(LiarDeps& deps) {
  return std::make_unique<UselessTransactionsStrategy>(deps);
}

}  // namespace lucid::sim
