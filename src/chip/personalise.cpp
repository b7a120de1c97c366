#include "chip/personalise.hpp"

#include "chip/content_check.hpp"
#include "chip/counting_channel.hpp"
#include "chip/dialect.hpp"

namespace imprimatur::chip {

Result<WriteReport> write_chip(CardChannel& channel, const ChipProfile& profile, const ChipContent& content,
                               crypto::KeyVault& vault, Random& random) {
  const DialectFunctions& dialect = functions_of(profile.dialect);
  TRY_STATUS(check_content(profile, content));
  TRY_STATUS(dialect.check(profile, content, channel));
  CountingChannel counted(channel);
  WriteReport report;
  TRY(report.read_back, dialect.write({counted, profile, content, vault, random}));
  for (const auto& [file, bytes] : content.files) report.payload_bytes += bytes.size();
  report.key_version = profile.blank_keys.version;
  report.count = counted.count();
  return report;
}

}  // namespace imprimatur::chip
