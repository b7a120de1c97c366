#include "devices/pkcs11/pkcs11_module.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdio>

namespace imprimatur::devices {
namespace {

constexpr CK_ULONG kSlotsMax = 64;
constexpr std::size_t kAnswerBytesMax = 256;
constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kAttributeBytesMax = 4096;

// Attributes are read-only inputs, but PKCS#11 takes pointers to mutable memory.
void* mutable_pointer(const void* value) {
  return const_cast<void*>(value);
}

// Never null: modules take a null pointer for a wrong argument, also where the length is 0.
CK_BYTE* mutable_bytes(ByteView bytes) {
  static constexpr CK_BYTE kNothing = 0;
  return const_cast<CK_BYTE*>(bytes.empty() ? &kNothing : bytes.data());
}

}  // namespace

Error token_error(std::string_view function, CK_RV code) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%03lX", code);
  return fail("vault.token", std::string(function) + " answered " + text, {},
              "Check the token and its library; the code is in PKCS#11 v2.40, section 5.");
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView value) {
  return {type, mutable_pointer(value.data()), value.size()};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const CK_BBOOL& value) {
  return {type, mutable_pointer(&value), sizeof value};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const CK_ULONG& value) {
  return {type, mutable_pointer(&value), sizeof value};
}

Result<std::shared_ptr<Pkcs11Module>> Pkcs11Module::load(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail("vault.module", "cannot load the PKCS#11 library", path,
                "Install it, or correct vault.module.");
  }
  const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_list == nullptr || get_list(&functions) != CKR_OK || functions == nullptr) {
    ::dlclose(library);
    return fail("vault.module", "the library is no PKCS#11 module", path);
  }
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV code = functions->C_Initialize(&arguments);
  if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    ::dlclose(library);
    return token_error("C_Initialize", code);
  }
  return std::shared_ptr<Pkcs11Module>(new Pkcs11Module(library, functions, code == CKR_OK));
}

Pkcs11Module::~Pkcs11Module() {
  if (finalise_) functions_->C_Finalize(nullptr);
  ::dlclose(library_);
}

template <class Fits>
Result<CK_SLOT_ID> Pkcs11Module::find_slot(Fits fits, std::string_view what) {
  std::array<CK_SLOT_ID, kSlotsMax> slots{};
  CK_ULONG count = slots.size();
  if (const CK_RV code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count); code != CKR_OK) {
    return token_error("C_GetSlotList", code);
  }
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (functions_->C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;
    if (fits(info)) return slots[i];
  }
  return fail("vault.no_token", "no token in any slot: " + std::string(what), {},
              "Insert the token, or correct vault.token_label and SOFTHSM2_CONF.");
}

Result<CK_SLOT_ID> Pkcs11Module::slot_of(std::string_view label) {
  return find_slot(
      [label](const CK_TOKEN_INFO& info) {
        std::string_view there(reinterpret_cast<const char*>(info.label), sizeof info.label);
        there = there.substr(0, there.find_last_not_of(' ') + 1);
        return (info.flags & CKF_TOKEN_INITIALIZED) != 0 && there == label;
      },
      label);
}

Result<CK_SLOT_ID> Pkcs11Module::free_slot() {
  return find_slot([](const CK_TOKEN_INFO& info) { return (info.flags & CKF_TOKEN_INITIALIZED) == 0; },
                   "one that is not initialised");
}

Result<std::unique_ptr<TokenSession>> TokenSession::open(std::shared_ptr<Pkcs11Module> module,
                                                         CK_SLOT_ID slot) {
  CK_SESSION_HANDLE handle = 0;
  const CK_RV code =
      module->functions().C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
  if (code != CKR_OK) return token_error("C_OpenSession", code);
  return std::unique_ptr<TokenSession>(new TokenSession(std::move(module), handle));
}

TokenSession::~TokenSession() {
  functions().C_CloseSession(handle_);
}

