#include "devices/pkcs11/pkcs11_vault.hpp"

#include <map>

#include "devices/pkcs11/pkcs11_module.hpp"
#include "devices/pkcs11/token_keys.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::size_t kDiversificationBytes = 10;
constexpr std::size_t kNonceBytes = 12;
constexpr CK_ULONG kGcmTagBits = 128;
constexpr std::size_t kCmacBytes = 16;
constexpr std::uint8_t kForEnc = 0x01;
constexpr std::uint8_t kForMac = 0x02;
constexpr std::uint8_t kForDek = 0x03;

CK_MECHANISM plain_mechanism(CK_MECHANISM_TYPE type) {
  return {type, nullptr, 0};
}

CK_GCM_PARAMS gcm_parameters(ByteView nonce, ByteView context) {
  CK_GCM_PARAMS parameters{};
  parameters.iv_ptr = const_cast<unsigned char*>(nonce.data());
  parameters.iv_len = nonce.size();
  parameters.iv_bits = nonce.size() * 8;
  parameters.aad_ptr = const_cast<unsigned char*>(context.data());
  parameters.aad_len = context.size();
  parameters.tag_bits = kGcmTagBits;
  return parameters;
}

// Scheme kdf3: CMAC(master, i ‖ 00 00 00 ‖ k ‖ 00 ‖ KDD), blocks side by side, cut to the key's length.
Result<Secret> derive(TokenSession& session, CK_OBJECT_HANDLE master, std::size_t length,
                      std::uint8_t purpose, ByteView data) {
  Bytes key;
  for (std::uint8_t i = 1; key.size() < length; ++i) {
    const Bytes block = concat({Bytes{i, 0, 0, 0, purpose, 0}, data});
    auto mac = session.sign(plain_mechanism(CKM_AES_CMAC), master, block);
    if (!mac || mac.value().size() != kCmacBytes) {
      wipe(key);
      return mac ? fail("vault.token", "the token's CMAC has not 16 bytes") : std::move(mac.error());
    }
    append(key, mac.value());
    wipe(mac.value());
  }
  wipe(std::span(key).subspan(length));
  key.resize(length);
  return Secret(std::move(key));
}

}  // namespace

struct Pkcs11Vault::State {
  std::shared_ptr<Pkcs11Module> module;
  CK_SLOT_ID slot = 0;
  std::unique_ptr<TokenSession> anchor;  // never used: the last session to close logs the process out
  std::mutex mutex;
  std::vector<std::unique_ptr<TokenSession>> spare;
  std::map<std::pair<CK_OBJECT_CLASS, std::string>, CK_OBJECT_HANDLE> handles;
  std::map<CK_OBJECT_HANDLE, std::size_t> key_lengths;  // bytes; of masters, they never change

  Result<std::unique_ptr<TokenSession>> borrow() {
    {
      const std::lock_guard lock(mutex);
      if (!spare.empty()) {
        auto session = std::move(spare.back());
        spare.pop_back();
        return session;
      }
    }
    return TokenSession::open(module, slot);
  }

  void give_back(std::unique_ptr<TokenSession> session) {
    const std::lock_guard lock(mutex);
    spare.push_back(std::move(session));
  }

  Result<CK_OBJECT_HANDLE> handle_of(TokenSession& session, CK_OBJECT_CLASS of, std::string_view label) {
    const auto key = std::pair(of, std::string(label));
    {
      const std::lock_guard lock(mutex);
      const auto found = handles.find(key);
      if (found != handles.end()) return found->second;
    }
    TRY(auto handle, session.find(of, label));
    const std::lock_guard lock(mutex);
    handles.emplace(key, handle);
    return handle;
  }

  Result<std::size_t> length_of(TokenSession& session, CK_OBJECT_HANDLE key) {
    {
      const std::lock_guard lock(mutex);
      const auto found = key_lengths.find(key);
      if (found != key_lengths.end()) return found->second;
    }
    TRY(const std::size_t length, session.read_number(key, CKA_VALUE_LEN));
    const std::lock_guard lock(mutex);
    key_lengths.emplace(key, length);
    return length;
  }

  // Runs `call` with a session and the key's handle. A session is kept for the next call only when it ended
  // well.
  template <class Call>
  auto with_key(CK_OBJECT_CLASS of, std::string_view label, Call call)
      -> decltype(call(std::declval<TokenSession&>(), CK_OBJECT_HANDLE{})) {
    TRY(auto session, borrow());
    TRY(auto handle, handle_of(*session, of, label));
    auto answer = call(*session, handle);
    if (answer) give_back(std::move(session));
    return answer;
  }
};

Pkcs11Vault::Pkcs11Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pkcs11Vault::~Pkcs11Vault() = default;

Result<std::unique_ptr<Pkcs11Vault>> Pkcs11Vault::open(const Settings& settings) {
  auto state = std::make_unique<State>();
  TRY(state->module, Pkcs11Module::load(settings.module));
  TRY(state->slot, state->module->slot_of(settings.token_label));
  TRY(state->anchor, TokenSession::open(state->module, state->slot));
  TRY_STATUS(state->anchor->log_in(CKU_USER, settings.pin));
  return std::unique_ptr<Pkcs11Vault>(new Pkcs11Vault(std::move(state)));
}

