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

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// DIALECT and its options: short, chaining, older, precreated, scp03.
Status apply_kind_word(std::string_view word, CardKind& kind) {
  if (word == "gp-store-data") {
    kind.dialect = Dialect::gp_store_data;
  } else if (word == "iso7816-files") {
    kind.dialect = Dialect::iso7816_files;
  } else if (word == "emrtd-applet") {
    kind.dialect = Dialect::emrtd_applet;
    kind.lengths = Lengths::short_only;  // spec/emrtd-applet.md
  } else if (word == "short") {
    kind.lengths = Lengths::short_only;
  } else if (word == "chaining" && kind.dialect != Dialect::emrtd_applet) {
    kind.lengths = Lengths::chaining;
  } else if (word == "older" && kind.dialect == Dialect::emrtd_applet) {
    kind.older = true;
  } else if (word == "precreated" && kind.dialect == Dialect::iso7816_files) {
    kind.precreated = true;
  } else if (word == "scp03" && kind.dialect == Dialect::iso7816_files) {
    kind.scp03 = true;
  } else {
    return wrong(
        "after --class NAME=COUNT comes :gp-store-data, :iso7816-files or :emrtd-applet, then :short, "
        ":chaining (not of the applet), :older (of the applet), :precreated or :scp03 (of iso7816-files)");
  }
  return ok();
}

Result<ClassCount> class_of(std::string_view text) {
  const auto parts = split(text, ':');
  text = parts[0];
  CardKind kind;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    TRY_STATUS(apply_kind_word(parts[i], kind));
  }
  const std::size_t sign = text.find('=');
  if (sign == 0 || sign == std::string_view::npos ||
      text.substr(0, sign).find_first_of(" ,\t") != std::string_view::npos || sign > 64) {
    return wrong("--class has the form NAME=COUNT[:DIALECT[:OPTION]]");
  }
  TRY(auto count, number_of("class NAME=COUNT", text.substr(sign + 1), {1, kBlanksMax}));
  return ClassCount{std::string(text.substr(0, sign)), static_cast<std::size_t>(count), kind};
}

Result<TimeModel> time_model_of(std::string_view text) {
  if (text == "instant") return kInstant;
  if (text == "real") return kRealContact;
  if (text == "contactless") return kRealContactless;
  // Each line's bit rates with the rest of its model (ISO/IEC 14443-4; ISO/IEC 7816-3 with a clock of 3.57 to
  // 5 MHz).
  for (const std::uint32_t kilobits : {106U, 212U, 424U, 848U}) {
    TimeModel model = kRealContactless;
    model.bits_per_second = kilobits * 1000;
    if (text == "contactless-" + std::to_string(kilobits)) return model;
  }
  for (const std::uint32_t bits : {9'600U, 115'200U, 223'000U, 446'000U, 600'000U}) {
    TimeModel model = kRealContact;
    model.bits_per_second = bits;
    if (text == "contact-" + std::to_string(bits)) return model;
  }
  return wrong(
      "--time is instant, real, contactless, contactless-106, -212, -424 or -848, or contact-9600, -115200, "
      "-223000, -446000 or -600000");
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
    options.classes.push_back({"blank", blanks, {}});
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
         "  --class NAME=COUNT[:DIALECT[:OPTION]]  blanks of a class; may be repeated (or --blanks N of "
         "class\n"
         "                            blank). DIALECT gp-store-data (default), iso7816-files, emrtd-applet; "
         "OPTION\n"
         "                            short, chaining (no extended length), older (build of the applet),\n"
         "                            precreated (files), scp03 (both of iso7816-files)\n"
         "  --blanks N                checked against the sum of the classes\n"
         "  --readers N               1 to 16 (4)      --printers N  0 to 16 (2)\n"
         "  --receipt FILE.csv        serial,class,chip_id of all cards\n"
         "  --time MODEL              instant (default), real, contactless, contactless-106 to -848 "
         "(kbit/s),\n"
         "                            contact-9600 to -600000 (bit/s)\n"
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
