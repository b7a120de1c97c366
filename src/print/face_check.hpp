// The data check of this room (port job::Check): everything that would keep a job's data from being printed
// on its product's face, found before anything is made.
#pragma once

#include <memory>

#include "job/check.hpp"
#include "job/product.hpp"
#include "print/render.hpp"

namespace imprimatur::print {

// Named "face". Codes are those of FaceRenderer::check and of job::compose_face_fields; fields are JSON
// pointers into the document. Any threads may call it, several at once.
std::shared_ptr<const job::Check> make_face_check(job::Product product, FaceTemplate face,
                                                  std::unique_ptr<FaceRenderer> renderer);

// Where a face's field comes from in the job document: "name_printed" → "/holder/name_printed".
std::string document_pointer(const std::string& field);

}  // namespace imprimatur::print
