// The closing steps of a chip: keys, activation, issuer domain.
#include <optional>

#include "chip/counting_channel.hpp"
#include "chip/dialect.hpp"
#include "chip/issuer_domain.hpp"
#include "chip/personalise.hpp"
#include "chip/put_key.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kTypeIssuerDomain = 0x80;
constexpr std::uint8_t kTypeApplication = 0x40;
constexpr std::uint8_t kLifeSecured = 0x0F;
constexpr std::uint8_t kLifeSelectable = 0x07;

// The life cycle state that GET STATUS tells of one entry (GlobalPlatform 11.4).
Result<std::uint8_t> life_of(SecureChannel& session, std::uint8_t type, ByteView aid) {
  const Command command{0x80, 0xF2, type, 0x02, lds::encode_tlv(0x4F, aid), kShortAnswerMax};
  TRY(auto data, session.must("GET STATUS", command));
  const Error bad = fail("chip.card_unexpected", "GET STATUS: no life cycle state in the answer", {},
                         "Set the card aside for a supervisor.");
  const auto entry = lds::only_tlv(data, 0xE3, "GET STATUS");
  if (!entry) return bad;
  ByteReader reader(entry.value(), "GET STATUS");
  while (!reader.at_end()) {  // every round takes at least two bytes
    const auto object = lds::read_tlv(reader);
    if (!object) return bad;
    if (object.value().tag == 0x9F70 && object.value().value.size() == 1) return object.value().value[0];
  }
  return bad;
}

// Takes the closing steps one after the other, with the session that each needs.
class Closer {
 public:
  Closer(CardChannel& channel, const ChipProfile& profile, crypto::KeyVault& vault, Random& random)
      : channel_(channel),
        profile_(profile),
        dialect_(functions_of(profile.dialect)),
        vault_(vault),
        random_(random) {}

  Result<CloseReport> run() {
    TRY_STATUS(profile_.has_secure_channel ? look_at_keys() : look_at_application());
    for (const ClosingStep step : profile_.closing) {
      TRY_STATUS(take(step));
    }
    report_.key_version = profile_.card_keys.version;
    report_.count = channel_.count();
    return std::move(report_);
  }

 private:
  Status take(ClosingStep step) {
    switch (step) {
      case ClosingStep::rotate_keys:
        return rotate_keys();
      case ClosingStep::activate:
        return activate();
      case ClosingStep::secure_issuer_domain:
        return secure();
    }
    return ok();
  }

  // Before any authentication: which keys are there? Guessing wrong would cost one of the card's few tries.
  Status look_at_keys() {
    // A card that keeps its keys does not show by them how far it is.
    if (!profile_.closes_with(ClosingStep::rotate_keys)) return look_at_application();
    TRY_STATUS(select_issuer_domain(channel_, profile_));
    selected_ = true;
    TRY(auto versions, read_key_versions(channel_, profile_));
    const bool blank = has_version(versions, profile_.blank_keys.version);
    const bool own = has_version(versions, profile_.card_keys.version);
    if (blank == own) {
      return fail("chip.key_template",
                  blank ? "the card has the blank's and its own keys at once"
                        : "the card has neither the blank's nor its own keys",
                  {}, "Set the card aside for a supervisor.");
    }
    resumed_ = own;
    return ok();
  }

  Status look_at_application() {
    TRY(activated_, dialect_.is_activated(channel_, profile_));
    resumed_ = activated_;
    return ok();
  }

  // A session with the issuer domain. INITIALIZE UPDATE begins a new one without another SELECT (Amendment D,
  // 7.1.1) as long as the domain is still selected.
  Status open_session(const KeySetReference& keys) {
    if (session_ && session_keys_ == &keys) return ok();
    session_.reset();
    if (selected_) {
      TRY(auto opened, SecureChannel::open_selected(channel_, profile_, keys, vault_, random_));
      session_.emplace(std::move(opened));
    } else {
      TRY(auto opened, SecureChannel::open(channel_, profile_, profile_.issuer_domain, keys,
                                           profile_.transfer, vault_, random_));
      session_.emplace(std::move(opened));
    }
    selected_ = true;
    session_keys_ = &keys;
    return ok();
  }

  const KeySetReference& keys_now() const {
    return resumed_ || report_.keys_rotated ? profile_.card_keys : profile_.blank_keys;
  }

  Status rotate_keys() {
    if (resumed_) return ok();
    TRY_STATUS(open_session(profile_.blank_keys));
    TRY(auto keys, vault_.derive_card_keys(profile_.card_keys.master, session_->diversification_data()));
    const PutKeyRequest request{.replaced_version = profile_.blank_keys.version,
                                .new_version = profile_.card_keys.version};
    TRY(auto answer, session_->must("PUT KEY", put_key(request, keys, session_->dek())));
    if (!equal(answer, put_key_answer(request.new_version, keys))) {
      return fail("chip.key_check", "PUT KEY: the card's key check values are not those of the keys", {},
                  "Set the card aside: its keys are uncertain.");
    }
    report_.keys_rotated = true;
    // A session with the new keys proves that they are there; its template, that the old ones are gone.
    TRY_STATUS(open_session(profile_.card_keys));
    TRY(auto data, session_->must("GET DATA 00E0 (key information)", get_key_template()));
    TRY(auto versions, parse_key_template(data));
    if (!has_version(versions, profile_.card_keys.version) ||
        has_version(versions, profile_.blank_keys.version)) {
      return fail("chip.key_template", "after PUT KEY the card does not have its own keys alone", {},
                  "Set the card aside: its keys are uncertain.");
    }
    return ok();
  }

  Status activate() {
    if (activated_) return ok();
    if (dialect_.activates_through_issuer_domain) {
      TRY_STATUS(open_session(keys_now()));
      if (resumed_) {
        TRY(auto life, life_of(*session_, kTypeApplication, profile_.application));
        if (life > kLifeSelectable) return ok();  // an earlier, cut attempt did it
      }
      TRY_STATUS(dialect_.activate({channel_, profile_, vault_, random_, keys_now(), &*session_}));
    } else {
      session_.reset();
      selected_ = false;
      if (resumed_) {
        TRY(auto activated, dialect_.is_activated(channel_, profile_));
        if (activated) return ok();
      }
      TRY_STATUS(dialect_.activate({channel_, profile_, vault_, random_, keys_now(), nullptr}));
    }
    report_.activated = true;
    return ok();
  }

  Status secure() {
    TRY_STATUS(open_session(keys_now()));
    if (resumed_) {
      TRY(auto life, life_of(*session_, kTypeIssuerDomain, profile_.issuer_domain));
      if (life == kLifeSecured) return ok();
    }
    TRY_STATUS(session_->must("SET STATUS of the issuer domain to SECURED",
                              {0x80, 0xF0, kTypeIssuerDomain, kLifeSecured, profile_.issuer_domain, {}}));
    report_.secured = true;
    return ok();
  }

  CountingChannel channel_;
  const ChipProfile& profile_;
  const DialectFunctions& dialect_;
  crypto::KeyVault& vault_;
  Random& random_;
  std::optional<SecureChannel> session_;
  const KeySetReference* session_keys_ = nullptr;
  bool selected_ = false;   // the issuer domain is
  bool resumed_ = false;    // an earlier, cut attempt had begun to close
  bool activated_ = false;  // and had activated the application
  CloseReport report_;
};

}  // namespace

Result<CloseReport> close_chip(CardChannel& channel, const ChipProfile& profile, crypto::KeyVault& vault,
                               Random& random) {
  return Closer(channel, profile, vault, random).run();
}

}  // namespace imprimatur::chip
