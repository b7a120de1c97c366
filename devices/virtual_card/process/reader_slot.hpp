// One reader slot: its socket, its thread, and the card that is in it (FORMAT.md section 3). The thread
// answers the reader driver; the bench puts cards in and takes them out from another thread. A command that
// takes virtual time, and a mute card, wait on the slot's wake-up event, so that taking the card out,
// stopping, or the driver's going away ends the wait at once. The answer leaves when a real card would have
// given it, counted from the request's arrival, to some ten microseconds.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "devices/virtual_card/process/stored_card.hpp"

namespace imprimatur::devices {

class ReaderSlot {
 public:
  // Listens and starts the thread. Errors of listen_on.
  static Result<std::unique_ptr<ReaderSlot>> start(const std::filesystem::path& socket_path);
  ReaderSlot(std::filesystem::path socket_path, FileDescriptor listener, FileDescriptor wake_up);
  ~ReaderSlot();  // ends the thread and removes the socket; the card, if any, loses power
  ReaderSlot(const ReaderSlot&) = delete;
  ReaderSlot& operator=(const ReaderSlot&) = delete;

  // Any thread. The slot is empty before `insert`.
  void insert(std::unique_ptr<StoredCard> card);
  std::unique_ptr<StoredCard> take_out();  // nullptr when there is none
  void set_fault(Fault fault);

 private:
  struct Client {
    FileDescriptor socket;
    Bytes received;
    bool subscribed = false;  // wants presence events
    bool gone = false;
  };
  struct Answer {
    Bytes payload;
    std::chrono::steady_clock::time_point due;  // when a real card would have answered
    bool takes_time = false;
    bool hanging = false;
    std::uint64_t card_number = 0;  // which card it was
  };

  void run();
  void wake();
  void accept_clients();
  void serve(Client& client);
  void handle(Client& client, std::uint8_t kind, ByteView payload,
              std::chrono::steady_clock::time_point arrival);
  Answer execute(std::uint8_t kind, ByteView payload, std::chrono::steady_clock::time_point arrival);
  bool wait_for(const Client& client, const Answer& answer);
  void push_events();
  bool presence_before_events();
  void send(Client& client, std::uint8_t kind, ByteView payload);

  std::filesystem::path socket_path_;
  FileDescriptor listener_;
  FileDescriptor wake_up_;                        // eventfd
  std::vector<std::unique_ptr<Client>> clients_;  // of the thread

  std::mutex mutex_;  // guards what follows
  bool stopping_ = false;
  std::unique_ptr<StoredCard> card_;
  std::uint64_t card_number_ = 0;    // counts insertions and removals
  std::deque<std::uint8_t> events_;  // presence changes not pushed yet
  std::thread thread_;
};

}  // namespace imprimatur::devices
