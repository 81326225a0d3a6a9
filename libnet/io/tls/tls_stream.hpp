#pragma once
// The bytes of a TLS connection, without waiting.

#include <libnet/io/tcp/transfer.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace libnet::inline v0::io {

/// One end of a TLS connection over a non-blocking socket: a server's, which `TlsContext::accept` makes, or a client's, which
/// `TlsClientContext::connect` does.
class TlsStream {
public:
    virtual ~TlsStream() = default;

    enum class Handshake : std::uint8_t {
        done,        ///< bytes can go both ways
        want_read,   ///< call again when the socket is readable
        want_write,  ///< call again when the socket is writable
        plain_http,  ///< what came is HTTP without TLS: answer it so
        closed,      ///< the peer closed without an alert
        failed,      ///< see `failure`; the peer has been told, if there is a way to
    };

    /// Goes on with the handshake, which comes first.
    virtual Handshake handshake() noexcept = 0;

    /// Takes what has come. Outcomes: done, want_read, want_write, ended, failed.
    virtual Transferred receive(std::span<char> room) noexcept = 0;

    /// Bytes have come that the socket's readiness doesn't tell of: `receive` before waiting for it.
    virtual bool pending() const noexcept = 0;

    /// Sends some of `head` and of `content` behind it, of which one may be empty, and at most one record's bytes or a
    /// few. Until all of them are sent the rest must come again; it may have moved, and more may have come behind it.
    /// Outcomes: done, want_read, want_write, failed.
    virtual Transferred send(std::string_view head, std::string_view content) noexcept = 0;

    /// Sends at most `length` bytes of a file from `at`, and moves `at` behind what went. Until all of them are
    /// sent the call must come again, for the rest. Outcomes: all.
    virtual Transferred send_file(int file, off_t& at, std::uint64_t length) noexcept = 0;

    /// Tells the peer that no more will come, so that it knows an end from a cut; once is enough.
    virtual void end() noexcept = 0;

    /// Why the handshake failed, with OpenSSL's words: "The TLS handshake failed: no shared cipher."
    virtual std::string_view failure() const noexcept = 0;

    /// What a failed handshake has failed for.
    enum class Fault : std::uint8_t {
        none,         ///< it has not failed
        certificate,  ///< the peer's certificate can't be trusted
        alert,        ///< the peer has refused (RFC 8446 section 6)
        protocol,     ///< what came is not TLS, or none that both can speak
    };
    virtual Fault fault() const noexcept = 0;

    /// The names in the certificate that the peer has shown and an authority has been found for, as engine::ClientIdentity has
    /// them. Empty: it has shown none, or there is none that can be read.
    virtual std::vector<std::string> peer_names() const = 0;

    /// The protocol that was agreed on, or empty: RFC 7301.
    virtual std::string_view protocol() const noexcept = 0;
};

}  // namespace libnet::inline v0::io
