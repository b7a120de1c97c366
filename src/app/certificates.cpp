#include "app/certificates.hpp"

#include <future>

#include "app/messages.hpp"

namespace imprimatur::app {

std::vector<std::filesystem::path> files_of(const std::optional<api::TcpOptions>& tcp) {
  if (!tcp) return {};
  std::vector<std::filesystem::path> files{tcp->tls.certificate, tcp->tls.key, tcp->tls.client_ca};
  if (!tcp->tls.client_crl.empty()) files.push_back(tcp->tls.client_crl);
  return files;
}

void Certificates::look() {
  if (parts_.interval.count() == 0 || parts_.clock.steady() < next_look_) return;
  next_look_ = parts_.clock.steady() + parts_.interval;
  if (parts_.files.look()) reload("files");
}

void Certificates::reload(std::string_view cause) {
  const std::lock_guard lock(reloading_);
  const auto read = parts_.server.reload_certificates(
      [this, cause](const api::CertificatesRead& fresh) { return journal(fresh, cause); });
  if (!read) {
    const Error& error = read.error();
    parts_.log.write(
        message::kCertificatesNotRead,
        {{"code", error.code}, {"cause", error.message}, {"at", error.field}, {"do", error.remedy}});
  } else if (!read.value().certificate.empty()) {
    parts_.log.write(message::kCertificatesRead, {{"certificate", read.value().certificate}});
  }
}

Status Certificates::journal(const api::CertificatesRead& read, std::string_view cause) {
  json::object data{{"key", "api-tls"},
                    {"event", "reloaded"},
                    {"cause", cause},
                    {"certificate", read.certificate},
                    {"client_ca", read.client_ca}};
  if (!read.client_crl.empty()) data["client_crl"] = read.client_crl;
  try {
    return parts_.loop.ask<Status>([this, &data] { return parts_.ledger.key_changed(data); });
  } catch (const std::future_error&) {
    return unknown("station.halted", "the station has halted", "Start it again: it reads them then.");
  }
}

}  // namespace imprimatur::app
