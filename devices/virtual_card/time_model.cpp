#include "devices/virtual_card/time_model.hpp"

namespace imprimatur::devices {

namespace {

// One signature a command: its cost grows with the cube of the modulus.
std::uint64_t rsa_us(const TimeModel& model, const WorkDone& work) {
  constexpr std::uint64_t kUnitBits = 256;
  constexpr std::uint64_t kUnits2048 = 2048 / kUnitBits;
  const std::uint64_t units = work.rsa_signature_bits / kUnitBits;
  return model.rsa_2048_signature_us * units * units * units / (kUnits2048 * kUnits2048 * kUnits2048);
}

}  // namespace

std::uint64_t duration_us(const TimeModel& model, const WorkOfCommand& work) {
  if (model.instant()) return 0;
  constexpr std::size_t kFrameOverhead = 10;  // prologues and epilogues of the blocks both ways
  const std::uint64_t bits = (work.bytes_on_line + kFrameOverhead) * model.bits_per_byte;
  return bits * 1'000'000 / model.bits_per_second + model.command_us + work.pages_written * model.page_us +
         work.ciphers.aes_blocks * model.aes_block_us + work.ciphers.des_blocks * model.des_block_us +
         work.ciphers.curve_multiplications * model.curve_multiplication_us + rsa_us(model, work.ciphers) +
         work.ciphers.penalties * model.penalty_us;
}

}  // namespace imprimatur::devices
