#include "app/sample.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "app/portrait.hpp"
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/jws.hpp"
#include "job/envelope.hpp"
#include "job/policy.hpp"
#include "job/product.hpp"
#include "job/vn_expiry.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::app {
namespace {

constexpr int kCountMax = 100'000;
constexpr std::chrono::days kApprovalLasts{30};

using Texts = std::span<const std::string_view>;

// Decks are dealt to the end before they are shuffled again, so that 18 citizens show every card of each: and
// so every letter of the Vietnamese alphabet (the test counts them).
constexpr std::string_view kFamilies[] = {"Nguyễn", "Trần",  "Lê",   "Phạm", "Hoàng", "Huỳnh",
                                          "Vũ",     "Võ",    "Đặng", "Bùi",  "Đỗ",    "Hồ",
                                          "Ngô",    "Dương", "Lý",   "Mã",   "Từ",    "Kiều"};
constexpr std::string_view kMen[] = {"Hữu Thắng", "Đức Mạnh", "Thế Kỷ", "Quốc Bảo",  "Văn Sĩ",
                                     "Chí Cử",    "Tấn Lực",  "Bá Lộc", "Nhật Thẳng"};
constexpr std::string_view kWomen[] = {"Thị Mỹ Lệ",  "Thị Bé Thảo", "Ngọc Hằng",  "Thị Cẩm Tú", "Thị Diễm Lỵ",
                                       "Thị Út Mẫn", "Thúy Phượng", "Thị Hòa Nở", "Bích Thủy"};
constexpr std::string_view kHamlets[] = {"Xóm Vẽ",
                                         "Thôn Gò Dẻ",
                                         "Ấp Rạch Bè",
                                         "Ấp Bà Quẹo",
                                         "Bản Ba Bể",
                                         "Thôn Bình An",
                                         "Xóm Chỉ Thêu",
                                         "Thôn Cỏ May",
                                         "Tổ dân phố số 7",
                                         "Ấp Bờ Kênh",
                                         "Ấp Mới",
                                         "Thôn Đất Vỡ",
                                         "Ấp Bụi Gừng",
                                         "Thôn Sẵn Lành",
                                         "Số 12/4 đường Mẫu Nhỏ",
                                         "Khu phố Hậu Cần",
                                         "Số 145 đường Thử Nghiệm",
                                         "Ấp Phú Mẫu"};
constexpr std::string_view kLongAddresses[] = {"Số nhà 128/45/7 đường Mẫu Tự Thứ Nhất nối dài",
                                               "Căn hộ 1204 chung cư Thử Nghiệm Phía Đông",
                                               "Lô C12 khu tái định cư Mẫu Hạnh Phúc"};
constexpr std::string_view kOriginCommunes[] = {"Xã Mẫu Thượng", "Xã Mẫu Hạ", "Phường Thử Nhất",
                                                "Thị trấn Mẫu Cũ"};
constexpr std::string_view kFeatures[] = {"Nốt ruồi cách 1 cm dưới mép trái",
                                          "Sẹo chấm cách 2 cm trên đuôi lông mày phải",
                                          "Nốt ruồi cách 0,5 cm sau cánh mũi trái",
                                          "Sẹo dài 1 cm trên trán phải",
                                          "Không có",
                                          "Tàn nhang ở hai gò má"};
constexpr std::string_view kEthnicGroups[] = {"Kinh",  "Kinh",  "Kinh", "Tày", "Thái",
                                              "Mường", "Khmer", "Nùng", "Ê Đê"};
constexpr std::string_view kReligions[] = {"Không", "Không", "Không", "Phật giáo", "Công giáo", "Cao Đài"};
constexpr int kAges[] = {14, 15, 17, 20, 22, 24, 27, 31, 36, 39, 44, 50, 56, 58, 61, 67, 76, 90};

// A campaign issues cards for the communes of one province. Communes are made up.
struct Unit {
  std::string_view id, name;
};
struct Campaign {
  std::string_view id, province;
  std::array<Unit, 5> units;
};
constexpr Campaign kCampaigns[] = {{"cccd-lang-son-2026",
                                    "Lạng Sơn",
                                    {{{"mau-son-dong", "Xã Mẫu Sơn Đông"},
                                      {"thu-hien", "Xã Thử Hiên"},
                                      {"binh-mau", "Xã Bình Mẫu"},
                                      {"ban-thu", "Xã Bản Thử"},
                                      {"phuong-mau-1", "Phường Mẫu Một"}}}},
                                   {"cccd-ca-mau-2026",
                                    "Cà Mau",
                                    {{{"rach-mau", "Xã Rạch Mẫu"},
                                      {"thoi-thu", "Xã Thới Thử"},
                                      {"vinh-mau", "Xã Vĩnh Mẫu"},
                                      {"dam-thu", "Xã Đầm Thử"},
                                      {"phuong-mau-9", "Phường Mẫu Chín"}}}},
                                   {"cccd-dak-lak-2026",
                                    "Đắk Lắk",
                                    {{{"ea-mau", "Xã Ea Mẫu"},
                                      {"cu-thu", "Xã Cư Thử"},
                                      {"krong-mau", "Xã Krông Mẫu"},
                                      {"buon-thu", "Xã Buôn Thử"},
                                      {"phuong-mau-5", "Phường Mẫu Năm"}}}}};

struct UtopianName {
  std::string_view primary, secondary;
  bool female;
};
constexpr UtopianName kUtopians[] = {{"Eriksson", "Anna Maria", true},     {"Stevenson", "Peter John", false},
                                     {"Müller", "Jürgen", false},          {"Núñez", "Inés", true},
                                     {"Åkerström", "Björn", false},        {"O'Connor", "Siobhán", true},
                                     {"van der Muellen", "Martin", false}, {"Łabędź", "Zofia", true}};
constexpr std::string_view kUtopianStreets[] = {"12 Harbour Road", "4 Library Lane", "88 Old Bridge Street",
                                                "1 Island Square"};

// A pack of cards from which every one is drawn before any comes again.
class Deck {
 public:
  Deck(Random& random, std::size_t size) : random_(random) {
    CHECK(size > 0);
    for (std::size_t i = 0; i < size; ++i) cards_.push_back(i);
  }
  std::size_t draw() {
    if (next_ == 0) {
      for (std::size_t i = cards_.size(); i-- > 1;) std::swap(cards_[i], cards_[pick_index(random_, i + 1)]);
    }
    const std::size_t card = cards_[next_];
    next_ = (next_ + 1) % cards_.size();
    return card;
  }

