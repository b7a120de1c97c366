// How long a real card would take. The card adds up what a command did; the process that owns it waits.
// Pure data and functions; any thread.
#pragma once

#include "devices/virtual_card/scp03.hpp"

namespace imprimatur::devices {

struct TimeModel {
  std::uint32_t bits_per_second = 0;  // on the line; 0: no time at all
  std::uint32_t bits_per_byte = 0;    // 8 contactless with overhead, 11 or 12 with T=1 contact
  std::uint32_t command_us = 0;       // protocol and operating system, each command
  std::uint32_t page_us = 0;          // one page of memory erased and written
  std::uint32_t aes_block_us = 0;
  std::uint32_t des_block_us = 0;
  std::uint32_t power_on_us = 0;              // until the ATR
  std::uint32_t curve_multiplication_us = 0;  // by a scalar, 256 bits
  std::uint32_t rsa_2048_signature_us = 0;    // grows with the cube of the length
  std::uint32_t penalty_us = 0;               // after a wrong password

  bool instant() const { return bits_per_second == 0; }
};

inline constexpr TimeModel kInstant{};
// A contact chip of the middle class: T=1 at 223 kbit/s, 128-byte pages in 2.5 ms, hardware ciphers.
inline constexpr TimeModel kRealContact{.bits_per_second = 223'000,
                                        .bits_per_byte = 11,
                                        .command_us = 1'500,
                                        .page_us = 2'500,
                                        .aes_block_us = 12,
                                        .des_block_us = 15,
                                        .power_on_us = 25'000,
                                        .curve_multiplication_us = 35'000,
                                        .rsa_2048_signature_us = 180'000,
                                        .penalty_us = 1'000'000};
// Contactless at 424 kbit/s; slower inside, since there is less power.
inline constexpr TimeModel kRealContactless{.bits_per_second = 424'000,
                                            .bits_per_byte = 10,
                                            .command_us = 2'500,
                                            .page_us = 3'000,
                                            .aes_block_us = 20,
                                            .des_block_us = 25,
                                            .power_on_us = 12'000,
                                            .curve_multiplication_us = 50'000,
                                            .rsa_2048_signature_us = 250'000,
                                            .penalty_us = 1'000'000};

struct WorkOfCommand {
  std::size_t bytes_on_line = 0;  // command and answer
  std::size_t pages_written = 0;
  WorkDone ciphers;
};

std::uint64_t duration_us(const TimeModel& model, const WorkOfCommand& work);

}  // namespace imprimatur::devices
