#include "actors/introspector.hpp"

#include "actors/runtime/wire.hpp"

namespace lucid::actors {

LUCID_DEFINE_MESSAGES(add_introspector_messages, LUCID_INTROSPECTOR_MESSAGES)

namespace {

class Introspector {
 public:
  using interface = IntrospectorActor;
  static constexpr const char* kName = "introspector";

  Introspector(interface::pointer self, const ProbeRegistry& probes, IntrospectorDeps deps)
      : probes_(probes), deps_(std::move(deps)) {
    act::probe(self).set_state("ready to answer");
  }

  interface::behavior_type make_behavior() {
    return {
        [this](const AskSnapshot&) {
          note("the snapshot of all actors was read");
          return Snapshot{deps_.clock.wall_ms(), probes_.snapshot()};
        },
        [this](const AskActor& ask) { return answer(find(ask.name)); },
    };
  }

 private:
  Result<ActorView> find(const std::string& name) const {
    note("the actor \"" + printable(name) + "\" was inspected");
    std::string names;
    for (ActorView& view : probes_.snapshot()) {
      if (view.name == name) return std::move(view);
      names += (names.empty() ? "" : ", ") + view.name;
    }
    return fail(Fault::actor_unknown, "name", "one of " + names, printable(name));
  }

  // What a client sent must neither break the log's lines nor fill it.
  static std::string printable(const std::string& text) {
    std::string out = text.substr(0, 64);
    for (char& c : out)
      if (c < 0x20 || c > 0x7e) c = '?';
    return out;
  }

  void note(const std::string& sentence) const {
    if (deps_.say) deps_.say(sentence);
  }

  const ProbeRegistry& probes_;
  IntrospectorDeps deps_;
};

}  // namespace

IntrospectorActor make_introspector(caf::actor_system& system, const act::Place& place, IntrospectorDeps deps) {
  return act::spawn<Introspector>(system, place, std::cref(place.probes), std::move(deps));
}

}  // namespace lucid::actors