 private:
  Random& random_;
  std::vector<std::size_t> cards_;
  std::size_t next_ = 0;
};

class TextDeck {
 public:
  TextDeck(Random& random, Texts texts) : texts_(texts), deck_(random, texts.size()) {}
  std::string draw() { return std::string(texts_[deck_.draw()]); }

 private:
  Texts texts_;
  Deck deck_;
};

std::string digits(Random& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>('0' + pick_number(random, 0, 9));
  return text;
}

// Completed `age` years before `today`, on a day from the year that allows it.
Date pick_birth(Random& random, Date today, int age) {
  const Date last = job::anniversary(today, -age, job::LeapBirthday::february_28);
  const std::chrono::sys_days day = std::chrono::year{last.year} /
                                    std::chrono::month{static_cast<unsigned>(last.month)} /
                                    std::chrono::day{static_cast<unsigned>(last.day)};
  return date_of(WallTime{day - std::chrono::days{pick_number(random, 0, 364)}});
}

// Makes holders and what is approved for them; every draw comes from one source in a fixed order.
class SampleDrawer {
 public:
  SampleDrawer(Random& random, const SampleOptions& options)
      : random_(random), today_(date_of(options.now)), not_after_(options.now + kApprovalLasts) {
    batch_ = "S-" + format_date(today_) + "-" + std::to_string(options.seed);
  }

