#include "devices/pkcs11/token_admin.hpp"

#include <algorithm>
#include <array>

#include "devices/pkcs11/token_keys.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::size_t kLabelBytes = 32;  // padded with blanks (PKCS#11 v2.40, C_InitToken)

CK_BYTE* mutable_bytes(ByteView bytes) {
  return const_cast<CK_BYTE*>(bytes.data());
}

}  // namespace

struct TokenAdmin::State {
  std::unique_ptr<TokenSession> session;
};

TokenAdmin::TokenAdmin(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenAdmin::~TokenAdmin() = default;

Result<std::unique_ptr<TokenAdmin>> TokenAdmin::create(const NewToken& token) {
  TRY(auto module, Pkcs11Module::load(token.module));
  TRY(auto free, module->free_slot());
  std::array<CK_BYTE, kLabelBytes> label{};
  label.fill(' ');
  std::copy_n(token.label.begin(), std::min(token.label.size(), label.size()), label.begin());
  const ByteView so_pin = token.so_pin.reveal();
  CK_RV code = module->functions().C_InitToken(free, mutable_bytes(so_pin), so_pin.size(), label.data());
  if (code != CKR_OK) return token_error("C_InitToken", code);
  // SoftHSM gives the token another slot once it is initialised.
  TRY(auto slot, module->slot_of(token.label));
  {
    TRY(auto officer, TokenSession::open(module, slot));
    TRY_STATUS(officer->log_in(CKU_SO, token.so_pin));
    const ByteView pin = token.pin.reveal();
    code = officer->functions().C_InitPIN(officer->handle(), mutable_bytes(pin), pin.size());
    if (code != CKR_OK) return token_error("C_InitPIN", code);
  }
  auto state = std::make_unique<State>();
  TRY(state->session, TokenSession::open(module, slot));
  TRY_STATUS(state->session->log_in(CKU_USER, token.pin));
  return std::unique_ptr<TokenAdmin>(new TokenAdmin(std::move(state)));
}

Result<std::unique_ptr<TokenAdmin>> TokenAdmin::open(const Token& token) {
  TRY(auto module, Pkcs11Module::load(token.module));
  TRY(auto slot, module->slot_of(token.label));
  auto state = std::make_unique<State>();
  TRY(state->session, TokenSession::open(module, slot));
  TRY_STATUS(state->session->log_in(CKU_USER, token.pin));
  return std::unique_ptr<TokenAdmin>(new TokenAdmin(std::move(state)));
}

Status TokenAdmin::make_card_master(std::string_view label) {
  return make_secret_key(*state_->session, label, SecretKeyUse::derive);
}

Status TokenAdmin::import_card_master(std::string_view label, const Secret& key) {
  return import_derivation_master(*state_->session, label, key);
}

Status TokenAdmin::make_hmac_key(std::string_view label) {
  return make_secret_key(*state_->session, label, SecretKeyUse::hmac);
}

Status TokenAdmin::make_signing_pair(std::string_view label, crypto::KeyType type) {
  return devices::make_signing_pair(*state_->session, label, type);
}

Result<crypto::PublicKey> TokenAdmin::public_key(std::string_view label) {
  TRY(auto key, state_->session->find(CKO_PUBLIC_KEY, label));
  return read_public_key(*state_->session, key);
}

}  // namespace imprimatur::devices
