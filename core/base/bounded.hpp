// Containers whose type carries their bound, so that a decoder refuses before it allocates.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"

namespace lucid {

template <std::size_t Max>
struct BoundedBytes : Bytes {
  static constexpr std::size_t kMax = Max;
  using Bytes::Bytes;
  explicit BoundedBytes(Bytes bytes) : Bytes(std::move(bytes)) {}
};

template <std::size_t Max>
struct BoundedString : std::string {
  static constexpr std::size_t kMax = Max;
  using std::string::string;
  explicit BoundedString(std::string text) : std::string(std::move(text)) {}
};

template <class T, std::size_t Max>
struct BoundedList : std::vector<T> {
  static constexpr std::size_t kMax = Max;
  using std::vector<T>::vector;
  explicit BoundedList(std::vector<T> list) : std::vector<T>(std::move(list)) {}
};

}  // namespace lucid
