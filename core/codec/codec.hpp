// The canonical bytes of every type that declares LUCID_FIELDS (docs/formats.md, "Encoding").
//
//   struct                  array of its fields, in order
//   unsigned, Ordinal, enum unsigned integer that fits (an enum's last value is last_of(E))
//   FixedBytes, Bounded…    binary of exactly / at most that size; BoundedString is text
//   BoundedList             array of at most that many
//   optional                nil, or the value
//   variant                 [kind, value], kinds counted from 1
//
// decode<T>(bytes) is strict: what it accepts encodes to the same bytes. Its errors name the field as
// "header.previous_hash". Thread-safety: pure functions.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"
#include "core/codec/decoder.hpp"
#include "core/codec/encoder.hpp"

namespace lucid::codec {

// ---- writing

template <std::unsigned_integral T>
void write(Encoder& out, T value) {
  if constexpr (std::same_as<T, bool>)
    out.boolean(value);
  else
    out.unsigned_integer(value);
}
inline void write(Encoder& out, std::string_view text) { out.text(text); }
template <std::size_t N, class Tag>
void write(Encoder& out, const FixedBytes<N, Tag>& bytes) {
  out.binary(bytes.view());
}
template <class Tag>
void write(Encoder& out, Ordinal<Tag> ordinal) {
  out.unsigned_integer(ordinal.value);
}
template <class E>
  requires std::is_enum_v<E>
void write(Encoder& out, E value) {
  out.unsigned_integer(static_cast<std::uint64_t>(value));
}
template <std::size_t Max>
void write(Encoder& out, const BoundedBytes<Max>& bytes) {
  out.binary(bytes);
}
template <std::size_t Max>
void write(Encoder& out, const BoundedString<Max>& text) {
  out.text(text);
}
template <class T, std::size_t Max>
void write(Encoder& out, const BoundedList<T, Max>& list);
template <class T>
void write(Encoder& out, const std::optional<T>& value);
template <class... Ts>
void write(Encoder& out, const std::variant<Ts...>& value);
template <HasFields T>
void write(Encoder& out, const T& value);

template <class T, std::size_t Max>
void write(Encoder& out, const BoundedList<T, Max>& list) {
  out.array(list.size());
  for (const T& element : list) write(out, element);
}
template <class T>
void write(Encoder& out, const std::optional<T>& value) {
  if (value)
    write(out, *value);
  else
    out.nil();
}
template <class... Ts>
void write(Encoder& out, const std::variant<Ts...>& value) {
  out.array(2);
  out.unsigned_integer(value.index() + 1);
  std::visit([&](const auto& alternative) { write(out, alternative); }, value);
}
template <HasFields T>
void write(Encoder& out, const T& value) {
  out.array(kFieldCount<T>);
  std::apply([&](const auto&... field) { (write(out, field), ...); }, value.fields());
}

// ---- reading

template <std::unsigned_integral T>
Status read(Decoder& in, T& value, std::string_view field) {
  if constexpr (std::same_as<T, bool>) {
    LUCID_TRY_ASSIGN(value, in.boolean(field));
  } else {
    LUCID_TRY_ASSIGN(const std::uint64_t wide, in.unsigned_integer(field));
    if (wide > std::numeric_limits<T>::max())
      return fail(Fault::decode_range, field, "at most " + std::to_string(std::numeric_limits<T>::max()),
                  std::to_string(wide));
    value = static_cast<T>(wide);
  }
  return {};
}
template <std::size_t N, class Tag>
Status read(Decoder& in, FixedBytes<N, Tag>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView bytes, in.binary(N, field));
  LUCID_TRY_ASSIGN(value, (FixedBytes<N, Tag>::from(bytes, field)));
  return {};
}
template <class Tag>
Status read(Decoder& in, Ordinal<Tag>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(value.value, in.unsigned_integer(field));
  return {};
}
template <class E>
  requires std::is_enum_v<E>