Result<crypto::CardKeys> Pkcs11Vault::derive_card_keys(std::string_view label,
                                                       ByteView diversification_data) {
  if (diversification_data.size() != kDiversificationBytes) {
    return fail("vault.diversification",
                "key diversification data has 10 bytes, got " + std::to_string(diversification_data.size()));
  }
  return state_->with_key(CKO_SECRET_KEY, label,
                          [&](TokenSession& session, CK_OBJECT_HANDLE master) -> Result<crypto::CardKeys> {
                            TRY(auto length, state_->length_of(session, master));
                            crypto::CardKeys keys;
                            TRY(keys.enc, derive(session, master, length, kForEnc, diversification_data));
                            TRY(keys.mac, derive(session, master, length, kForMac, diversification_data));
                            TRY(keys.dek, derive(session, master, length, kForDek, diversification_data));
                            return keys;
                          });
}

Result<Bytes> Pkcs11Vault::sign_digest(std::string_view label, ByteView digest) {
  return state_->with_key(CKO_PRIVATE_KEY, label, [&](TokenSession& session, CK_OBJECT_HANDLE key) {
    return session.sign(plain_mechanism(CKM_ECDSA), key, digest);
  });
}

Result<Bytes> Pkcs11Vault::sign_message(std::string_view label, ByteView message) {
  return state_->with_key(CKO_PRIVATE_KEY, label, [&](TokenSession& session, CK_OBJECT_HANDLE key) {
    return session.sign(plain_mechanism(CKM_EDDSA), key, message);
  });
}

Result<crypto::PublicKey> Pkcs11Vault::public_key(std::string_view label) {
  return state_->with_key(CKO_PUBLIC_KEY, label, [](TokenSession& session, CK_OBJECT_HANDLE key) {
    return read_public_key(session, key);
  });
}

Result<Bytes> Pkcs11Vault::hmac(std::string_view label, ByteView message) {
  return state_->with_key(CKO_SECRET_KEY, label, [&](TokenSession& session, CK_OBJECT_HANDLE key) {
    return session.sign(plain_mechanism(CKM_SHA256_HMAC), key, message);
  });
}

Result<Bytes> Pkcs11Vault::wrap(std::string_view label, const Secret& data_key, ByteView context) {
  return state_->with_key(
      CKO_SECRET_KEY, label, [&](TokenSession& session, CK_OBJECT_HANDLE key) -> Result<Bytes> {
        Bytes wrapped(kNonceBytes);
        const CK_RV code =
            session.functions().C_GenerateRandom(session.handle(), wrapped.data(), wrapped.size());
        if (code != CKR_OK) return token_error("C_GenerateRandom", code);
        const Bytes nonce = wrapped;
        CK_GCM_PARAMS parameters = gcm_parameters(nonce, context);
        TRY(auto cipher,
            session.encrypt({CKM_AES_GCM, &parameters, sizeof parameters}, key, data_key.reveal()));
        append(wrapped, cipher);
        return wrapped;
      });
}

Result<Secret> Pkcs11Vault::unwrap(std::string_view label, ByteView wrapped, ByteView context) {
  const auto refused = [] {
    return fail("vault.unwrap", "key, bytes or context are not those of the wrapping");
  };
  if (wrapped.size() <= kNonceBytes + kGcmTagBits / 8) return refused();
  auto opened = state_->with_key(
      CKO_SECRET_KEY, label, [&](TokenSession& session, CK_OBJECT_HANDLE key) -> Result<Secret> {
        CK_GCM_PARAMS parameters = gcm_parameters(wrapped.first(kNonceBytes), context);
        return session.decrypt({CKM_AES_GCM, &parameters, sizeof parameters}, key,
                               wrapped.subspan(kNonceBytes));
      });
  // Tokens tell a wrong tag in several ways; what matters is that the key did not come out.
  if (!opened && opened.error().code == "vault.token") return refused();
  return opened;
}

Status Pkcs11Vault::make_wrapping_key(std::string_view label) {
  TRY(auto there, has_key(label));
  if (there) return fail("vault.exists", "the token has a key of this name already", std::string(label));
  TRY(auto session, state_->borrow());
  TRY_STATUS(make_secret_key(*session, label, SecretKeyUse::wrap));
  state_->give_back(std::move(session));
  return ok();
}

Status Pkcs11Vault::destroy_key(std::string_view label) {
  TRY(auto session, state_->borrow());
  TRY(auto handle, session->find(CKO_SECRET_KEY, label));
  const CK_RV code = session->functions().C_DestroyObject(session->handle(), handle);
  if (code != CKR_OK) return token_error("C_DestroyObject", code);
  {
    const std::lock_guard lock(state_->mutex);
    state_->handles.erase({CKO_SECRET_KEY, std::string(label)});
    state_->key_lengths.erase(handle);
  }
  state_->give_back(std::move(session));
  return ok();
}

Result<bool> Pkcs11Vault::has_key(std::string_view label) {
  TRY(auto session, state_->borrow());
  for (const CK_OBJECT_CLASS of : {CKO_SECRET_KEY, CKO_PRIVATE_KEY}) {
    const auto found = session->find(of, label);
    if (found) {
      state_->give_back(std::move(session));
      return true;
    }
    if (found.error().code != "vault.no_key") return found.error();
  }
  state_->give_back(std::move(session));
  return false;
}

}  // namespace imprimatur::devices
