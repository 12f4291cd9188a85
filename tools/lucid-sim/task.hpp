// Something to do later, once: a std::function<void()> that stays where it is and has room for what nearly all events
// of the simulation capture, so that none of them allocates or moves.
//
// Thread-safety: one owner.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace lucid::sim {

class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { clear(); }

  /// There must be nothing to do yet.
  template <class Work>
  void set(Work&& work) {
    using Kept = std::decay_t<Work>;
    if constexpr (sizeof(Kept) <= kRoom && alignof(Kept) <= alignof(std::max_align_t)) {
      ::new (static_cast<void*>(room_)) Kept(std::forward<Work>(work));
      uses_ = &kUsesOf<Kept, Kept>;
    } else {
      ::new (static_cast<void*>(room_)) Kept*(new Kept(std::forward<Work>(work)));
      uses_ = &kUsesOf<Kept*, Kept>;
    }
  }
  /// There must be something to do.
  void run() { uses_->run(room_); }
  void clear() {
    if (!uses_) return;
    uses_->end(room_);
    uses_ = nullptr;
  }

 private:
  static constexpr std::size_t kRoom = 96;

  struct Uses {
    void (*run)(void* room);
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
                                   [](void* room) noexcept {
                                     Held& held = *std::launder(static_cast<Held*>(room));
                                     if constexpr (!std::is_same_v<Held, Work>) delete held;
                                     held.~Held();
                                   }};

  const Uses* uses_ = nullptr;
  alignas(std::max_align_t) std::byte room_[kRoom];
};

}  // namespace lucid::sim
