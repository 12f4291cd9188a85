#include "core/types/transaction.hpp"

namespace lucid {

std::string_view operation_name(const Operation& operation) {
  return operation_name_of_kind(static_cast<std::uint8_t>(operation.index() + 1));
}

std::string_view operation_name_of_kind(std::uint8_t kind) {
  static constexpr std::string_view kNames[] = {
      "anchor_session", "anchor_chunk", "store_chunk_metadata", "data",          "submit_task_proof",
      "answer_sample",  "evidence",     "update_validators",    "update_owners", "approve"};
  static_assert(std::size(kNames) == std::variant_size_v<Operation>);
  return kind >= 1 && kind <= std::size(kNames) ? kNames[kind - 1] : std::string_view();
}

bool has_reserved_room(const Operation& operation) {
  return std::holds_alternative<Evidence>(operation) || std::holds_alternative<SubmitTaskProof>(operation) ||
         std::holds_alternative<AnswerSample>(operation) || std::holds_alternative<UpdateValidators>(operation) ||
         std::holds_alternative<UpdateOwners>(operation) || std::holds_alternative<Approve>(operation);
}

}  // namespace lucid
