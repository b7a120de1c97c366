// DG13 of the Vietnamese citizen card, as public readers know it (vn-cccd facts, section 7): no public text
// specifies it, so the issuing authority has to confirm it.
#pragma once

#include <vector>

#include "job/product.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::job {

// What `product_data` of this product holds.
struct VnProductData {
  std::string ethnic_group;
  std::string religion;
  std::vector<std::string> parents;  // father, mother: none to two
  std::vector<std::string> spouse;   // none or one
};

// Error content.product_data with the JSON pointer.
Result<VnProductData> parse_vn_product_data(const json::object& product_data);

// Fields 1 to 15, in order. Field 15 is left out without a previous number. Field 16, which readers take for
// a chip id, is left out: the chip is not known when the content is made, and a reader goes by id.
Result<std::vector<lds::Dg13Field>> vn_dg13_fields(const JobDocument& document, const Product& product);

}  // namespace imprimatur::job
