// A block as REST takes it for judgement: encoded in hex, or every field of its header and its encoded transactions.
//
// Thread-safety: pure functions.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/json_reader.hpp"
#include "core/types/block.hpp"

namespace lucid::api {

struct ReadBlock {
  std::shared_ptr<const Block> block;  // null while fields are missing
  std::optional<Hash256> claimed_hash;
  std::vector<std::string> missing;  // names as in the JSON
};

/// `block_data` of POST /blocks/validate. What is there and malformed is noted in `errors`; what is not there, in
/// `missing`. An error is that `raw` is no encoded block.
Result<ReadBlock> read_block(const nlohmann::json& block_data, FieldErrors& errors);

}  // namespace lucid::api
