#pragma once
// What a call comes to that moves bytes and doesn't wait.

#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::io {

/// What became of it.
enum class Transfer : std::uint8_t {
    done,         ///< bytes went: at least one
    want_read,    ///< nothing went: try again when the socket is readable (TLS may want this of a sender, too)
    want_write,   ///< nothing went: try again when the socket is writable
    paused,       ///< nothing went: the client has had all that it may have for now
    ended,        ///< there are no more: the peer has closed its half, or the file is shorter than it was
    unsupported,  ///< this file can't be sent from where it is: read it, and send that
    file_failed,  ///< the file can't be read
    failed,       ///< the connection is broken
};

/// How far it has got.
struct Transferred {
    Transfer outcome;
    std::size_t size = 0;  ///< bytes; 0 unless `outcome` is `done`
};

}  // namespace libnet::inline v0::io
