// IFD handler 3.0 of the virtual reader: the functions that pcscd calls (PC/SC Lite, ifdhandler.h). One
// library serves up to 16 readers; a reader is a stanza of reader.conf whose DEVICENAME is the socket of its
// slot:
//   FRIENDLYNAME "Imprimatur Virtual Reader 1"
//   DEVICENAME   /dev/null:/run/bench/reader-1.sock
//   LIBPATH      /usr/lib/…/libifdimprimatur.so
//   CHANNELID    1
// pcscd refuses a whole configuration when a file named before a colon is not there; /dev/null always is, so
// this form starts before the card process does. The bare path of a socket that is there works as well.
//
// pcscd calls the functions of one reader under a lock of that reader, but for the polling function, which
// its polling thread calls beside them. Nothing throws. The header has no C linkage of its own; only what it
// declares is visible outside the library.
#pragma GCC visibility push(default)
extern "C" {
#include <ifdhandler.h>
}
#pragma GCC visibility pop
#include <reader.h>

#include <cstring>

#include "devices/virtual_reader/reader_link.hpp"

namespace {

using imprimatur::devices::FrameKind;
using imprimatur::devices::kApduMax;
using imprimatur::devices::ReaderLink;

constexpr std::size_t kReadersMax = 16;  // PCSCLITE_MAX_READERS_CONTEXTS
constexpr std::size_t kAtrMax = 33;

struct Reader {
  bool used = false;
  DWORD lun = 0;
  ReaderLink link;
  UCHAR atr[kAtrMax] = {};
  std::size_t atr_size = 0;
};

// pcscd has no other place for a driver's state: readers are named by a number.
Reader readers[kReadersMax];
pthread_mutex_t readers_mutex = PTHREAD_MUTEX_INITIALIZER;

// The reader of this number; with `make` a free place becomes it.
Reader* reader_of(DWORD lun, bool make = false) {
  ::pthread_mutex_lock(&readers_mutex);
  Reader* found = nullptr;
  for (Reader& reader : readers) {
    if (reader.used && reader.lun == lun) found = &reader;
  }
  for (Reader& reader : readers) {
    if (found != nullptr || !make) break;
    if (!reader.used) {
      reader.used = true;
      reader.lun = lun;
      found = &reader;
    }
  }
  ::pthread_mutex_unlock(&readers_mutex);
  return found;
}

void release(Reader& reader) {
  ::pthread_mutex_lock(&readers_mutex);
  reader.used = false;
  ::pthread_mutex_unlock(&readers_mutex);
}

RESPONSECODE wait_for_change(DWORD lun, int timeout_ms) {
  Reader* reader = reader_of(lun);
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  reader->link.wait_for_change(timeout_ms);
  return IFD_SUCCESS;
}

RESPONSECODE stop_waiting(DWORD lun) {
  Reader* reader = reader_of(lun);
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  reader->link.stop_waiting();
  return IFD_SUCCESS;
}

RESPONSECODE answer_bytes(const void* bytes, std::size_t size, PDWORD length, PUCHAR value) {
  if (*length < size || value == nullptr) return IFD_ERROR_INSUFFICIENT_BUFFER;
  std::memcpy(value, bytes, size);
  *length = size;
  return IFD_SUCCESS;
}

RESPONSECODE answer_byte(std::uint8_t byte, PDWORD length, PUCHAR value) {
  return answer_bytes(&byte, 1, length, value);
}

// pcscd asks for the functions of its polling thread with a pointer's room.
template <class Function>
RESPONSECODE answer_function(Function* function, PDWORD length, PUCHAR value) {
  return answer_bytes(&function, sizeof function, length, value);
}

RESPONSECODE power_up(Reader& reader, FrameKind kind, PUCHAR atr, PDWORD atr_length) {
  if (reader.link.unplugged()) return IFD_NO_SUCH_DEVICE;
  // A card that came while pcscd still believes in the one before gets no power until the change was seen.
  if (!reader.link.card_present() || reader.link.change_waiting()) return IFD_ERROR_POWER_ACTION;
  const std::uint64_t changes = reader.link.changes_seen();
  UCHAR answer[kAtrMax];
  const long size = reader.link.exchange(kind, nullptr, 0, answer, sizeof answer);
  if (size < 2) return IFD_ERROR_POWER_ACTION;
  // Swapped meanwhile: it is not the card that pcscd means. Connecting to it powers it anew.
  if (reader.link.change_waiting() || reader.link.changes_seen() != changes) return IFD_ERROR_POWER_ACTION;
  reader.atr_size = static_cast<std::size_t>(size);
  std::memcpy(reader.atr, answer, reader.atr_size);
  std::memcpy(atr, answer, reader.atr_size);
  *atr_length = reader.atr_size;
  return IFD_SUCCESS;
}

constexpr DWORD kGetFeatures = CM_IOCTL_GET_FEATURE_REQUEST;
constexpr DWORD kTlvProperties = SCARD_CTL_CODE(3401);

// PC/SC part 10: the one feature of this reader is to tell its properties.
RESPONSECODE answer_features(PUCHAR out, DWORD room, LPDWORD returned) {
  const UCHAR features[] = {FEATURE_GET_TLV_PROPERTIES,
                            4,
                            static_cast<UCHAR>(kTlvProperties >> 24 & 0xFF),
                            static_cast<UCHAR>(kTlvProperties >> 16 & 0xFF),
                            static_cast<UCHAR>(kTlvProperties >> 8 & 0xFF),
                            static_cast<UCHAR>(kTlvProperties & 0xFF)};
  if (room < sizeof features) return IFD_ERROR_INSUFFICIENT_BUFFER;
  std::memcpy(out, features, sizeof features);
  *returned = sizeof features;
  return IFD_SUCCESS;
}

// dwMaxAPDUDataSize, little-endian: 65,536 bytes, so extended APDUs are carried.
RESPONSECODE answer_properties(PUCHAR out, DWORD room, LPDWORD returned) {
  const UCHAR properties[] = {PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4, 0x00, 0x00, 0x01, 0x00};
  if (room < sizeof properties) return IFD_ERROR_INSUFFICIENT_BUFFER;
  std::memcpy(out, properties, sizeof properties);
  *returned = sizeof properties;
  return IFD_SUCCESS;
}

}  // namespace

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device_name) {
  const char* colon = std::strchr(device_name, ':');
  Reader* reader = reader_of(lun, true);
  if (reader == nullptr) return IFD_COMMUNICATION_ERROR;
  reader->atr_size = 0;
  if (reader->link.open(colon == nullptr ? device_name : colon + 1)) return IFD_SUCCESS;
  reader->link.close();
  release(*reader);
  return IFD_NO_SUCH_DEVICE;
}

