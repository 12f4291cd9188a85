#include "tools/lucid/report.hpp"

#include <iostream>

#include "tools/lucid/commands.hpp"

namespace lucid::tools {

nlohmann::ordered_json error_json(const Error& error) {
  return {{"fault", fault_name(error.fault)},
          {"field", error.field},
          {"expected", error.expected},
          {"actual", error.actual},
          {"text", to_text(error)}};
}

int refuse(const Error& error, bool json) {
  if (json)
    std::cout << nlohmann::ordered_json{{"error", error_json(error)}}.dump(2) << "\n";
  else
    std::cerr << "lucid: " << to_text(error) << "\n";
  return kExitNo;
}

}  // namespace lucid::tools
