// Chip, MRZ, QR and face agree, and this body carries this chip (design section 2, promise 6): what was read
// from a printed face against the job and against the chip in the same card. Pure; any thread.
#pragma once

#include "station/card_work.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::station {

// `chip`: the files as read after printing, DG1 and DG2 among them. Everything that was to be read must have
// been, say what the job says, and say what the chip says; and the picture in DG2 must be the one that the
// portrait was printed from. The error names the field: face.missing, face.mrz, face.qr, face.code,
// face.portrait; lds.* or content.* when the chip's files cannot be told apart.
Status compare_face(const CardWork& work, const lds::FileMap& chip, const std::vector<FaceTarget>& targets,
                    const FaceTexts& read);

}  // namespace imprimatur::station
