// The bytes of a message between processes: msgpack maps {"field": value}, made from LUCID_FIELDS.
//
//   struct                       map of its fields by name; readers take any order and skip names they do not know
//   bool, integers, Ordinal      themselves; an enum is its number (its last value is last_of(E))
//   std::string, BoundedString   text
//   Bytes, BoundedBytes, FixedBytes  binary
//   std::vector, BoundedList     array; std::map<std::string, T> is a map
//   std::optional, std::shared_ptr<const T>  nil, or the value itself
//   std::variant                 [kind, value], kinds counted from 1
//   Fault, Error                 the fault's name; {"fault", "field", "expected", "actual"}
//   Result<T>, Status            [true, value], [true, nil] or [false, Error]
//
// This is the form between processes of one operator, where both sides may be of different versions. What is signed,
// hashed or stored has the canonical form of core/codec instead.
// Thread-safety: pure functions. Sizes: kMaxMessageBytes, kMaxElements in one list, kMaxDepth levels; every size is
// checked against the bytes that are there before anything is allocated.
#pragma once

#include <concepts>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "actors/runtime/msgpack_reader.hpp"
#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"
#include "core/codec/encoder.hpp"

namespace lucid::actors::wire {

inline constexpr std::size_t kMaxMessageBytes = 256 * 1024;
inline constexpr std::size_t kMaxElements = 65'536;

void write_map_header(Bytes& out, std::size_t count);
void write_fault(Bytes& out, Fault fault);
void write_error(Bytes& out, const Error& error);
Status read_fault(Reader& in, Fault& fault, std::string_view field);
Status read_error(Reader& in, Error& error, std::string_view field);

namespace detail {
template <class T, template <class...> class Template>
struct IsOf : std::false_type {};
template <template <class...> class Template, class... Ts>
struct IsOf<Template<Ts...>, Template> : std::true_type {};

template <class T>
struct PointeeOf;
template <class T>
struct PointeeOf<std::shared_ptr<T>> {
  using type = std::remove_const_t<T>;
};
template <class T>
inline constexpr bool kIsOrdinal = false;
template <class Tag>
inline constexpr bool kIsOrdinal<Ordinal<Tag>> = true;
template <class T>
inline constexpr bool kIsFixed = false;
template <std::size_t N, class Tag>
inline constexpr bool kIsFixed<FixedBytes<N, Tag>> = true;
template <class T>
inline constexpr bool kNoForm = false;
template <class T>
concept List = requires(T& list) {
  typename T::value_type;
  list.emplace_back();
};
/// The bound that the type itself carries, if it does.
template <class T>
constexpr std::size_t bound_of(std::size_t otherwise) {
  if constexpr (requires { T::kMax; })
    return T::kMax;
  else
    return otherwise;
}
}  // namespace detail

template <class T>
void write(Bytes& out, const T& value) {
  codec::Encoder encoder(out);
  if constexpr (std::same_as<T, bool>) {
    encoder.boolean(value);
  } else if constexpr (std::unsigned_integral<T>) {
    encoder.unsigned_integer(value);
  } else if constexpr (std::signed_integral<T>) {
    encoder.signed_integer(value);
  } else if constexpr (detail::kIsOrdinal<T>) {
    encoder.unsigned_integer(value.value);
  } else if constexpr (std::same_as<T, Fault>) {
    write_fault(out, value);
  } else if constexpr (std::is_enum_v<T>) {
    encoder.unsigned_integer(static_cast<std::uint64_t>(value));
  } else if constexpr (detail::kIsFixed<T>) {
    encoder.binary(value.view());
  } else if constexpr (std::derived_from<T, Bytes>) {
    encoder.binary(value);
  } else if constexpr (std::derived_from<T, std::string>) {
    encoder.text(value);
  } else if constexpr (std::same_as<T, Error>) {
    write_error(out, value);
  } else if constexpr (std::same_as<T, std::monostate>) {
    encoder.nil();
  } else if constexpr (detail::IsOf<T, std::optional>::value || detail::IsOf<T, std::shared_ptr>::value) {
    if (value)
      write(out, *value);
    else
      encoder.nil();
  } else if constexpr (detail::IsOf<T, std::variant>::value) {
    encoder.array(2);
    encoder.unsigned_integer(value.index() + 1);
    std::visit([&](const auto& alternative) { write(out, alternative); }, value);
  } else if constexpr (detail::IsOf<T, Result>::value) {
    encoder.array(2);
    encoder.boolean(value.has_value());
    if (!value)
      write_error(out, value.error());
    else if constexpr (std::is_void_v<typename T::value_type>)
      encoder.nil();
    else
      write(out, *value);
  } else if constexpr (detail::IsOf<T, std::map>::value) {
    write_map_header(out, value.size());
    for (const auto& [key, element] : value) {
      encoder.text(key);
      write(out, element);
    }
  } else if constexpr (HasFields<T>) {
    static constexpr auto kNames = field_names<T>();
    write_map_header(out, kNames.size());
    std::size_t i = 0;
    const auto one = [&](const auto& member) {
      encoder.text(kNames[i++]);
      write(out, member);
    };
    std::apply([&](const auto&... member) { (one(member), ...); }, value.fields());
  } else if constexpr (detail::List<T>) {
    encoder.array(value.size());
    for (const auto& element : value) write<typename T::value_type>(out, element);
  } else {
    static_assert(detail::kNoForm<T>, "this type has no form in a message");
  }
}

template <class T>
Status read(Reader& in, T& value, std::string_view field);

template <HasFields T>
Status read_fields(Reader& in, T& value, std::string_view field) {
  static constexpr auto kNames = field_names<T>();
  LUCID_TRY_ASSIGN(const std::size_t count, in.map(field));
  std::array<bool, kNames.size()> seen{};
  for (std::size_t entry = 0; entry < count; ++entry) {
    LUCID_TRY_ASSIGN(const std::string_view name, in.text(kMaxMessageBytes, field));
    std::size_t i = 0;
    Status status;
    bool known = false;
    const auto one = [&](auto& member) {
      if (const std::size_t own = i++; kNames[own] == name) {
        known = true;
        status =
            seen[own] ? fail(Fault::decode_not_canonical, name, "one value", "two") : read(in, member, kNames[own]);
        seen[own] = true;
      }
    };
    std::apply([&](auto&... member) { (one(member), ...); }, value.fields());
    if (!known) status = in.skip(field);
    LUCID_TRY(status);
  }
  in.leave();
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (!seen[i]) return fail(Fault::decode_length, kNames[i], "a value", "none");
  return {};
}

template <class Variant, std::size_t I = 0>
Status read_alternative(Reader& in, Variant& value, std::uint64_t kind, std::string_view field) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (kind == I + 1) return read(in, value.template emplace<I>(), field);
    return read_alternative<Variant, I + 1>(in, value, kind, field);
  } else {
    return fail(Fault::decode_variant, field, "a kind from 1 to " + std::to_string(I), std::to_string(kind));
  }
}

