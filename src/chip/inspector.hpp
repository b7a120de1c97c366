// The steps of an inspection, for inspect.cpp, which puts them in order. What the card does wrong becomes a
// finding; `Status` errors are those of inspect.hpp. One thread.
#pragma once

#include "chip/document_session.hpp"
#include "chip/inspect.hpp"

namespace imprimatur::chip {

class Inspector {
 public:
  Inspector(CardChannel& channel, const ChipProfile* profile, AccessKeys keys, Random& random)
      : session_(channel, profile, std::move(keys), random), profile_(profile), random_(random) {}

  enum class Thoroughness { one_access, every_access_and_refusal };
  // Opens the document; not open afterwards when a finding says why.
  Status enter(Thoroughness thoroughness);
  bool is_open() const { return session_.is_open(); }

  // One file into the report.
  Status read(lds::FileId file);
  // EF.COM, EF.SOD, DG14, chip authentication, then all the other groups that are listed and may be read.
  Status read_all();
  Status authenticate_actively();
  // Passive authentication, and what it says of the two proofs above.
  void authenticate_passively(const InspectionRequest& request);

  void compare_mrz(const lds::TravelMrz& printed);
  void check_dg1_alone();
  void compare_card_access();
  void compare(const lds::FileMap& expected, bool all);

  Status ask_for_refusals_with_access();
  // The refusals of a card that was personalised by the profile. Ends the session.
  Status ask_for_refusals_of_personalisation();

  // What the card did wrong is a finding; what the way to the card did wrong is an error.
  Status judge(Status status, const std::string& file = {});
  InspectionReport finish();

 private:
  void add(std::string code, std::string sentence, std::string file = {});
  std::vector<AccessProtocol> protocols_to_prove() const;
  Status prove_access(AccessProtocol protocol, bool primary);
  Status prove_number();
  Status ask_for_refusal_without_access();
  Status authenticate_chip();
  Status chip_authentication_failed(const std::string& sentence);
  std::vector<lds::FileId> listed_groups();
  bool vouched_for(lds::FileId file) const;
  void check_proofs_of_profile();
  Status must_refuse(const Command& command, const std::string& sentence, const std::string& file);
  Status ask_issuer_domain();
  Status ask_application();
  ProtocolVerdict& verdict_of(AccessProtocol protocol);

  DocumentSession session_;
  const ChipProfile* profile_;
  Random& random_;
  bool proving_ = false;                     // the next answer shows whether chip authentication succeeded
  std::optional<lds::SecurityInfos> infos_;  // of DG14
  std::vector<lds::FileId> listed_;          // by EF.COM
  InspectionReport report_;
};

}  // namespace imprimatur::chip