// A stanza without DEVICENAME names no socket.
RESPONSECODE IFDHCreateChannel(DWORD, DWORD) {
  return IFD_NO_SUCH_DEVICE;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
  Reader* reader = reader_of(lun);
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  reader->link.close();
  release(*reader);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
  Reader* reader = reader_of(lun);
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING:
      return answer_bytes(reader->atr, reader->atr_size, length, value);
    case TAG_IFD_SIMULTANEOUS_ACCESS:
      return answer_byte(kReadersMax, length, value);
    case TAG_IFD_THREAD_SAFE:
      return answer_byte(1, length, value);
    case TAG_IFD_SLOTS_NUMBER:
      return answer_byte(1, length, value);
    case TAG_IFD_SLOT_THREAD_SAFE:
      return answer_byte(0, length, value);
    case TAG_IFD_POLLING_THREAD_KILLABLE:
      return IFD_NOT_SUPPORTED;
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
      return answer_function(&wait_for_change, length, value);
    case TAG_IFD_STOP_POLLING_THREAD:
      return answer_function(&stop_waiting, length, value);
    default:
      return IFD_ERROR_TAG;
  }
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) {
  return IFD_NOT_SUPPORTED;
}

// The link carries whole APDUs, so there is nothing to negotiate; T=1 is what the cards' ATR offers.
RESPONSECODE IFDHSetProtocolParameters(DWORD, DWORD protocol, UCHAR, UCHAR, UCHAR, UCHAR) {
  return protocol == SCARD_PROTOCOL_T1 ? IFD_SUCCESS : IFD_PROTOCOL_NOT_SUPPORTED;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD atr_length) {
  Reader* reader = reader_of(lun);
  *atr_length = 0;
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  reader->atr_size = 0;
  switch (action) {
    case IFD_POWER_UP:
      return power_up(*reader, FrameKind::power_on, atr, atr_length);
    case IFD_RESET:
      return power_up(*reader, FrameKind::reset, atr, atr_length);
    case IFD_POWER_DOWN: {
      UCHAR none = 0;
      reader->link.exchange(FrameKind::power_off, nullptr, 0, &none, sizeof none);
      return IFD_SUCCESS;  // without a process there is no power either
    }
    default:
      return IFD_NOT_SUPPORTED;
  }
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER, PUCHAR command, DWORD command_length,
                               PUCHAR answer, PDWORD answer_length, PSCARD_IO_HEADER) {
  Reader* reader = reader_of(lun);
  const DWORD room = *answer_length;
  *answer_length = 0;
  if (reader == nullptr) return IFD_NO_SUCH_DEVICE;
  if (command_length > kApduMax) return IFD_COMMUNICATION_ERROR;
  if (reader->link.unplugged()) return IFD_NO_SUCH_DEVICE;
  if (!reader->link.card_present()) return IFD_ICC_NOT_PRESENT;
  const long size = reader->link.exchange(FrameKind::apdu, command, command_length, answer, room);
  if (size == -2) return IFD_ERROR_INSUFFICIENT_BUFFER;
  // A card that dies in mid command while it stays in the reader: Debian's vpcd, and readers like it, call
  // that a success with nothing in it, and so must those that use this bench learn to take it.
  const bool stayed = reader->link.card_present() && !reader->link.change_waiting();
  if (size < 0 || (size < 2 && !stayed)) return IFD_COMMUNICATION_ERROR;
  *answer_length = static_cast<DWORD>(size);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR, DWORD, PUCHAR out, DWORD room, LPDWORD returned) {
  *returned = 0;
  if (reader_of(lun) == nullptr) return IFD_NO_SUCH_DEVICE;
  if (code == kGetFeatures) return answer_features(out, room, returned);
  if (code == kTlvProperties) return answer_properties(out, room, returned);
  return IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
  Reader* reader = reader_of(lun);
  if (reader == nullptr || reader->link.unplugged()) return IFD_NO_SUCH_DEVICE;
  return reader->link.card_present() ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
