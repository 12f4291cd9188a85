#include "api/transaction_reader.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/codec/codec.hpp"
#include "core/types/transaction.hpp"

namespace lucid::api {
namespace {

constexpr std::size_t kMaxTypeBytes = 64;
constexpr std::string_view kPostedTypes = "session_anchor, data_storage or system";

AnchorSession read_anchor(JsonReader& data) {
  AnchorSession out;
  out.session = data.uuid("session_id");
  out.manifest_hash = data.fixed_hex<Hash256>("manifest_hash");
  out.started_at = data.time("started_at");
  out.owner = data.address("owner_address");
  out.merkle_root = data.fixed_hex<Hash256>("merkle_root");
  out.storage_root = data.optional_fixed_hex<Hash256>("storage_root");
  out.chunk_count = static_cast<std::uint32_t>(data.number("chunk_count", 1, kMaxChunksPerSession));
  out.total_size = data.number("total_size");
  out.user_signature = data.optional_fixed_hex<RecoverableSignature>("user_signature");
  return out;
}

StoreChunkMetadata read_chunk_metadata(JsonReader& data) {
  StoreChunkMetadata out;
  out.session = data.uuid("session_id");
  out.index = static_cast<std::uint32_t>(data.number("index", 0, kMaxChunksPerSession - 1));
  out.ciphertext_hash = data.fixed_hex<Hash256>("ciphertext_hash");
  out.size = data.number("size");
  return out;
}

Data read_data(JsonReader& data) {
  Data out;
  out.name.assign(data.text("name", decltype(Data::name)::kMax));
  const Bytes bytes = data.hex("bytes", decltype(Data::bytes)::kMax);
  out.bytes.assign(bytes.begin(), bytes.end());
  return out;
}

Operation read_operation(const std::string& type, const std::string& type_path, JsonReader& data, FieldErrors& errors) {
  if (type == "session_anchor") return read_anchor(data);
  if (type == "data_storage") return read_chunk_metadata(data);
  if (type == "system") return read_data(data);
  if (type == "consensus_vote")
    errors.add(type_path, std::string(kPostedTypes), type,
               "a vote is no transaction: POST /api/v1/consensus/vote takes votes");
  else if (!type.empty())
    errors.add(type_path, std::string(kPostedTypes), type, std::string(fault_text(Fault::text_form)));
  return Data{};
}

}  // namespace

Result<Bytes> read_transaction(const nlohmann::json& body, const std::string& path, std::uint64_t chain_id,
                               FieldErrors& errors) {
  JsonReader reader(body, path, errors);
  if (const auto fee = reader.optional_number("fee"); fee && *fee > 0)
    return fail(Fault::transaction_fee, reader.path_of("fee"), "0", std::to_string(*fee));
  (void)reader.optional_time("timestamp");  // checked for its form; the chain has its own times
  if (reader.has("raw")) return reader.hex("raw", kMaxTransactionBytes);

  Transaction out;
  out.chain_id = chain_id;
  const std::string type = reader.text("type", kMaxTypeBytes);
  const nlohmann::json& object = reader.object("data");
  JsonReader data(object, reader.path_of("data"), errors);
  out.operation = read_operation(type, reader.path_of("type"), data, errors);
  out.nonce = data.number("nonce");
  out.valid_until_height = data.number("valid_until_height");
  out.signature = reader.fixed_hex<RecoverableSignature>("signature");
  if (errors.any()) return Bytes{};
  return codec::encode(out);
}

}  // namespace lucid::api
