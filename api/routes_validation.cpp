// Judging a block by the six rules, and saying what they are.
#include <array>
#include <nlohmann/json.hpp>

#include "api/block_reader.hpp"
#include "api/json_writer.hpp"
#include "api/route.hpp"
#include "api/time_text.hpp"
#include "core/ledger/block_rules.hpp"

namespace lucid::api {
namespace {

using ledger::BlockRule;

ledger::BlockRule rule_at(std::size_t i) {
  return static_cast<BlockRule>(i);
}

/// Details come as texts; here they get their JSON types, by name.
void write_detail(JsonWriter& out, const std::string& name, const std::string& value) {
  out.key(name);
  const bool number = name == "time_diff_seconds" || name == "total_transactions" || name == "valid_transactions";
  const bool list = name == "missing_fields" || name == "required_fields";
  const bool time = name == "block_time" || name == "current_time";
  if (name == "is_genesis" || (number && !value.empty())) {
    out.raw(value);
  } else if (time && value.find_first_not_of("0123456789") == std::string::npos && !value.empty() &&
             value.size() < 16) {
    out.value(to_iso8601(std::stoull(value)));
  } else if (list) {
    out.begin_array();
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t end = rest.find(", ");
      out.value(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    }
    out.end_array();
  } else {
    out.value(value);
  }
}

Response answer(const actors::BlockValidation& verdict) {
  JsonWriter out;
  const auto passed = [&](BlockRule rule) {
    for (const auto& result : verdict.results) {
      if (result.rule == ledger::rule_name(rule)) return result.passed;
    }
    return false;
  };
  out.begin_object().field("valid", verdict.valid).key("validation_results").begin_object();
  out.field("structure_valid",
            passed(BlockRule::block_structure) && passed(BlockRule::block_hash) && passed(BlockRule::previous_hash))
      .field("signature_valid", verdict.signatures_valid)
      .field("merkle_root_valid", passed(BlockRule::merkle_root))
      .field("timestamp_valid", passed(BlockRule::timestamp))
      .field("transactions_valid", passed(BlockRule::transactions))
      .end_object();
  out.key("results").begin_array();
  for (const auto& result : verdict.results) {
    out.begin_object().field("rule", result.rule).field("passed", result.passed).key("details").begin_object();
    for (const auto& [name, value] : result.details) write_detail(out, name, value);
    if (result.error) out.field("error", to_text(*result.error));
    out.end_object().end_object();
  }
  out.end_array().key("errors").begin_array();
  for (const auto& result : verdict.results) {
    if (result.error) out.value(result.rule + ": " + to_text(*result.error));
  }
  out.end_array()
      .time_field("validated_at", verdict.validated_at)
      .field("validation_time_ms", static_cast<double>(verdict.validation_time_us) / 1000)
      .end_object();
  return json_response(out);
}

/// Every rule needs the whole block (its roots are those after it was executed), so each names what is lacking.
actors::BlockValidation undecided(const std::vector<std::string>& missing) {
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  actors::BlockValidation out;
  out.validated_at = now_ms();
  for (std::size_t i = 0; i < ledger::kBlockRules; ++i) {
    actors::RuleResult result;
    result.rule = std::string(ledger::rule_name(rule_at(i)));
    result.error = Error{Fault::block_structure, names, "raw, or every field of the block", "fields are missing"};
    result.details["missing_fields"] = names;
    out.results.push_back(std::move(result));
  }
  return out;
}

Response validate(const Call& call) {
  const auto body = parse_json(call.request.text());
  if (!body) return call.malformed(body.error());
  FieldErrors errors;
  JsonReader reader(*body, "", errors);
  const auto read = read_block(reader.object("block_data"), errors);
  if (errors.any()) return call.fail(errors);
  if (!read) return call.fail(read.error());
  if (!read->block) return answer(undecided(read->missing));
  const auto verdict = call.node.validate_block(read->block, read->claimed_hash);
  if (!verdict) return call.fail(verdict.error());
  return answer(*verdict);
}

Response rules(const Call&) {
  JsonWriter out;
  out.begin_object().key("rules").begin_array();
  for (std::size_t i = 0; i < ledger::kBlockRules; ++i) {
    out.begin_object()
        .field("rule", ledger::rule_name(rule_at(i)))
        .field("description", ledger::rule_description(rule_at(i)))
        .end_object();
  }
  out.end_array().end_object();
  return json_response(out);
}

constexpr std::string_view kSummary = "Judges a block by the six rules";

// A block of the largest profile is 3 MiB, twice that in hex.
constexpr std::array kValidationRoutes{
    Route{"POST", "/api/v1/blocks/validate", Access::write, BodyKind::json, kBatchLimit, 200, validate, kSummary},
    Route{"POST", "/api/v1/validation/block", Access::write, BodyKind::json, kBatchLimit, 200, validate, kSummary},
    Route{"POST", "/validate-block", Access::write, BodyKind::json, kBatchLimit, 200, validate, kSummary},
    Route{"GET", "/api/v1/validation/rules", Access::read, BodyKind::none, 0, 200, rules,
          "The six rules, with a description each"},
};

}  // namespace

std::span<const Route> validation_routes() {
  return kValidationRoutes;
}

}  // namespace lucid::api
