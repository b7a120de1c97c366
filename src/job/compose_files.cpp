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

}  // namespace

Result<lds::FileMap> compose_files(const JobDocument& document, const Images& images,
                                   const Product& product) {
  lds::FileMap files;
  bool uses_product_data = false;
  for (const lds::FileId group : product.data_groups) {
    if (group == lds::FileId::dg1) {
      TRY(auto file, compose_dg1(document, product));
      files[group] = std::move(file);
    } else if (group == lds::FileId::dg2) {
      TRY(auto file, compose_dg2(document, images));
      files[group] = std::move(file);
    } else if (group == lds::FileId::dg11) {
      TRY(auto file, compose_dg11(document));
      files[group] = std::move(file);
    } else if (group == lds::FileId::dg13) {
      TRY(auto file, compose_dg13(document, product));
      files[group] = std::move(file);
      uses_product_data = true;
    } else {
      return fail("content.data_group", "this station cannot compose " + std::string(lds::name_of(group)));
    }
  }
  if (!uses_product_data && !document.product_data.empty()) {
    return fail("content.product_data", "the product has no place for product data", "/product_data");
  }
  files[lds::FileId::com] = lds::encode_com(product.data_groups);
  return files;
}

}  // namespace imprimatur::job
