// A loaded PKCS#11 library, sessions of one of its tokens, and what both the vault and the ceremony do with
// them. Private to this folder: the only files that see pkcs11.h.
#pragma once

#include <p11-kit/pkcs11.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace imprimatur::devices {

// vault.token with the function and the code that PKCS#11 gave (v2.40 section 5).
Error token_error(std::string_view function, CK_RV code);

// One attribute of a template; borrows its value.
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView value);
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const CK_BBOOL& value);
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const CK_ULONG& value);
inline constexpr CK_BBOOL kTrue = CK_TRUE;
inline constexpr CK_BBOOL kFalse = CK_FALSE;

class Pkcs11Module {
 public:
  // Loads and initialises for use by many threads. Errors vault.module, vault.token.
  static Result<std::shared_ptr<Pkcs11Module>> load(const std::string& path);
  ~Pkcs11Module();
  Pkcs11Module(const Pkcs11Module&) = delete;
  Pkcs11Module& operator=(const Pkcs11Module&) = delete;

  CK_FUNCTION_LIST& functions() { return *functions_; }
  // The slot of the token with this label. Error vault.no_token.
  Result<CK_SLOT_ID> slot_of(std::string_view label);
  // A slot whose token was never initialised. Error vault.no_token.
  Result<CK_SLOT_ID> free_slot();

 private:
  Pkcs11Module(void* library, CK_FUNCTION_LIST* functions, bool finalise)
      : library_(library), functions_(functions), finalise_(finalise) {}
  template <class Fits>
  Result<CK_SLOT_ID> find_slot(Fits fits, std::string_view what);
  void* library_;
  CK_FUNCTION_LIST* functions_;
  bool finalise_;  // false: another part of the process had initialised it
};

// An open session; one thread at a time.
class TokenSession {
 public:
  static Result<std::unique_ptr<TokenSession>> open(std::shared_ptr<Pkcs11Module> module, CK_SLOT_ID slot);
  ~TokenSession();
  TokenSession(const TokenSession&) = delete;
  TokenSession& operator=(const TokenSession&) = delete;

  // Logs in all of the process's sessions with the token; a second time is no error. Error vault.locked.
  Status log_in(CK_USER_TYPE user, const Secret& pin);

  // The object of a class with this label; error vault.no_key when there is none or more than one.
  Result<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS of, std::string_view label);
  Result<Bytes> read_attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
  Result<CK_ULONG> read_number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

  // C_SignInit and C_Sign; the answer has at most 256 bytes.
  Result<Bytes> sign(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView message);
  Result<Bytes> encrypt(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView plain);
  Result<Secret> decrypt(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView cipher);

  CK_SESSION_HANDLE handle() const { return handle_; }
  CK_FUNCTION_LIST& functions() { return module_->functions(); }

 private:
  TokenSession(std::shared_ptr<Pkcs11Module> module, CK_SESSION_HANDLE handle)
      : module_(std::move(module)), handle_(handle) {}
  std::shared_ptr<Pkcs11Module> module_;
  CK_SESSION_HANDLE handle_;
};

}  // namespace imprimatur::devices
