#include "devices/virtual_card/time_model.hpp"

namespace imprimatur::devices {

std::uint64_t duration_us(const TimeModel& model, const WorkOfCommand& work) {
  if (model.instant()) return 0;
  constexpr std::size_t kFrameOverhead = 10;  // prologues and epilogues of the blocks both ways
  const std::uint64_t bits = (work.bytes_on_line + kFrameOverhead) * model.bits_per_byte;
  return bits * 1'000'000 / model.bits_per_second + model.command_us + work.pages_written * model.page_us +
         work.ciphers.aes_blocks * model.aes_block_us + work.ciphers.des_blocks * model.des_block_us;
}

}  // namespace imprimatur::devices
