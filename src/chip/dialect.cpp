#include "chip/dialect.hpp"

#include "chip/emrtd_applet.hpp"
#include "chip/gp_store_data.hpp"
#include "chip/iso7816_files.hpp"
#include "chip/read_files.hpp"

namespace imprimatur::chip {

const DialectFunctions& functions_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::gp_store_data:
      return gp_store_data::kFunctions;
    case Dialect::iso7816_files:
      return iso7816_files::kFunctions;
    case Dialect::emrtd_applet:
      return emrtd_applet::kFunctions;
  }
  return gp_store_data::kFunctions;
}

Status read_back(const CardLink& link, const ChipProfile& profile, const lds::FileMap& written,
                 lds::FileMap& read) {
  for (const auto& [file, bytes] : written) {
    const std::string name(lds::name_of(file));
    TRY(auto answer, read_file(link, file));
    if (!answer.found()) return refused("reading back " + name, answer.sw, profile.status_words);
    if (answer.content != bytes) {
      return fail("chip.readback_differs", name + " is not what was written", name,
                  "Reject this card and take the next.");
    }
    read[file] = std::move(answer.content);
  }
  return ok();
}

}  // namespace imprimatur::chip