Status read(Decoder& in, E& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::uint64_t number, in.unsigned_integer(field));
  const auto last = static_cast<std::uint64_t>(last_of(E{}));
  if (number > last)
    return fail(Fault::decode_variant, field, "at most " + std::to_string(last), std::to_string(number));
  value = static_cast<E>(number);
  return {};
}
template <std::size_t Max>
Status read(Decoder& in, BoundedBytes<Max>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView bytes, in.binary(Max, field));
  value.assign(bytes.begin(), bytes.end());
  return {};
}
template <std::size_t Max>
Status read(Decoder& in, BoundedString<Max>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::string_view text, in.text(Max, field));
  value.assign(text);
  return {};
}
template <class T, std::size_t Max>
Status read(Decoder& in, BoundedList<T, Max>& value, std::string_view field);
template <class T>
Status read(Decoder& in, std::optional<T>& value, std::string_view field);
template <class... Ts>
Status read(Decoder& in, std::variant<Ts...>& value, std::string_view field);
template <HasFields T>
Status read(Decoder& in, T& value, std::string_view field);

template <class T, std::size_t Max>
Status read(Decoder& in, BoundedList<T, Max>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::size_t count, in.array(Max, field));
  value.clear();
  for (std::size_t i = 0; i < count; ++i) {
    value.emplace_back();
    LUCID_TRY(read(in, value.back(), field));
  }
  return {};
}
template <class T>
Status read(Decoder& in, std::optional<T>& value, std::string_view field) {
  value.reset();
  if (in.take_nil()) return {};
  return read(in, value.emplace(), field);
}

template <class Variant, std::size_t I = 0>
Status read_alternative(Decoder& in, Variant& value, std::uint64_t index, std::string_view field) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index == I) return read(in, value.template emplace<I>(), field);
    return read_alternative<Variant, I + 1>(in, value, index, field);
  } else {
    return fail(Fault::decode_variant, field, "a kind from 1 to " + std::to_string(I), std::to_string(index + 1));
  }
}
template <class... Ts>
Status read(Decoder& in, std::variant<Ts...>& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::size_t count, in.array(2, field));
  if (count != 2) return fail(Fault::decode_length, field, "a kind and a value", std::to_string(count) + " elements");
  LUCID_TRY_ASSIGN(const std::uint64_t kind, in.unsigned_integer(field));
  return read_alternative(in, value, kind - 1, field);
}
template <HasFields T>
Status read(Decoder& in, T& value, std::string_view field) {
  LUCID_TRY_ASSIGN(const std::size_t count, in.array(kFieldCount<T>, field));
  if (count != kFieldCount<T>)
    return fail(Fault::decode_length, field, std::to_string(kFieldCount<T>) + " fields", std::to_string(count));
  static constexpr auto kNames = field_names<T>();
  std::size_t i = 0;
  Status status;
  const auto one = [&](auto& member) {
    status = read(in, member, kNames[i++]);
    return status.has_value();
  };
  std::apply([&](auto&... member) { (void)(one(member) && ...); }, value.fields());
  if (!status) {
    Error error = status.error();
    if (!field.empty()) error.field = std::string(field) + "." + error.field;
    return tl::unexpected(std::move(error));
  }
  return {};
}

// ---- whole values

template <class T>
void encode_to(Bytes& out, const T& value) {
  Encoder encoder(out);
  write(encoder, value);
}

template <class T>
Bytes encode(const T& value) {
  Bytes out;
  encode_to(out, value);
  return out;
}

/// The canonical array of these values: what "‖" of protocol.md means in every hash and signature.
template <class... Ts>
Bytes encode_array(const Ts&... values) {
  Bytes out;
  Encoder encoder(out);
  encoder.array(sizeof...(Ts));
  (write(encoder, values), ...);
  return out;
}

/// All of `bytes` as one T. `field` names the whole in errors.
template <class T>
Result<T> decode(ByteView bytes, std::string_view field = {}) {
  Decoder in(bytes);
  Result<T> value{T{}};
  LUCID_TRY(read(in, *value, field));
  LUCID_TRY(in.finish(field));
  return value;
}

}  // namespace lucid::codec
