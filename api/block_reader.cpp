#include "api/block_reader.hpp"

#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "core/codec/codec.hpp"

namespace lucid::api {
namespace {

using nlohmann::json;

/// One field of a header, by its type.
template <class T>
void read_field(JsonReader& reader, std::string_view name, T& value) {
  if constexpr (std::is_same_v<T, Slot>) {
    value.value = reader.number(name);
  } else if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(reader.number(name, 0, std::numeric_limits<T>::max()));
  } else if constexpr (std::is_same_v<T, Address>) {
    value = reader.address(name);
  } else if constexpr (requires { value.has_value(); }) {
    value = reader.optional_fixed_hex<typename T::value_type>(name);
  } else {
    value = reader.fixed_hex<T>(name);
  }
}

/// Reads the fields that are there; the names of the others go to `missing`.
template <HasFields T>
void read_fields(const json& object, JsonReader& reader, T& value, std::vector<std::string>& missing) {
  static constexpr auto kNames = field_names<T>();
  std::size_t i = 0;
  const auto one = [&](auto& member) {
    const std::string name(kNames[i++]);
    if (object.contains(name))
      read_field(reader, name, member);
    else
      missing.push_back(reader.path_of(name));
  };
  std::apply([&](auto&... member) { (one(member), ...); }, value.fields());
}

void read_commit(const json& object, Certificate& out, FieldErrors& errors) {
  JsonReader reader(object, "block_data.last_commit", errors);
  out.height = reader.number("height");
  out.round = static_cast<Round>(reader.number("round", 0, std::numeric_limits<Round>::max()));
  out.block = reader.fixed_hex<Hash256>("block");
  const json& list = reader.array("signatures", 0, kMaxValidators);
  if (!list.is_array()) return;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader entry(list[i], "block_data.last_commit.signatures[" + std::to_string(i) + "]", errors);
    CommitSignature& signature = out.signatures.emplace_back();
    signature.validator = static_cast<std::uint32_t>(entry.number("validator", 0, kMaxValidators - 1));
    signature.signature = entry.fixed_hex<Signature>("signature");
  }
}

void read_transactions(const json& list, Block& out, FieldErrors& errors, std::vector<std::string>& missing) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader entry(list[i], "block_data.transactions[" + std::to_string(i) + "]", errors);
    if (list[i].is_object() && !entry.has("raw"))
      missing.push_back(entry.path_of("raw"));
    else
      out.transactions.emplace_back(entry.hex("raw", kMaxTransactionBytes));
  }
}

}  // namespace

Result<ReadBlock> read_block(const json& block_data, FieldErrors& errors) {
  ReadBlock out;
  JsonReader reader(block_data, "block_data", errors);
  out.claimed_hash = reader.optional_fixed_hex<Hash256>("hash");
  if (reader.has("raw")) {
    const Bytes raw = reader.hex("raw", kMaxBlockBytes);
    if (errors.any()) return out;
    LUCID_TRY_ASSIGN(Block block, codec::decode<Block>(raw, "block_data.raw"));
    out.block = std::make_shared<const Block>(std::move(block));
    return out;
  }
  if (!block_data.is_object()) return out;
  Block block;
  const bool nested = reader.has("header");
  const json& header = nested ? reader.object("header") : block_data;
  if (header.is_object()) {
    JsonReader fields(header, nested ? "block_data.header" : "block_data", errors);
    read_fields(header, fields, block.header, out.missing);
  }
  if (reader.has("last_commit"))
    read_commit(reader.object("last_commit"), block.last_commit, errors);
  else
    out.missing.push_back("block_data.last_commit");
  if (reader.has("transactions"))
    read_transactions(reader.array("transactions", 0, kMaxTransactionsPerBlock), block, errors, out.missing);
  else
    out.missing.push_back("block_data.transactions");
  if (out.missing.empty() && !errors.any()) out.block = std::make_shared<const Block>(std::move(block));
  return out;
}

}  // namespace lucid::api
