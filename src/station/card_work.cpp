#include "station/card_work.hpp"

#include "job/document.hpp"

namespace imprimatur::station {

Result<std::shared_ptr<CardWork>> compose_work(ledger::PersonalData personal,
                                               std::shared_ptr<const ProductLine> line) {
  TRY(auto document, job::parse_document(personal.document_text));
  TRY(auto files, job::compose_files(document, personal.images, line->product));
  auto work = std::make_shared<CardWork>();
  work->line = std::move(line);
  work->document = std::move(document);
  work->images = std::move(personal.images);
  work->salt = std::move(personal.salt);
  work->files = std::move(files);
  return work;
}

Result<std::shared_ptr<CardWork>> prepare_work(ledger::PersonalData personal,
                                               std::shared_ptr<const ProductLine> line, Random& random) {
  TRY(auto work, compose_work(std::move(personal), std::move(line)));
  TRY(work->keys, chip::make_chip_keys(work->line->profile, random));
  TRY_STATUS(chip::add_key_files(work->line->profile, work->keys, work->files));
  return work;
}

bool made_with_keys(lds::FileId file) {
  return file == lds::FileId::card_access || file == lds::FileId::com || file == lds::FileId::dg14 ||
         file == lds::FileId::dg15 || file == lds::FileId::sod;
}

}  // namespace imprimatur::station
