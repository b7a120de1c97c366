// Draws machine-readable codes. Pure; any thread.
#pragma once

#include <vector>

#include "print/content.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// A QR code on a white plate as large as the box. Modules are whole printer dots and start on a dot, the
// quiet zone of four modules is inside the box. A payload whose modules would be too small is a finding.
void draw_qr(Content& to, const Element& element, const QrElement& qr, int resolution_dpi,
             const FaceData& data, std::vector<FaceFinding>& findings);

// What `draw_qr` would find, without a code.
void check_qr(const Element& element, const QrElement& qr, int resolution_dpi, const FaceData& data,
              std::vector<FaceFinding>& findings);

// A bar code likewise: on white, its quiet zone inside the box, modules of whole dots.
void draw_barcode(Content& to, const Element& element, const BarcodeElement& barcode, int resolution_dpi,
                  const FaceData& data, std::vector<FaceFinding>& findings);

}  // namespace imprimatur::print