  // Without the MRZ, which follows from the rest. Error sample.product.
  Result<job::JobDocument> draw(const job::Product& product) {
    job::JobDocument document;
    document.id = make_uuid(random_);
    document.batch = batch_;
    document.priority = pick_index(random_, 8) == 0 ? 7 : 5;
    document.not_after = not_after_;
    document.product = product.name;
    document.document.issuer = product.issuer;
    document.document.issue_date = today_;
    document.holder.nationality = product.issuer;
    if (product.name == "vn-citizen") {
      TRY_STATUS(draw_citizen(product, document));
    } else if (product.name == "utopia-id") {
      draw_utopian(document);
    } else {
      return fail("sample.product", "no holders are known for the product " + product.name);
    }
    TRY(auto mrz, job::compose_mrz(document, product));
    document.mrz = mrz;
    return document;
  }

 private:
  Status draw_citizen(const job::Product& product, job::JobDocument& document) {
    job::Holder& holder = document.holder;
    const bool female = ++citizens_ % 2 == 0;
    const int age = kAges[ages_.draw()];
    const Date birth = pick_birth(random_, today_, age);
    document.kind = age < 20 ? job::JobKind::first : job::JobKind::renewal;
    holder.sex = female ? "F" : "M";
    holder.primary_identifier = families_.draw();
    holder.secondary_identifier = female ? women_.draw() : men_.draw();
    holder.name_printed = holder.primary_identifier + " " + holder.secondary_identifier;
    holder.birth_date = format_date(birth);
    const auto& provinces = product.tables.at("provinces");
    const auto province =
        std::next(provinces.begin(), static_cast<std::ptrdiff_t>(pick_index(random_, provinces.size())));
    const int century_and_sex = 2 * (birth.year / 100 - 19) + (female ? 1 : 0);
    holder.personal_number = province->first + static_cast<char>('0' + century_and_sex) +
                             format_date(birth).substr(2, 2) + digits(random_, 6);
    if (age >= 25 && pick_index(random_, 3) == 0) holder.previous_number = digits(random_, 9);
    holder.place_of_origin = origins_.draw() + ", " + province->second;
    draw_residence(document);
    holder.identifying_features = features_.draw();
    document.document.type = "ID";
    document.document.number = holder.personal_number;
    TRY(auto rule, job::vn_expiry_rule(product));
    document.document.expiry_date = job::vn_expiry(birth, today_, rule);
    draw_family(document, age);
    return ok();
  }

  void draw_residence(job::JobDocument& document) {
    const Campaign& campaign = kCampaigns[pick_index(random_, std::size(kCampaigns))];
    const Unit& unit = campaign.units[pick_index(random_, campaign.units.size())];
    document.campaign = campaign.id;
    document.unit = unit.id;
    std::string address = hamlets_.draw();
    // Long enough for a second line on the card.
    if (pick_index(random_, 4) == 0) address = long_addresses_.draw() + ", " + address;
    document.holder.residence =
        address + ", " + std::string(unit.name) + ", " + std::string(campaign.province);
  }

  void draw_family(job::JobDocument& document, int age) {
    const std::string& family = document.holder.primary_identifier;
    json::array parents;
    parents.emplace_back(family + " " + std::string(kMen[pick_index(random_, std::size(kMen))]));
    parents.emplace_back(std::string(kFamilies[pick_index(random_, std::size(kFamilies))]) + " " +
                         std::string(kWomen[pick_index(random_, std::size(kWomen))]));
    json::array spouse;
    if (age >= 24 && pick_index(random_, 3) != 0) {
      const Texts names = document.holder.sex == "M" ? Texts(kWomen) : Texts(kMen);
      spouse.emplace_back(std::string(kFamilies[pick_index(random_, std::size(kFamilies))]) + " " +
                          std::string(names[pick_index(random_, names.size())]));
    }
    document.product_data = {
        {"ethnic_group", std::string(kEthnicGroups[pick_index(random_, std::size(kEthnicGroups))])},
        {"religion", std::string(kReligions[pick_index(random_, std::size(kReligions))])},
        {"parents", std::move(parents)},
        {"spouse", std::move(spouse)}};
  }