/// [kind, value] and [true, value] are arrays of two.
Status read_pair_header(Reader& in, std::string_view field);

template <class T>
Status read_result(Reader& in, T& value, std::string_view field) {
  LUCID_TRY(read_pair_header(in, field));
  LUCID_TRY_ASSIGN(const bool good, in.boolean(field));
  if (!good) {
    Error error;
    LUCID_TRY(read_error(in, error, field));
    value = tl::unexpected(std::move(error));
  } else if constexpr (std::is_void_v<typename T::value_type>) {
    if (!in.take_nil()) return fail(Fault::decode_type, field, "nil", "a value");
    value = T{};
  } else {
    typename T::value_type inner{};
    LUCID_TRY(read(in, inner, field));
    value = std::move(inner);
  }
  in.leave();
  return {};
}

template <class T>
Status read(Reader& in, T& value, std::string_view field) {
  if constexpr (std::same_as<T, bool>) {
    LUCID_TRY_ASSIGN(value, in.boolean(field));
  } else if constexpr (std::unsigned_integral<T>) {
    LUCID_TRY_ASSIGN(const std::uint64_t wide, in.unsigned_integer(std::numeric_limits<T>::max(), field));
    value = static_cast<T>(wide);
  } else if constexpr (std::signed_integral<T>) {
    LUCID_TRY_ASSIGN(const std::int64_t wide, in.signed_integer(field));
    if (!std::in_range<T>(wide)) return fail(Fault::decode_range, field, {}, std::to_string(wide));
    value = static_cast<T>(wide);
  } else if constexpr (detail::kIsOrdinal<T>) {
    LUCID_TRY_ASSIGN(value.value, in.unsigned_integer(std::numeric_limits<std::uint64_t>::max(), field));
  } else if constexpr (std::same_as<T, Fault>) {
    LUCID_TRY(read_fault(in, value, field));
  } else if constexpr (std::is_enum_v<T>) {
    LUCID_TRY_ASSIGN(const std::uint64_t number, in.unsigned_integer(static_cast<std::uint64_t>(last_of(T{})), field));
    value = static_cast<T>(number);
  } else if constexpr (detail::kIsFixed<T>) {
    LUCID_TRY_ASSIGN(const ByteView bytes, in.binary(T::kSize, field));
    LUCID_TRY_ASSIGN(value, T::from(bytes, field));
  } else if constexpr (std::derived_from<T, Bytes>) {
    LUCID_TRY_ASSIGN(const ByteView bytes, in.binary(detail::bound_of<T>(kMaxMessageBytes), field));
    value.assign(bytes.begin(), bytes.end());
  } else if constexpr (std::derived_from<T, std::string>) {
    LUCID_TRY_ASSIGN(const std::string_view text, in.text(detail::bound_of<T>(kMaxMessageBytes), field));
    value.assign(text);
  } else if constexpr (std::same_as<T, Error>) {
    LUCID_TRY(read_error(in, value, field));
  } else if constexpr (std::same_as<T, std::monostate>) {
    if (!in.take_nil()) return fail(Fault::decode_type, field, "nil", "a value");
  } else if constexpr (detail::IsOf<T, std::optional>::value) {
    value.reset();
    if (!in.take_nil()) LUCID_TRY(read(in, value.emplace(), field));
  } else if constexpr (detail::IsOf<T, std::shared_ptr>::value) {
    value.reset();
    if (in.take_nil()) return {};
    auto inner = std::make_shared<typename detail::PointeeOf<T>::type>();
    LUCID_TRY(read(in, *inner, field));
    value = std::move(inner);
  } else if constexpr (detail::IsOf<T, std::variant>::value) {
    LUCID_TRY(read_pair_header(in, field));
    LUCID_TRY_ASSIGN(const std::uint64_t kind, in.unsigned_integer(std::variant_size_v<T>, field));
    LUCID_TRY(read_alternative(in, value, kind, field));
    in.leave();
  } else if constexpr (detail::IsOf<T, Result>::value) {
    LUCID_TRY(read_result(in, value, field));
  } else if constexpr (detail::IsOf<T, std::map>::value) {
    LUCID_TRY_ASSIGN(const std::size_t count, in.map(field));
    if (count > kMaxElements) return fail(Fault::decode_bound, field, std::to_string(kMaxElements));
    value.clear();
    for (std::size_t i = 0; i < count; ++i) {
      LUCID_TRY_ASSIGN(const std::string_view key, in.text(kMaxMessageBytes, field));
      LUCID_TRY(read(in, value[std::string(key)], field));
    }
    in.leave();
  } else if constexpr (HasFields<T>) {
    LUCID_TRY(read_fields(in, value, field));
  } else if constexpr (detail::List<T>) {
    LUCID_TRY_ASSIGN(const std::size_t count, in.array(detail::bound_of<T>(kMaxElements), field));
    value.clear();
    for (std::size_t i = 0; i < count; ++i) {
      typename T::value_type element{};
      LUCID_TRY(read(in, element, field));
      value.push_back(std::move(element));
    }
    in.leave();
  } else {
    static_assert(detail::kNoForm<T>, "this type has no form in a message");
  }
  return {};
}

template <class T>
Bytes encode(const T& message) {
  Bytes out;
  write(out, message);
  return out;
}

/// All of `bytes` as one message. Faults: decode_….
template <class T>
Result<T> decode(ByteView bytes) {
  Reader in(bytes);
  Result<T> message{T{}};
  LUCID_TRY(read(in, *message, {}));
  LUCID_TRY(in.finish());
  return message;
}

}  // namespace lucid::actors::wire