Status TokenSession::log_in(CK_USER_TYPE user, const Secret& pin) {
  const ByteView text = pin.reveal();
  const CK_RV code = functions().C_Login(handle_, user, mutable_bytes(text), text.size());
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return ok();
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LOCKED) {
    return fail("vault.locked",
                code == CKR_PIN_LOCKED ? "the token's PIN is blocked" : "the token refuses the PIN", {},
                "Correct vault.pin_file; do not try again and again, the token counts.");
  }
  return token_error("C_Login", code);
}

Result<CK_OBJECT_HANDLE> TokenSession::find(CK_OBJECT_CLASS of, std::string_view label) {
  std::array<CK_ATTRIBUTE, 2> wanted{attribute(CKA_CLASS, of), attribute(CKA_LABEL, bytes_of(label))};
  if (const CK_RV code = functions().C_FindObjectsInit(handle_, wanted.data(), wanted.size());
      code != CKR_OK) {
    return token_error("C_FindObjectsInit", code);
  }
  std::array<CK_OBJECT_HANDLE, 2> found{};
  CK_ULONG count = 0;
  const CK_RV code = functions().C_FindObjects(handle_, found.data(), found.size(), &count);
  functions().C_FindObjectsFinal(handle_);
  if (code != CKR_OK) return token_error("C_FindObjects", code);
  if (count != 1) {
    return fail("vault.no_key",
                count == 0 ? "the token has no such key" : "the token has several keys of this name",
                std::string(label));
  }
  return found[0];
}

Result<Bytes> TokenSession::read_attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  Bytes value(kAttributeBytesMax);
  CK_ATTRIBUTE wanted{type, value.data(), value.size()};
  const CK_RV code = functions().C_GetAttributeValue(handle_, object, &wanted, 1);
  if (code != CKR_OK) return token_error("C_GetAttributeValue", code);
  value.resize(wanted.ulValueLen);
  return value;
}

Result<CK_ULONG> TokenSession::read_number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  CK_ULONG value = 0;
  CK_ATTRIBUTE wanted{type, &value, sizeof value};
  const CK_RV code = functions().C_GetAttributeValue(handle_, object, &wanted, 1);
  if (code != CKR_OK) return token_error("C_GetAttributeValue", code);
  return value;
}

Result<Bytes> TokenSession::sign(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView message) {
  if (const CK_RV code = functions().C_SignInit(handle_, &mechanism, key); code != CKR_OK) {
    return token_error("C_SignInit", code);
  }
  Bytes signature(kAnswerBytesMax);
  CK_ULONG size = signature.size();
  const CK_RV code =
      functions().C_Sign(handle_, mutable_bytes(message), message.size(), signature.data(), &size);
  if (code != CKR_OK) return token_error("C_Sign", code);
  signature.resize(size);
  return signature;
}

Result<Bytes> TokenSession::encrypt(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView plain) {
  if (const CK_RV code = functions().C_EncryptInit(handle_, &mechanism, key); code != CKR_OK) {
    return token_error("C_EncryptInit", code);
  }
  Bytes cipher(plain.size() + kGcmTagBytes);
  CK_ULONG size = cipher.size();
  const CK_RV code = functions().C_Encrypt(handle_, mutable_bytes(plain), plain.size(), cipher.data(), &size);
  if (code != CKR_OK) return token_error("C_Encrypt", code);
  cipher.resize(size);
  return cipher;
}

Result<Secret> TokenSession::decrypt(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView cipher) {
  if (const CK_RV code = functions().C_DecryptInit(handle_, &mechanism, key); code != CKR_OK) {
    return token_error("C_DecryptInit", code);
  }
  Bytes plain(cipher.size());
  CK_ULONG size = plain.size();
  const CK_RV code =
      functions().C_Decrypt(handle_, mutable_bytes(cipher), cipher.size(), plain.data(), &size);
  if (code != CKR_OK) {
    wipe(plain);
    return token_error("C_Decrypt", code);
  }
  plain.resize(size);
  return Secret(std::move(plain));
}

}  // namespace imprimatur::devices
