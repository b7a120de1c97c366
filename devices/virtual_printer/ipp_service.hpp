// The IPP of the virtual card printers: a request's bytes in, the answer's bytes out (RFC 8010, RFC 8011).
// No sockets. Any thread; calls take turns on one lock, and nothing in here waits for anything but the disk.
//
// Printers answer at /ipp/print/card-1, /ipp/print/card-2, …
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/virtual_printer/card_printer.hpp"
#include "devices/virtual_printer/ipp_attributes.hpp"

namespace imprimatur::devices {

struct IppServiceSettings {
  int printers = 2;  // 1 to 32
  std::filesystem::path spool;
  std::chrono::milliseconds print_time{150};
  std::chrono::milliseconds document_wait{60'000};
  std::uint64_t seed = 1;  // of the spread of print times, and of faults by chance
  StoreSettings stores = {};
  unsigned faults_per_thousand =
      0;  // cards that go wrong by chance, and replies to Send-Document that are lost
  std::chrono::milliseconds clear_after{
      0};  // so long after it stopped a person clears a printer; 0: nobody does
};

struct IppAnswer {
  int http_status = 200;
  Bytes body;
  bool lost = false;  // the reply is dropped: close the connection without a word
};

class IppService {
 public:
  // Makes the folders SPOOL/card-N. Errors virtual_printer.settings, file.make_folder. `clock` and `ids` must
  // outlive the service.
  static Result<std::unique_ptr<IppService>> make(IppServiceSettings settings, const Clock& clock,
                                                  Random& ids);

  // One POST to the path `resource`.
  IppAnswer answer(std::string_view resource, ByteView body);

  // One line of the control socket; the answer is "ok" or "error: …":
  //   fault PRINTER abort|jam|media-empty|cancel-prints|too-soon|restart|restart-keeps-jobs
  //   fault PRINTER say KEYWORD               one of its printer-state-reasons from now on
  //   fault PRINTER drop-reply OPERATION      the next such operation is done and its reply is lost
  //   clear PRINTER                           jam cleared, ribbon and hopper filled, tray emptied
  std::string control(std::string_view line);

  // Lets happen what is due, and says when something will be due next.
  std::optional<SteadyTime> advance();

 private:
  struct Printer {
    CardPrinter model;
    std::set<int> dropped_replies;  // operation ids, each armed for one reply
    SeededRandom dice;
  };
  struct Request {
    ipp_t* ipp;
    Printer& printer;
    std::string uri;    // of the printer
    ByteView document;  // what follows the message
    SteadyTime now;
  };

  IppService(const Clock& clock, unsigned faults_per_thousand)
      : clock_(clock), faults_per_thousand_(faults_per_thousand) {}
  bool loses_reply(Printer& printer, ipp_t* request) const;
  Printer* find_printer(std::string_view name);
  std::string set_fault(Printer& printer, const std::vector<std::string>& words);
  void dispatch(const Request& request, ipp_t* answer);
  void print_job(const Request& request, ipp_t* answer);
  void validate_job(const Request& request, ipp_t* answer);
  void create_job(const Request& request, ipp_t* answer);
  void send_document(const Request& request, ipp_t* answer);
  void cancel_job(const Request& request, ipp_t* answer);
  void get_job_attributes(const Request& request, ipp_t* answer);
  void get_jobs(const Request& request, ipp_t* answer);
  void get_printer_attributes(const Request& request, ipp_t* answer);

  const Clock& clock_;
  const unsigned faults_per_thousand_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Printer>> printers_;
};

}  // namespace imprimatur::devices
