// A transaction as REST takes it: the encoded, signed one in hex, or its parts (design.md section 9, "REST
// transactions").
//
// Thread-safety: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "api/json_reader.hpp"

namespace lucid::api {

/// The encoded transaction of `body`: its `raw`, or one made from `type`, `data`, `signature`. What is wrong is noted
/// in `errors`, the names of fields begin with `path`. The signature is not checked here. Fault transaction_fee for a
/// fee above 0.
Result<Bytes> read_transaction(const nlohmann::json& body, const std::string& path, std::uint64_t chain_id,
                               FieldErrors& errors);

}  // namespace lucid::api