  void draw_utopian(job::JobDocument& document) {
    job::Holder& holder = document.holder;
    const UtopianName& name = kUtopians[utopians_.draw()];
    const Date birth = pick_birth(random_, today_, pick_number(random_, 16, 84));
    document.campaign = "utopia-id-2026";
    document.unit = pick_index(random_, 2) == 0 ? "harbour-district" : "hill-district";
    document.kind = job::JobKind::first;
    holder.primary_identifier = name.primary;
    holder.secondary_identifier = name.secondary;
    holder.name_printed = std::string(name.secondary) + " " + std::string(name.primary);
    // One in eight leaves it unspecified (ICAO Doc 9303-5: "<" in the MRZ).
    holder.sex = pick_index(random_, 8) == 0 ? "X" : (name.female ? "F" : "M");
    holder.birth_date = format_date(birth);
    holder.personal_number = digits(random_, 10);
    holder.place_of_origin = "Utopia City";
    holder.residence =
        std::string(kUtopianStreets[pick_index(random_, std::size(kUtopianStreets))]) + ", Utopia City";
    document.document.type = "I";
    document.document.number = "D" + digits(random_, 8);
    document.document.expiry_date = job::anniversary(today_, 10, job::LeapBirthday::february_28);
  }

  Random& random_;
  Date today_;
  WallTime not_after_;
  std::string batch_;
  int citizens_ = 0;
  Deck ages_{random_, std::size(kAges)};
  Deck utopians_{random_, std::size(kUtopians)};
  TextDeck families_{random_, kFamilies};
  TextDeck men_{random_, kMen};
  TextDeck women_{random_, kWomen};
  TextDeck hamlets_{random_, kHamlets};
  TextDeck long_addresses_{random_, kLongAddresses};
  TextDeck origins_{random_, kOriginCommunes};
  TextDeck features_{random_, kFeatures};
};

json::object approve(const job::JobDocument& document, const std::string& statement_id,
                     std::string_view commitment, const std::vector<Approver>& approvers) {
  const json::object statement = {{"statement", "approve"},
                                  {"id", statement_id},
                                  {"job", document.id},
                                  {"kind", std::string(job::text_of(document.kind))},
                                  {"product", document.product},
                                  {"replaces", nullptr},
                                  {"reason", "made-up sample"},
                                  {"not_after", format_rfc3339(document.not_after)},
                                  {"document", std::string(commitment)}};
  std::vector<crypto::JwsSigner> signers;
  for (const Approver& approver : approvers) signers.push_back({approver.kid, &approver.key});
  return crypto::sign_jws(canonical_json(statement), signers);
}

// Fingerprints are opaque to the station: noise behind the head of a record of ISO/IEC 19794-4.
Bytes draw_fingerprint(Random& random) {
  const int noise_bytes = pick_number(random, 600, 900);
  return concat({bytes_of(std::string_view("FIR\0"
                                           "010\0",
                                           8)),
                 random.bytes(static_cast<std::size_t>(noise_bytes))});
}

// What products may hold and need not: both index fingers of every third citizen, the signature of seven in
// eight Utopians.
void add_biometrics(Random& random, int number, job::JobDocument& document, job::Images& images) {
  if (document.product == "vn-citizen" && number % 3 == 0) {
    for (const char* finger : {"finger_right_index", "finger_left_index"}) {
      document.images[finger].type = "application/octet-stream";
      images[finger] = draw_fingerprint(random);
    }
  }
  if (document.product == "utopia-id" && number % 8 != 7) {
    document.images["signature"].type = "image/jpeg";
    images["signature"] = draw_signature(random);
  }
}

// `number`: of the sample, from 0.
Sample finish(Random& random, int number, job::JobDocument document, const std::vector<Approver>& approvers) {
  const int birth_year = std::stoi(document.holder.birth_date.substr(0, 4));
  const PortraitTraits traits{.female = document.holder.sex == "F",
                              .age = document.document.issue_date.year - birth_year};
  job::Images images;
  document.images["face"].type = "image/jpeg";
  images["face"] = draw_portrait(random, traits);
  add_biometrics(random, number, document, images);
  return seal_sample(random, std::move(document), std::move(images), approvers);
}

}  // namespace

