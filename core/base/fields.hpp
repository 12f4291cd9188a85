// One declaration of a struct's fields serves every form it takes: canonical bytes, message bytes, JSON, error texts.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

/// Inside a struct: lists its fields in the order in which they are encoded. Never reorder those of a stored or signed
/// type.
#define LUCID_FIELDS(...)                                   \
  auto fields() { return std::tie(__VA_ARGS__); }           \
  auto fields() const { return std::tie(__VA_ARGS__); }     \
  static constexpr std::string_view field_list() { return #__VA_ARGS__; }

namespace lucid {

template <class T>
concept HasFields = requires(T& value) {
  value.fields();
  T::field_list();
};

template <HasFields T>
inline constexpr std::size_t kFieldCount = std::tuple_size_v<decltype(std::declval<T&>().fields())>;

/// The names of T's fields, in order.
template <HasFields T>
constexpr std::array<std::string_view, kFieldCount<T>> field_names() {
  std::array<std::string_view, kFieldCount<T>> names{};
  std::string_view rest = T::field_list();
  for (auto& name : names) {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto comma = rest.find(',');
    name = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return names;
}

}  // namespace lucid
