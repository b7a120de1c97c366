#include "devices/virtual_card/process/options.hpp"

#include <getopt.h>

#include <charconv>

namespace imprimatur::devices {

namespace {

enum Option : int {
  kSocketDir = 1,
  kReaders,
  kPrinters,
  kBlanks,
  kClass,
  kTransportMaster,
  kState,
  kSeed,
  kTime,
  kReceipt,
  kFaults,
  kDurable,
  kS16,
  kDieWithParent,
  kHelp
};

constexpr option kOptions[] = {{"socket-dir", required_argument, nullptr, kSocketDir},
                               {"readers", required_argument, nullptr, kReaders},
                               {"printers", required_argument, nullptr, kPrinters},
                               {"blanks", required_argument, nullptr, kBlanks},
                               {"class", required_argument, nullptr, kClass},
                               {"transport-master", required_argument, nullptr, kTransportMaster},
                               {"state", required_argument, nullptr, kState},
                               {"seed", required_argument, nullptr, kSeed},
                               {"time", required_argument, nullptr, kTime},
                               {"receipt", required_argument, nullptr, kReceipt},
                               {"faults-per-thousand", required_argument, nullptr, kFaults},
                               {"durable", no_argument, nullptr, kDurable},
                               {"s16", no_argument, nullptr, kS16},
                               {"die-with-parent", no_argument, nullptr, kDieWithParent},
                               {"help", no_argument, nullptr, kHelp},
                               {nullptr, 0, nullptr, 0}};

Error wrong(std::string what) {
  return fail("options.usage", std::move(what));
}

struct Range {
  std::uint64_t least;
  std::uint64_t most;
};

Result<std::uint64_t> number_of(std::string_view name, std::string_view text, Range range) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < range.least ||
      number > range.most) {
    return wrong("--" + std::string(name) + " is a number from " + std::to_string(range.least) + " to " +
                 std::to_string(range.most));
  }
  return number;
}

constexpr std::size_t kBlanksMax = 999'999;

Result<ClassCount> class_of(std::string_view text) {
  const std::size_t sign = text.find('=');
  if (sign == 0 || sign == std::string_view::npos ||
      text.substr(0, sign).find_first_of(" ,\t") != std::string_view::npos || sign > 64) {
    return wrong("--class has the form NAME=COUNT");
  }
  TRY(auto count, number_of("class NAME=COUNT", text.substr(sign + 1), {1, kBlanksMax}));
  return ClassCount{std::string(text.substr(0, sign)), static_cast<std::size_t>(count)};
}

Result<TimeModel> time_model_of(std::string_view text) {
  if (text == "instant") return kInstant;
  if (text == "real") return kRealContact;
  if (text == "contactless") return kRealContactless;
  return wrong("--time is instant, real or contactless");
}

Status apply(int option, std::string_view text, Options& options, std::size_t& blanks) {
  switch (option) {
    case kSocketDir:
      options.bench.socket_folder = text;
      return ok();
    case kReaders: {
      TRY(auto number, number_of("readers", text, {1, 16}));
      options.bench.readers = static_cast<int>(number);
      return ok();
    }
    case kPrinters: {
      TRY(auto number, number_of("printers", text, {0, 16}));
      options.bench.printers = static_cast<int>(number);
      return ok();
    }
    case kBlanks: {
      TRY(auto number, number_of("blanks", text, {1, kBlanksMax}));
      blanks = static_cast<std::size_t>(number);
      return ok();
    }
    case kClass: {
      TRY(auto kind, class_of(text));
      options.classes.push_back(std::move(kind));
      return ok();
    }
    case kTransportMaster:
      options.transport_master_file = text;
      return ok();
    case kState:
      options.state_folder = text;
      return ok();
    case kSeed: {
      TRY(options.bench.seed, number_of("seed", text, {1, UINT64_MAX}));
      return ok();
    }
    case kTime: {
      TRY(options.bench.cards.time_model, time_model_of(text));
      return ok();
    }
    case kReceipt:
      options.receipt_file = text;
      return ok();
    case kFaults: {
      TRY(auto number, number_of("faults-per-thousand", text, {0, 1000}));
      options.bench.faults_per_thousand = static_cast<unsigned>(number);
      return ok();
    }
    case kDurable:
      options.bench.cards.durable = true;
      return ok();
    case kS16:
      options.s16 = true;
      return ok();
    case kDieWithParent:
      options.die_with_parent = true;
      return ok();
    case kHelp:
      options.help = true;
      return ok();
    default:
      return wrong("an option is not known or has no value");
  }
}

Status check(Options& options, std::size_t blanks) {
  std::size_t sum = 0;
  for (const ClassCount& kind : options.classes) sum += kind.count;
  if (options.classes.empty() && blanks != 0) {
    options.classes.push_back({"blank", blanks});
  } else if (blanks != 0 && sum != blanks) {
    return wrong("--blanks is not the sum of the classes");
  }
  if (sum > kBlanksMax) return wrong("there are at most 999999 blanks");
  if (options.bench.socket_folder.empty()) return wrong("--socket-dir is missing");
  if (options.state_folder.empty()) return wrong("--state is missing");
  return ok();
}

}  // namespace

const char* usage() {
  return "virtual-card: the blanks of a bench, with reader slots and a transport\n\n"
         "  --socket-dir DIR          reader-1.sock …, control.sock (a short path)\n"
         "  --state DIR               card memories and places; reopened when it has some\n"
         "  --transport-master FILE   hex, 16, 24 or 32 bytes; for a new stock\n"
         "  --class NAME=COUNT        blanks of a class; may be repeated (or --blanks N of class blank)\n"
         "  --blanks N                checked against the sum of the classes\n"
         "  --readers N               1 to 16 (4)      --printers N  0 to 16 (2)\n"
         "  --receipt FILE.csv        serial,class,chip_id of all cards\n"
         "  --time MODEL              instant (default), real, contactless\n"
         "  --seed N                  chip identities, challenges and faults repeat\n"
         "  --faults-per-thousand N   blanks with a fault by chance\n"
         "  --s16                     SCP03 with 16-byte MACs\n"
         "  --durable                 cards survive a power loss of this computer too\n"
         "  --die-with-parent         end when the starting process ends\n";
}

Result<Options> parse_options(int count, char** words) {
  Options options;
  std::size_t blanks = 0;
  optind = 1;
  opterr = 0;
  while (true) {
    const int option = ::getopt_long(count, words, "", kOptions, nullptr);
    if (option == -1) break;
    TRY_STATUS(apply(option, optarg == nullptr ? "" : optarg, options, blanks));
  }
  if (options.help) return options;
  if (optind < count) return wrong(std::string("there is a word too many: ") + words[optind]);
  TRY_STATUS(check(options, blanks));
  return options;
}

}  // namespace imprimatur::devices
