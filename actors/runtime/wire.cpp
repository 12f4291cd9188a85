#include "actors/runtime/wire.hpp"

#include <atomic>
#include <caf/binary_deserializer.hpp>

#include "actors/runtime/failure.hpp"

namespace lucid::actors::wire {
namespace {

std::atomic<std::uint64_t> refused_sending{0}, refused_receiving{0}, refused_local{0};

caf::error refuse_receiving(caf::error error) {
  ++refused_receiving;
  return error;
}

// CAF's own strings as fields of a map: {"fault": …, "field": …, "expected": …, "actual": …}.
struct ErrorForm {
  Fault fault = Fault::internal;
  std::string field, expected, actual;
  LUCID_FIELDS(fault, field, expected, actual)
};

}  // namespace

Refusals refusals() {
  return {refused_sending, refused_receiving, refused_local};
}

caf::error refuse_local() {
  ++refused_local;
  return to_caf({Fault::internal, "message", "one that may leave its process", "a local one"});
}

caf::error put(caf::serializer& sink, const Bytes& bytes) {
  std::size_t size = bytes.size();
  caf::error error;
  if (size > kMaxMessageBytes) {
    error = to_caf({Fault::decode_bound, "message", "at most " + std::to_string(kMaxMessageBytes) + " bytes",
                    std::to_string(size) + " bytes"});
  } else {
    error = sink.begin_sequence(size);
    // CAF's interface takes a non-const pointer, and only reads.
    if (!error) error = sink.apply_raw(size, const_cast<std::uint8_t*>(bytes.data()));
    if (!error) error = sink.end_sequence();
  }
  if (error) ++refused_sending;
  return error;
}

caf::error take(caf::deserializer& source, const std::function<Status(ByteView)>& use) try {
  std::size_t size = 0;
  if (auto error = source.begin_sequence(size)) return refuse_receiving(std::move(error));
  if (size > kMaxMessageBytes) return refuse_receiving(to_caf({Fault::decode_bound, "message", {}, {}}));
  Bytes copy;
  ByteView bytes;
  auto* binary = dynamic_cast<caf::binary_deserializer*>(&source);
  if (binary != nullptr) {
    if (size > binary->remaining()) return refuse_receiving(to_caf({Fault::decode_truncated, "message", {}, {}}));
    bytes = {reinterpret_cast<const std::uint8_t*>(binary->remainder().data()), size};
  } else {
    copy.resize(size);
    if (auto error = source.apply_raw(size, copy.data())) return refuse_receiving(std::move(error));
    bytes = copy;
  }
  if (const Status status = use(bytes); !status) return refuse_receiving(to_caf(status.error()));
  if (binary != nullptr) binary->skip(size);
  return source.end_sequence();
} catch (const std::exception& error) {
  return refuse_receiving(to_caf({Fault::internal, "message", {}, error.what()}));
}

void write_map_header(Bytes& out, std::size_t count) {
  if (count < 16) {
    out.push_back(static_cast<std::uint8_t>(0x80 | count));
    return;
  }
  const bool wide = count > 0xffff;
  out.push_back(wide ? 0xdf : 0xde);
  for (int shift = wide ? 24 : 8; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(count >> shift));
}

void write_fault(Bytes& out, Fault fault) {
  codec::Encoder(out).text(fault_name(fault));
}

void write_error(Bytes& out, const Error& error) {
  write(out, ErrorForm{error.fault, error.field, error.expected, error.actual});
}

Status read_fault(Reader& in, Fault& fault, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::string_view name, in.text(64, field));
  fault = Fault::internal;  // where a newer version has a fault that this one does not know
#define X(known, text) \
  if (name == #known) fault = Fault::known;
  LUCID_FAULTS(X)
#undef X
  return {};
}

Status read_error(Reader& in, Error& error, std::string_view field) {
  ErrorForm form;
  LUCID_TRY(read(in, form, field));
  error = {form.fault, std::move(form.field), std::move(form.expected), std::move(form.actual)};
  return {};
}

Status read_pair_header(Reader& in, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::size_t count, in.array(2, field));
  if (count != 2) return fail(Fault::decode_length, field, "2 elements", std::to_string(count));
  return {};
}

}  // namespace lucid::actors::wire
