// Rows as structs: the canonical encoding of a value, under its checksum.
#pragma once

#include "core/codec/codec.hpp"
#include "storage/checksummed.hpp"

namespace lucid::storage {

/// Absent: no such row. Faults: storage_checksum, decode_… (a row of another version), and those of ReadTxn::get.
template <class Row>
Result<std::optional<Row>> get_row(const ReadTxn& txn, Table table, ByteView key) {
  LUCID_TRY_ASSIGN(const auto value, checked_get(txn, table, key));
  if (!value) return std::optional<Row>{};
  LUCID_TRY_ASSIGN(Row row, codec::decode<Row>(*value, table.name));
  return std::optional<Row>(std::move(row));
}

template <class Row>
Status put_row(WriteTxn& txn, Table table, ByteView key, const Row& row) {
  return checked_put(txn, table, key, codec::encode(row));
}

template <class Row>
Status append_row(WriteTxn& txn, Table table, ByteView key, const Row& row) {
  return checked_append(txn, table, key, codec::encode(row));
}

}  // namespace lucid::storage
