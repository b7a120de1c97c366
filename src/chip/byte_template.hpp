// Bytes with gaps, as chip profiles write them: how a command of one card type looks, as data.
//
//   620E 8002{file_size} 8302{file_id}      hex, white space where one likes it, and gaps by name
//   62( 04({document_number}) 04(...) )     a group in round brackets gets its BER length in front
//
// Immutable after parsing; any thread.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace imprimatur::chip {

enum class Slot {
  application,          // AID
  file_id,              // 2 bytes
  file_size,            // 2 bytes
  short_id,             // as tag 88 writes it: short file id << 3
  read_condition,       // security condition byte of ISO/IEC 7816-4 (compact form) for the file's read rule
  document_number,      // of the MRZ, padded with < to 9 characters
  birth_date,           // YYMMDD
  expiry_date,          // YYMMDD
  bac_seed,             // 16 bytes
  mrz_hash,             // SHA-1 of the MRZ information: password of PACE
  can,                  // six digits
  aa_modulus,           // RSA, without leading zeros
  aa_public_exponent,   //
  aa_private_exponent,  // as long as the modulus
  aa_prime_p,           //
  aa_prime_q,           //
  aa_scalar,            // EC, field size
  ca_scalar,            // EC, field size
  ca_point,             // 04 ‖ x ‖ y
  access_keys,          // whole values of the data groupings 8F01 to 8F03 (devices/virtual_card/FORMAT.md)
  aa_key,
  ca_key,
};
std::string_view name_of(Slot slot);
// Whether the gap is filled with what must not be seen on the wire: a private or access key.
bool is_secret(Slot slot);

using SlotValues = std::map<Slot, Secret>;

class ByteTemplate {
 public:
  // Error chip.template with the offset: no hex, an unknown gap, brackets that do not match, more than 8 deep
  // or more than 2048 characters.
  static Result<ByteTemplate> parse(std::string_view text);

  const std::set<Slot>& slots() const { return slots_; }
  bool empty() const { return nodes_.empty(); }
  // The bytes. Error chip.template names the gap for which there is no value.
  Result<Secret> fill(const SlotValues& values) const;

 private:
  struct Node {
    enum class Kind { literal, slot, group } kind = Kind::literal;
    Bytes literal;
    Slot slot = Slot::application;
    std::vector<Node> group;
  };
  class Parser;
  static Status append_filled(const std::vector<Node>& nodes, const SlotValues& values, Bytes& out);

  std::vector<Node> nodes_;
  std::set<Slot> slots_;
};

}  // namespace imprimatur::chip
