#include "chip/file_commands.hpp"

#include <memory>

#include "base/check.hpp"
#include "chip/card_limits.hpp"
#include "chip/key_values.hpp"
#include "chip/read_files.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip::file_commands {

namespace {

constexpr std::uint8_t kInsUpdate = 0xD6;
constexpr std::uint8_t kInsUpdateOdd = 0xD7;
constexpr std::size_t kPlainOffsetMax = 0x7FFF;  // 15 bits of P1 P2
constexpr std::size_t kShortIdOffsetMax = 0xFF;  // P2 alone
constexpr std::uint32_t kDoOffset = 0x54;
constexpr std::uint32_t kDoData = 0x53;
constexpr std::size_t kOddOverheadMax = 8;  // 54 02 and offset, 53 and up to three bytes of length
constexpr std::uint8_t kClaChained = 0x10;

Error content_error(lds::FileId file, std::string_view what) {
  return fail("chip.content", std::string(lds::name_of(file)) + " " + std::string(what),
              std::string(lds::name_of(file)), "Nothing was written; correct job, product and chip profile.");
}

// Security condition byte in compact form (ISO/IEC 7816-4 section 9.3.3).
std::uint8_t condition_of(ReadRule rule) {
  switch (rule) {
    case ReadRule::always:
      return 0x00;
    case ReadRule::access:
      return 0x40;  // secure messaging
    case ReadRule::terminal:
      return 0x20;  // external authentication
    case ReadRule::never:
      return 0xFF;
  }
  return 0xFF;
}

Secret number(std::uint64_t value, std::size_t width) {
  Bytes bytes;
  append_be(bytes, value, width);
  return Secret(std::move(bytes));
}

SlotValues slots_of_file(const ChipProfile& profile, const ProfileFile& file, std::size_t content_bytes) {
  SlotValues values;
  values[Slot::application] = Secret::copy_of(profile.application);
  values[Slot::file_id] = number(lds::fid(file.file), 2);
  values[Slot::file_size] = number(file.size == 0 ? content_bytes : file.size, 2);
  values[Slot::short_id] = number(static_cast<std::uint64_t>(file.short_id) << 3, 1);
  values[Slot::read_condition] = number(condition_of(file.read), 1);
  return values;
}

SlotValues slots_of_application(const ChipProfile& profile) {
  SlotValues values;
  values[Slot::application] = Secret::copy_of(profile.application);
  return values;
}

Command command_of(const CardStep& step, Bytes data) {
  Command command{step.header[0], step.header[1], step.header[2], step.header[3], std::move(data), {}};
  if (step.answer_bytes != 0) command.le = step.answer_bytes;
  return command;
}

bool accepted(const CardStep& step, std::uint16_t sw) {
  return sw == kSwDone || std::find(step.accept.begin(), step.accept.end(), sw) != step.accept.end();
}

bool has_values(const CardStep& step, const SlotValues& values) {
  return std::all_of(step.data.slots().begin(), step.data.slots().end(),
                     [&](Slot slot) { return values.contains(slot); });
}

Command select_master_file() {
  return {0x00, 0xA4, 0x00, 0x0C, {0x3F, 0x00}, {}};
}

// The way to the files: plain, or through the application's own SCP03 channel.
class Link {
 public:
  Link(CardChannel& channel, const ChipProfile& profile, TransferLimits limits)
      : profile_(profile), form_(apdu_form(profile, channel)), chains_(may_chain(profile, channel)) {
    const bool extended = form_ == ApduForm::extended;
    command_max_ = extended ? limits.extended_command_bytes_max : limits.command_bytes_max;
    link_ = plain_link(channel, form_, extended ? limits.extended_answer_bytes_max : kShortAnswerMax);
  }
  explicit Link(const ChipProfile& profile, std::unique_ptr<SecureChannel> session)
      : profile_(profile), session_(std::move(session)), command_max_(session_->command_data_max()) {
    link_ = session_->link();
  }

  const CardLink& card() const { return link_; }
  std::size_t command_max() const { return command_max_; }

  Result<Response> send(const Command& command) const {
    if (command.data.size() > kShortDataMax && chains_ && form_ == ApduForm::short_only)
      return send_chained(command);
    return link_.send(command);
  }

