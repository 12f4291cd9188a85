#include "storage/schema.hpp"

#include "storage/checksummed.hpp"
#include "storage/keys.hpp"

namespace lucid::storage {
namespace {

constexpr std::string_view kVersionKey = "schema_version";

Status write_version(Store& store) {
  LUCID_TRY_ASSIGN(const auto txn, store.write());
  LUCID_TRY(checked_put(*txn, kMeta, as_bytes(kVersionKey), Key{}.u32(kSchemaVersion)));
  return txn->commit();
}

}  // namespace

std::string_view environment_name(Environment environment) {
  switch (environment) {
    case Environment::chain:
      return "chain";
    case Environment::sign:
      return "sign";
    case Environment::outbox:
      return "outbox";
    case Environment::chunks:
      return "chunks";
  }
  return "";
}

std::span<const TableSchema> schema_of(Environment environment) {
  switch (environment) {
    case Environment::chain:
      return chain::kTables;
    case Environment::sign:
      return sign::kTables;
    case Environment::outbox:
      return outbox::kTables;
    case Environment::chunks:
      return chunks::kTables;
  }
  return {};
}

std::vector<Table> tables_of(Environment environment) {
  std::vector<Table> tables;
  for (const TableSchema& row : schema_of(environment)) tables.push_back(row.table);
  return tables;
}

Status check_schema(Store& store, Environment environment) {
  const std::string what = std::string(environment_name(environment)) + " schema_version";
  const std::string ours = "version " + std::to_string(kSchemaVersion);
  {
    LUCID_TRY_ASSIGN(const auto txn, store.read());
    LUCID_TRY_ASSIGN(const auto value, checked_get(*txn, kMeta, as_bytes(kVersionKey)));
    if (value) {
      const std::uint32_t theirs = read_u32(*value);
      if (value->size() == 4 && theirs == kSchemaVersion) return {};
      return fail(Fault::storage_version, what, ours, "version " + std::to_string(theirs));
    }
    for (const TableSchema& row : schema_of(environment)) {
      LUCID_TRY_ASSIGN(const std::uint64_t entries, txn->count(row.table));
      if (entries > 0) return fail(Fault::storage_version, what, ours, "entries without a version");
    }
  }
  return write_version(store);
}

}  // namespace lucid::storage
