// Class and instruction bytes that the card knows (ISO/IEC 7816-4 section 5.4; GlobalPlatform chapter 11).
#pragma once

#include <cstdint>

namespace imprimatur::devices {

namespace cla {
inline constexpr std::uint8_t kInterindustry = 0x00;
inline constexpr std::uint8_t kChained = 0x10;              // ISO command chaining: more follows
inline constexpr std::uint8_t kSecureInterindustry = 0x04;  // SCP03 on an interindustry command
inline constexpr std::uint8_t kSecureMessaging = 0x0C;      // ISO secure messaging, header authenticated
inline constexpr std::uint8_t kProprietary = 0x80;
inline constexpr std::uint8_t kSecureProprietary = 0x84;  // SCP03 on a GlobalPlatform command
}  // namespace cla

namespace ins {
inline constexpr std::uint8_t kManageEnvironment = 0x22;
inline constexpr std::uint8_t kActivateFile = 0x44;
inline constexpr std::uint8_t kInitializeUpdate = 0x50;
inline constexpr std::uint8_t kManageChannel = 0x70;
inline constexpr std::uint8_t kExternalAuthenticate = 0x82;
inline constexpr std::uint8_t kGetChallenge = 0x84;
inline constexpr std::uint8_t kGeneralAuthenticate = 0x86;
inline constexpr std::uint8_t kInternalAuthenticate = 0x88;
inline constexpr std::uint8_t kSelect = 0xA4;
inline constexpr std::uint8_t kReadBinary = 0xB0;
inline constexpr std::uint8_t kReadBinaryOdd = 0xB1;
inline constexpr std::uint8_t kGetResponse = 0xC0;
inline constexpr std::uint8_t kGetData = 0xCA;
inline constexpr std::uint8_t kUpdateBinary = 0xD6;
inline constexpr std::uint8_t kUpdateBinaryOdd = 0xD7;
inline constexpr std::uint8_t kPutKey = 0xD8;
inline constexpr std::uint8_t kPutData = 0xDA;
inline constexpr std::uint8_t kPutDataOdd = 0xDB;
inline constexpr std::uint8_t kCreateFile = 0xE0;
inline constexpr std::uint8_t kStoreData = 0xE2;
inline constexpr std::uint8_t kInstall = 0xE6;
inline constexpr std::uint8_t kSetStatus = 0xF0;
inline constexpr std::uint8_t kGetStatus = 0xF2;
}  // namespace ins

}  // namespace imprimatur::devices