  Status must(std::string_view doing, const Command& command) const {
    auto response = send(command);
    if (!response) return while_doing(doing, std::move(response).error());
    if (response.value().done()) return ok();
    return refused(doing, response.value().sw, profile_.status_words);
  }

  Status take(const CardStep& step, const SlotValues& values, std::string_view of = {}) const {
    const std::string doing = step.name + (of.empty() ? "" : " of ") + std::string(of);
    TRY(auto data, step.data.fill(values));
    Command command = command_of(step, copy_of(data.reveal()));
    auto response = send(command);
    wipe(command.data);
    if (!response) return while_doing(doing, std::move(response).error());
    if (accepted(step, response.value().sw)) return ok();
    return refused(doing, response.value().sw, profile_.status_words);
  }

 private:
  // ISO/IEC 7816-4 section 5.3.3: every command of the chain but the last has bit 10 in its class.
  Result<Response> send_chained(const Command& command) const {
    Command piece = command;
    piece.cla |= kClaChained;
    piece.le = {};
    std::size_t offset = 0;
    for (; command.data.size() - offset > command_max_; offset += command_max_) {
      piece.data = copy_of(ByteView(command.data).subspan(offset, command_max_));
      auto response = link_.send(piece);
      wipe(piece.data);
      if (!response || !response.value().done()) return response;
    }
    piece.cla = command.cla;
    piece.le = command.le;
    piece.data = copy_of(ByteView(command.data).subspan(offset));
    auto response = link_.send(piece);
    wipe(piece.data);
    return response;
  }

  const ChipProfile& profile_;
  std::unique_ptr<SecureChannel> session_;
  ApduForm form_ = ApduForm::short_only;
  bool chains_ = false;
  std::size_t command_max_ = kShortDataMax;
  CardLink link_;
};

// Writes one chip; everything was checked before.
class Writer {
 public:
  Writer(const WriteContext& context, const Link& link)
      : context_(context), profile_(context.profile), link_(link) {}

  // EF.CardAccess stands beside the application, and the application's directory may have to be made.
  Status before_application() const {
    const auto card_access = files_in(true);
    if (card_access.empty() && profile_.commands.before.empty()) return ok();
    TRY_STATUS(link_.must("SELECT of the master file", select_master_file()));
    for (const ProfileFile* file : card_access) {
      TRY_STATUS(write_file(*file));
    }
    const SlotValues values = slots_of_application(profile_);
    for (const CardStep& step : profile_.commands.before) {
      TRY_STATUS(link_.take(step, values));
    }
    return ok();
  }

  Status in_application() const {
    for (const ProfileFile* file : files_in(false)) {
      TRY_STATUS(write_file(*file));
    }
    TRY(auto values, key_slot_values(profile_, context_.content));
    for (const CardStep& step : profile_.commands.keys) {
      if (step.optional && !has_values(step, values)) continue;
      TRY_STATUS(link_.take(step, values));
    }
    return ok();
  }

  Result<lds::FileMap> read_all() const {
    lds::FileMap in_application = context_.content.files;
    lds::FileMap under_master_file;
    for (const ProfileFile* file : files_in(true)) {
      under_master_file.insert(in_application.extract(file->file));
    }
    lds::FileMap read;
    const CardLink link = with_short_ids(link_.card());
    TRY_STATUS(read_back(link, profile_, in_application, read));
    if (under_master_file.empty()) return read;
    TRY_STATUS(link_.must("SELECT of the master file", select_master_file()));
    TRY_STATUS(read_back(link, profile_, under_master_file, read));
    return read;
  }

 private:
  std::vector<const ProfileFile*> files_in(bool master_file) const {
    std::vector<const ProfileFile*> found;
    for (const ProfileFile& file : profile_.files) {
      if (file.in_master_file == master_file && context_.content.files.contains(file.file))
        found.push_back(&file);
    }
    return found;
  }

  // Reading goes by the short ids of the standard; a profile may give a file another one.
  CardLink with_short_ids(const CardLink& link) const {
    CardLink renamed = link;
    renamed.send = [this, send = link.send](const Command& command) {
      Command asked = command;
      if (asked.ins == 0xB0 && (asked.p1 & 0x80) != 0) {
        for (const ProfileFile& file : profile_.files) {
          if ((lds::fid(file.file) & 0x1F) == (command.p1 & 0x1F)) {
            asked.p1 = static_cast<std::uint8_t>(0x80 | file.short_id);
          }
        }
      }
      return send(asked);
    };
    return renamed;
  }

