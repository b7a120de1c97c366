// The connection of one virtual reader to its slot in the `virtual-card` process
// (devices/virtual_card/FORMAT.md section 3). Runs inside pcscd: only the C library, no exceptions, no
// allocation, and a process that is not there is a reader without a card.
//
// Two sockets, so that a change of presence is seen while a command runs: `exchange` is called under pcscd's
// lock of the reader, `wait_for_change` by pcscd's polling thread of the reader, and nothing else touches a
// socket. Presence events are taken one by one, and only by the polling thread: a fast swap shows an empty
// reader once, and until it was shown no power comes to the new card.
//
// A file beside the socket with ".unplugged" after its name unplugs the reader for as long as it is there.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

namespace imprimatur::devices {

inline constexpr std::size_t kSocketPathMax = 107;
inline constexpr std::size_t kApduMax = 65'544;

enum class FrameKind : std::uint8_t { power_on = 1, power_off = 2, reset = 3, apdu = 4, presence = 5 };

class ReaderLink {
 public:
  // False when the path is too long or no event descriptor is left. Connects when the process is there.
  bool open(const char* socket_path);
  void close();

  // Whether a card is in the reader, as the polling thread saw it last. Any thread.
  bool card_present();
  // Whether somebody pulled the reader's plug. Any thread.
  bool unplugged() const;
  // Whether a change is waiting that the polling thread has not seen.
  bool change_waiting();
  // How many changes the polling thread has seen.
  std::uint64_t changes_seen();

  // Sends a frame and waits for its answer, without limit: a card may be mute. -1 when the connection failed,
  // else the bytes written to `answer`, which has room for `room`; -2 when they do not fit.
  long exchange(FrameKind kind, const std::uint8_t* payload, std::size_t size, std::uint8_t* answer,
                std::size_t room);

  // Waits for the next presence event, for `stop_waiting`, or `timeout_ms`; connects again when the process
  // has come back.
  void wait_for_change(int timeout_ms);
  void stop_waiting();

 private:
  bool connect_events();
  bool connect_commands();
  bool take_event();
  void set_present(bool present);

  char path_[kSocketPathMax + 1] = {};
  int commands_ = -1;
  int events_ = -1;  // of the polling thread; guarded by mutex_ where others look
  int stop_ = -1;    // eventfd
  int plug_ = -1;    // inotify of the socket's folder
  bool present_ = false;
  std::uint64_t changes_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

}  // namespace imprimatur::devices
