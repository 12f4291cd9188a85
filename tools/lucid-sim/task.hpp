// Something to do later, once: a std::function<void()> that is never copied and has room for what nearly all events of
// the simulation capture, so that none of them allocates.
//
// Thread-safety: values.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace lucid::sim {

class Task {
 public:
  Task() = default;
  template <class Work>
  requires(!std::is_same_v<std::decay_t<Work>, Task>) Task(Work&& work) {
    using Kept = std::decay_t<Work>;
    if constexpr (sizeof(Kept) <= kRoom && alignof(Kept) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Kept>) {
      ::new (static_cast<void*>(room_)) Kept(std::forward<Work>(work));
      uses_ = &kUsesOf<Kept, Kept>;
    } else {
      ::new (static_cast<void*>(room_)) Kept*(new Kept(std::forward<Work>(work)));
      uses_ = &kUsesOf<Kept*, Kept>;
    }
  }
  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this == &other) return *this;
    clear();
    take(other);
    return *this;
  }
  ~Task() { clear(); }

  /// There must be something to do.
  void operator()() { uses_->run(room_); }
  void clear() {
    if (!uses_) return;
    uses_->end(room_);
    uses_ = nullptr;
  }

 private:
  static constexpr std::size_t kRoom = 64;

  struct Uses {
    void (*run)(void* room);
    void (*move)(void* from, void* to) noexcept;
    void (*end)(void* room) noexcept;
  };
  /// `Held` lies in the room: the work itself, or a pointer that owns it.
  template <class Held, class Work>
  static constexpr Uses kUsesOf = {[](void* room) {
                                     Held& held = *std::launder(static_cast<Held*>(room));
                                     if constexpr (std::is_same_v<Held, Work>)
                                       held();
                                     else
                                       (*held)();
                                   },
                                   [](void* from, void* to) noexcept {
                                     Held& held = *std::launder(static_cast<Held*>(from));
                                     ::new (to) Held(std::move(held));
                                     held.~Held();
                                   },
                                   [](void* room) noexcept {
                                     Held& held = *std::launder(static_cast<Held*>(room));
                                     if constexpr (!std::is_same_v<Held, Work>) delete held;
                                     held.~Held();
                                   }};

  void take(Task& other) {
    if (!other.uses_) return;
    other.uses_->move(other.room_, room_);
    uses_ = std::exchange(other.uses_, nullptr);
  }

  const Uses* uses_ = nullptr;
  alignas(std::max_align_t) std::byte room_[kRoom];
};

}  // namespace lucid::sim