  Status create(const ProfileFile& file, const SlotValues& values, std::string_view name) const {
    for (const CardStep& step : profile_.commands.create) {
      CardStep own = step;
      if (file.create) own.data = *file.create;
      TRY_STATUS(link_.take(own, values, name));
    }
    return ok();
  }

  Status write_file(const ProfileFile& file) const {
    const std::string name(lds::name_of(file.file));
    const FileCommands& commands = profile_.commands;
    const Bytes& content = context_.content.files.at(file.file);
    TRY_STATUS(create(file, slots_of_file(profile_, file, content.size()), name));
    const bool current = !commands.create.empty() && !commands.select_created;
    if (!current && !commands.select_by_short_id) {
      TRY_STATUS(link_.must("SELECT of " + name, select_file(lds::fid(file.file))));
    }
    const Pieces pieces{
        .command_max = link_.command_max(),
        .header_last = commands.header_last,
        .short_id = !current && commands.select_by_short_id ? file.short_id : std::uint8_t{0}};
    for (const Command& command : update_commands(content, pieces)) {
      TRY_STATUS(link_.must("UPDATE BINARY of " + name, command));
    }
    return ok();
  }

  const WriteContext& context_;
  const ChipProfile& profile_;
  const Link& link_;
};

Status check_file(const ProfileFile& file, std::size_t bytes, std::size_t offsets_max) {
  if (file.size != 0 && bytes > file.size) {
    return content_error(file.file, "has " + std::to_string(bytes) + " bytes; the card's file has room for " +
                                        std::to_string(file.size));
  }
  if (bytes > offsets_max) {
    return content_error(file.file, "has " + std::to_string(bytes) +
                                        " bytes, more than can be written: " + std::to_string(offsets_max));
  }
  return ok();
}

Result<Response> plain(CardChannel& channel, const Command& command) {
  return exchange(channel, command, ApduForm::short_only);
}

}  // namespace

std::vector<Command> update_commands(ByteView content, const Pieces& pieces) {
  CHECK(pieces.command_max > kOddOverheadMax);
  struct Span {
    std::size_t offset;
    std::size_t size;
  };
  std::vector<Span> spans;
  // With a short file id in P1, P2 alone is the offset of the first command: the header's piece is kept so
  // small that the one after it can be told so.
  const bool small_first = pieces.short_id != 0 && pieces.header_last;
  std::size_t offset = 0;
  while (offset < content.size()) {
    const bool odd = offset > kPlainOffsetMax;
    std::size_t size = pieces.command_max - (odd ? kOddOverheadMax : 0);
    if (spans.empty() && small_first && content.size() > size) size = std::min(size, kShortIdOffsetMax);
    size = std::min(size, content.size() - offset);
    spans.push_back({offset, size});
    offset += size;
  }
  if (pieces.header_last && !spans.empty()) std::rotate(spans.begin(), spans.begin() + 1, spans.end());
  std::vector<Command> commands;
  for (const Span& span : spans) {
    const ByteView bytes = content.subspan(span.offset, span.size);
    if (commands.empty() && pieces.short_id != 0) {
      commands.push_back({0x00,
                          kInsUpdate,
                          static_cast<std::uint8_t>(0x80 | pieces.short_id),
                          static_cast<std::uint8_t>(span.offset),
                          copy_of(bytes),
                          {}});
    } else if (span.offset <= kPlainOffsetMax) {
      commands.push_back({0x00,
                          kInsUpdate,
                          static_cast<std::uint8_t>(span.offset >> 8),
                          static_cast<std::uint8_t>(span.offset),
                          copy_of(bytes),
                          {}});
    } else {
      Bytes place;
      append_be(place, span.offset, 2);
      commands.push_back({0x00,
                          kInsUpdateOdd,
                          0x00,
                          0x00,
                          concat({lds::encode_tlv(kDoOffset, place), lds::encode_tlv(kDoData, bytes)}),
                          {}});
    }
  }
  return commands;
}

