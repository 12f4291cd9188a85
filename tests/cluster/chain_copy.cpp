#include "tests/cluster/chain_copy.hpp"

#include <nlohmann/json.hpp>

#include "core/codec/codec.hpp"
#include "core/crypto/verifier.hpp"
#include "core/ledger/block_rules.hpp"

namespace lucid::cluster {

namespace {

Result<Block> read_block(api::Client& client, const std::string& which) {
  LUCID_TRY_ASSIGN(const auto asked, client.get("/api/v1/blocks/" + which + "?raw=1"));
  if (asked.status != 200) return fail(Fault::no_answer, which, "200", std::to_string(asked.status));
  const auto shown = nlohmann::json::parse(asked.body, nullptr, false);
  if (!shown.is_object()) return fail(Fault::no_answer, which, "JSON", asked.body.substr(0, 80));
  LUCID_TRY_ASSIGN(const Bytes raw, parse_hex(shown.value("raw", ""), "raw"));
  return codec::decode<Block>(raw, "block");
}

}  // namespace

std::optional<Block> block_of(const std::string& url, const std::string& which) {
  auto client = api::Client::make(url).value();
  auto block = read_block(client, which);
  if (!block) return std::nullopt;
  return std::move(*block);
}

ChainCopy::ChainCopy(const std::string& url) : client_(api::Client::make(url).value()) {}

Status ChainCopy::extend() {
  LUCID_TRY_ASSIGN(const Block tip, read_block(client_, "latest"));
  while (height() < tip.header.height) {
    LUCID_TRY_ASSIGN(const Block block, read_block(client_, "height/" + std::to_string(height() + 1)));
    LUCID_TRY(take(block));
  }
  return {};
}

Status ChainCopy::take(const Block& block) {
  if (!hashes_.empty() && block.header.previous_hash != hashes_.back())
    return fail(Fault::block_previous_hash, "block " + std::to_string(block.header.height), to_hex(hashes_.back()),
                to_hex(block.header.previous_hash));
  LUCID_TRY(ledger::check_body(block));
  for (const auto& encoded : block.transactions) {
    LUCID_TRY_ASSIGN(const auto transaction, codec::decode<Transaction>(encoded, "transaction"));
    if (const auto* anchor = std::get_if<AnchorSession>(&transaction.operation)) {
      Anchored& found = anchored_[anchor->session];
      if (found.times++ == 0) found.height = block.header.height;
    } else if (const auto* evidence = std::get_if<Evidence>(&transaction.operation)) {
      evidence_.push_back(*evidence);
    }
  }
  hashes_.push_back(crypto::header_hash(block.header));
  return {};
}

}  // namespace lucid::cluster