Result<std::vector<Approver>> load_approvers(const SampleOptions& options) {
  TRY(auto policy_text, read_text_file(options.keys / "policy.json"));
  TRY(auto policy, job::parse_policy(policy_text));
  const auto requirement = policy.requirements.find("approve");
  if (requirement == policy.requirements.end())
    return fail("sample.keys", "the policy does not know approvals");
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.keys / "people", error)) {
    if (entry.path().extension() == ".pem") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Approver> approvers;
  std::set<std::string> people;
  for (const auto& file : files) {
    TRY(auto pem, read_text_file(file));
    auto key = crypto::PrivateKey::from_pkcs8_pem(pem);
    if (!key) continue;  // a public key or a certificate beside them
    const Bytes public_key = key.value().public_key().spki_der();
    for (const auto& [kid, entry] : policy.keys) {
      const bool valid = !entry.revoked && entry.valid_from <= options.now && options.now < entry.valid_to;
      if (!valid || !entry.roles.contains(requirement->second.role) || entry.key.spki_der() != public_key)
        continue;
      if (people.insert(entry.person).second) approvers.push_back({kid, key.value()});
    }
    if (static_cast<int>(people.size()) == requirement->second.people) return approvers;
  }
  return fail("sample.keys",
              "found " + std::to_string(people.size()) + " people who may approve, the policy asks for " +
                  std::to_string(requirement->second.people),
              options.keys.string(), "Make test keys with: imprimatur keys init --test DIR");
}

Sample seal_sample(Random& random, job::JobDocument document, job::Images images,
                   const std::vector<Approver>& approvers) {
  for (const auto& [name, image] : images) {
    document.images[name].sha256 = to_base64url(crypto::sha256(image));
  }
  job::Envelope envelope;
  envelope.images = std::move(images);
  envelope.salt = random.bytes(32);
  envelope.document_text = job::write_document(document);
  envelope.approval = approve(document, make_uuid(random),
                              job::document_commitment(envelope.salt, envelope.document_text), approvers);
  return {document.id, job::write_envelope(envelope)};
}

Status each_sample(const SampleOptions& options, const std::function<Status(const Sample&)>& take) {
  if (options.count < 1 || options.count > kCountMax || options.products.empty()) {
    return fail("sample.count", "1 to " + std::to_string(kCountMax) + " samples of at least one product");
  }
  TRY(auto approvers, load_approvers(options));
  std::map<std::string, job::Product> products;
  for (const std::string& name : options.products) {
    TRY(auto product, job::load_product(options.templates, name));
    products.emplace(name, std::move(product));
  }
  SeededRandom random(options.seed);
  SampleDrawer drawer(random, options);
  for (int i = 0; i < options.count; ++i) {
    const std::string& name = options.products[static_cast<std::size_t>(i) % options.products.size()];
    TRY(auto document, drawer.draw(products.at(name)));
    TRY_STATUS(take(finish(random, i, std::move(document), approvers)));
  }
  return ok();
}

Status make_samples(const SampleOptions& options) {
  TRY_STATUS(make_folders(options.out));
  return each_sample(options, [&options](const Sample& sample) {
    // They hold what a real job would: for the owner's eyes only.
    return write_file(options.out / (sample.job_id + ".json"), bytes_of(sample.envelope),
                      {.mode = 0600, .durability = Durability::relaxed});
  });
}

}  // namespace imprimatur::app