Status check(const ChipProfile& profile, const ChipContent& content, const CardChannel& channel,
             std::size_t offsets_max) {
  for (const auto& [file, bytes] : content.files) {
    const ProfileFile* entry = profile.find(file);
    if (entry == nullptr) continue;  // content_check.hpp has said so
    TRY_STATUS(check_file(*entry, bytes.size(), offsets_max));
  }
  const bool short_only = apdu_form(profile, channel) == ApduForm::short_only;
  const bool fits_any = !short_only || may_chain(profile, channel);
  // In a secure channel the longest MAC and padding go off; the session is not open yet.
  const std::size_t step_max =
      profile.has_secure_channel ? (profile.transfer.command_bytes_max - 16) / 16 * 16 - 1 : kShortDataMax;
  TRY(auto values, key_slot_values(profile, content));
  for (const CardStep& step : profile.commands.keys) {
    if (!has_values(step, values)) {
      if (step.optional) continue;
      return fail("chip.content", step.name + ": the job has no value for a gap of this command", step.name,
                  "Nothing was written; correct job, product and chip profile.");
    }
    TRY(auto data, step.data.fill(values));
    if (data.size() > step_max && !fits_any) {
      return fail("chip.content",
                  step.name + " has " + std::to_string(data.size()) +
                      " data bytes: the card takes no extended length and no chained commands",
                  step.name, "Nothing was written; this card stock cannot hold such a key.");
    }
  }
  return ok();
}

Result<lds::FileMap> write(const WriteContext& context) {
  const ChipProfile& profile = context.profile;
  TRY(auto limits, card_limits(context.channel, profile));
  if (profile.has_secure_channel) {
    TRY(auto session, SecureChannel::open(context.channel, profile, profile.application, profile.blank_keys,
                                          limits, context.vault, context.random));
    const Link link(profile, std::make_unique<SecureChannel>(std::move(session)));
    const Writer writer(context, link);
    TRY_STATUS(writer.in_application());
    return writer.read_all();
  }
  const Link link(context.channel, profile, limits);
  const Writer writer(context, link);
  TRY_STATUS(writer.before_application());
  TRY_STATUS(link.must("SELECT of the application", select_application(profile.application)));
  TRY_STATUS(writer.in_application());
  return writer.read_all();
}

Status activate(const ActivateContext& context) {
  const ChipProfile& profile = context.profile;
  std::unique_ptr<SecureChannel> session;
  if (profile.has_secure_channel) {
    TRY(auto opened, SecureChannel::open(context.channel, profile, profile.application, context.keys,
                                         profile.transfer, context.vault, context.random));
    session = std::make_unique<SecureChannel>(std::move(opened));
  }
  const bool secure = session != nullptr;
  const Link link =
      secure ? Link(profile, std::move(session)) : Link(context.channel, profile, profile.transfer);
  if (!secure) {
    TRY_STATUS(link.must("SELECT of the application", select_application(profile.application)));
  }
  const SlotValues values = slots_of_application(profile);
  for (const CardStep& step : profile.commands.activate) {
    TRY_STATUS(link.take(step, values));
  }
  return ok();
}

Result<bool> is_activated(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto selected, plain(channel, select_application(profile.application)));
  if (!selected.done()) return false;  // not made yet
  const SlotValues values = slots_of_application(profile);
  std::uint16_t last = 0;
  for (const CardStep& step : profile.commands.closed) {
    TRY(auto data, step.data.fill(values));
    TRY(auto response, plain(channel, command_of(step, copy_of(data.reveal()))));
    last = response.sw;
  }
  const auto& closed = profile.commands.closed_answers;
  return std::find(closed.begin(), closed.end(), last) != closed.end();
}

// The first file of the profile's order is there, and where files are there from the start, has its header.
Result<bool> is_begun(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto application, plain(channel, select_application(profile.application)));
  if (!application.done()) return false;
  if (!profile.commands.before.empty()) return true;  // the application was made by personalisation
  const auto first = std::find_if(profile.files.begin(), profile.files.end(),
                                  [](const ProfileFile& file) { return !file.in_master_file; });
  if (first == profile.files.end()) return false;
  TRY(auto selected, plain(channel, select_file(lds::fid(first->file))));
  if (!selected.done() || !profile.commands.create.empty()) return selected.done();
  TRY(auto read, plain(channel, read_binary({.offset = 0, .length = 1})));
  return read.done() && !read.data.empty() && read.data[0] == lds::tag_of(first->file);
}

}  // namespace imprimatur::chip::file_commands
