// Verified<T>: a T whose signature was checked. Only a Verifier makes one, so whoever takes a Verified<Vote> need not
// ask again, and whoever holds a plain Vote cannot count it by mistake.
#pragma once

#include <utility>

namespace lucid::crypto {

class Verifier;

template <class T>
class Verified {
 public:
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  bool operator==(const Verified&) const = default;

 private:
  friend class Verifier;
  explicit Verified(T value) : value_(std::move(value)) {}

  T value_;
};

}  // namespace lucid::crypto
