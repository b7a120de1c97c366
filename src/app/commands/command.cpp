#include "app/commands/command.hpp"

#include <cstdio>

#include "app/client.hpp"

namespace imprimatur::app {

int report_error(const CommandContext& context, const Error& error) {
  if (context.json) {
    const json::object object{{"code", error.code},
                              {"detail", error.message},
                              {"field", error.field},
                              {"remedy", error.remedy},
                              {"unknown", error.happened == Happened::unknown}};
    std::printf("%s\n", canonical_json(object).c_str());
  } else {
    std::fprintf(stderr, "imprimatur: %s: %s\n", error.code.c_str(), error.message.c_str());
    if (!error.field.empty()) std::fprintf(stderr, "  at: %s\n", error.field.c_str());
    if (!error.remedy.empty()) std::fprintf(stderr, "  do: %s\n", error.remedy.c_str());
  }
  return error.happened == Happened::unknown ? kExitUnclear : kExitNo;
}

int call_and_print(const CommandContext& context, const std::string& method, const std::string& target,
                   const std::string& body) {
  auto client = Client::connect(context.socket);
  if (!client) return report_error(context, client.error());
  auto answer = client.value()->call(method, target, body);
  if (!answer) return report_error(context, answer.error());
  std::printf("%s", context.json ? (canonical_json(answer.value()) + "\n").c_str()
                                 : pretty_json(answer.value()).c_str());
  return kExitYes;
}

}  // namespace imprimatur::app
