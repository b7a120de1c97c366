// AF_UNIX stream sockets of the virtual card process. Errors socket.path (too long), socket.listen.
#pragma once

#include <filesystem>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "devices/virtual_card/process/file_descriptor.hpp"

namespace imprimatur::devices {

// Listens; a socket file that a killed process left behind is replaced. Only the owner may connect.
Result<FileDescriptor> listen_on(const std::filesystem::path& path);

// The next waiting client, non-blocking; not valid when there is none.
FileDescriptor accept_client(const FileDescriptor& listener);

// Sends all or gives up after a second without progress; false then.
bool send_all(const FileDescriptor& client, ByteView bytes);

// Appends what is there to `to`, at most `most` bytes in all. False when the client is gone or has sent too
// much.
bool receive_some(const FileDescriptor& client, Bytes& to, std::size_t most);

}  // namespace imprimatur::devices
