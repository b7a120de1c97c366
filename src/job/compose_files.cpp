#include <algorithm>

#include "job/biometrics.hpp"
#include "job/calendar.hpp"
#include "job/dg13_vn_citizen.hpp"
#include "job/image_size.hpp"
#include "job/product.hpp"
#include "job/settings.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::job {
namespace {

// The same MRZ twice, from two sources: as approved and as computed. One card must not carry a third.
Result<Bytes> compose_dg1(const JobDocument& document, const Product& product) {
  TRY(auto computed, compose_mrz(document, product));
  if (!(computed == document.mrz)) {
    return fail("content.mrz", "the approved MRZ differs from the one that the data give", "/mrz");
  }
  return lds::encode_dg1(document.mrz);
}

Result<Bytes> compose_dg2(const JobDocument& document, const Images& images) {
  const auto reference = document.images.find("face");
  const auto image = images.find("face");
  if (reference == document.images.end() || image == images.end()) {
    return fail("content.face", "the chip needs a face image and the job has none", "/images/face");
  }
  const bool jp2 = reference->second.type == "image/jp2";
  if (!jp2 && reference->second.type != "image/jpeg") {
    return fail("content.face", "a face image is a JPEG or a JPEG 2000", "/images/face/type");
  }
  auto size = jp2 ? jp2_size(image->second) : jpeg_size(image->second);
  if (!size) return fail("content.image", size.error().message, "/images/face");
  lds::FaceImage face;
  face.image = image->second;
  face.format = jp2 ? lds::ImageFormat::jpeg2000 : lds::ImageFormat::jpeg;
  face.width = size.value().width;
  face.height = size.value().height;
  face.sex = document.holder.sex == "X" ? "" : document.holder.sex;
  return lds::encode_dg2(face);
}

// "<" separates parts in DG11, so that a value may not hold one; `separator` in the value becomes one.
Result<std::string> dg11_text(std::string_view value, std::string_view separator, std::string field) {
  if (value.find('<') != std::string_view::npos) {
    return fail("content.text", "the value holds <, which separates parts on the chip", std::move(field));
  }
  std::string text;
  while (true) {
    const std::size_t at = value.find(separator);
    text += value.substr(0, at);
    if (at == std::string_view::npos) return text;
    text += '<';
    value.remove_prefix(at + separator.size());
  }
}

// ICAO Doc 9303-10 section 4.7.11.
Result<Bytes> compose_dg11(const JobDocument& document) {
  const Holder& holder = document.holder;
  lds::Dg11 details;
  TRY(auto primary, dg11_text(holder.primary_identifier, " ", "/holder/primary_identifier"));
  TRY(auto secondary, dg11_text(holder.secondary_identifier, " ", "/holder/secondary_identifier"));
  details.full_name = secondary.empty() ? primary : primary + "<<" + secondary;
  details.personal_number = holder.personal_number;
  const auto birth = parse_birth_date(holder.birth_date);
  if (!birth)
    return fail("content.birth_date", "the birth date is no day of the calendar", "/holder/birth_date");
  if (is_complete(*birth)) details.birth_date = *birth;
  TRY(auto origin, dg11_text(holder.place_of_origin, ", ", "/holder/place_of_origin"));
  TRY(auto residence, dg11_text(holder.residence, ", ", "/holder/residence"));
  details.place_of_birth = origin;
  details.address = residence;
  return lds::encode_dg11(details);
}

Result<Bytes> compose_dg13(const JobDocument& document, const Product& product) {
  TRY(auto fields, vn_dg13_fields(document, product));
  TRY(auto outer_sequence, flag_setting(product, "dg13_outer_sequence", true));
  auto file = lds::encode_dg13(fields, {.outer_sequence = outer_sequence});
  if (!file) return fail("content.dg13", file.error().message, "/product_data");
  return std::move(file.value());
}

// ICAO Doc 9303-10 section 4.7.12. The time of personalisation and the system's serial are left out:
// composing must give the same bytes after a restart.
Result<Bytes> compose_dg12(const JobDocument& document, const Product& product) {
  lds::Dg12 details;
  details.issuing_authority = setting_or(product, "issuing_authority", "");
  details.issue_date = document.document.issue_date;
  details.observations = setting_or(product, "observations", "");
  return lds::encode_dg12(details);
}

// Nothing for a group that the product lets be left out, and that this job has nothing for.
Result<std::optional<Bytes>> compose_group(lds::FileId group, const JobDocument& document,
                                           const Images& images, const Product& product) {
  const auto made = [](Result<Bytes> file) -> Result<std::optional<Bytes>> {
    if (!file) return std::move(file).error();
    return std::optional<Bytes>(std::move(file).value());
  };
  const bool optional = product.optional_groups.contains(group);
  if (group == lds::FileId::dg1) return made(compose_dg1(document, product));
  if (group == lds::FileId::dg2) return made(compose_dg2(document, images));
  if (group == lds::FileId::dg11) return made(compose_dg11(document));
  if (group == lds::FileId::dg12) return made(compose_dg12(document, product));
  if (group == lds::FileId::dg13) return made(compose_dg13(document, product));
  if (group == lds::FileId::dg3) {
    TRY(auto file, compose_dg3(document, images));
    if (!file && !optional) file = compose_dg3_without_fingers(document);
    return file;
  }
  if (group == lds::FileId::dg7) {
    TRY(auto file, compose_dg7(document, images));
    if (!file && !optional)
      return fail("content.signature", "the chip needs a signature and the job has none",
                  "/images/signature");
    return file;
  }
  return fail("content.data_group", "this station cannot compose " + std::string(lds::name_of(group)));
}

// What was approved and would be neither on the chip nor on the face is an error, never left out in silence.
Status check_all_used(const JobDocument& document, const Product& product) {
  const auto has = [&product](lds::FileId group) {
    return std::find(product.data_groups.begin(), product.data_groups.end(), group) !=
           product.data_groups.end();
  };
  for (const auto& member : document.product_data) {
    const bool shown = std::find(product.face_data.begin(), product.face_data.end(), member.key()) !=
                       product.face_data.end();
    if (!shown && !has(lds::FileId::dg13)) {
      return fail("content.product_data", "the product has no place for this product data",
                  "/product_data/" + std::string(member.key()));
    }
  }
  for (const auto& [name, reference] : document.images) {
    if (finger_subtype(name) && !has(lds::FileId::dg3)) {
      return fail("content.finger", "the product has no place for fingerprints", "/images/" + name);
    }
  }
  return ok();
}

}  // namespace

Result<lds::FileMap> compose_files(const JobDocument& document, const Images& images,
                                   const Product& product) {
  TRY_STATUS(check_all_used(document, product));
  lds::FileMap files;
  std::vector<lds::FileId> groups;
  for (const lds::FileId group : product.data_groups) {
    TRY(auto file, compose_group(group, document, images, product));
    if (!file) continue;
    files[group] = std::move(*file);
    groups.push_back(group);
  }
  files[lds::FileId::com] = lds::encode_com(groups);
  return files;
}

}  // namespace imprimatur::job
