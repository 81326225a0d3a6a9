#pragma once
// Faults of a message that are repaired instead of refused, because no two readers can disagree about its end.

#include <libnet/base/text.hpp>

#include <string_view>

namespace libnet::inline v0::wire {

/// Which faults of field lines a reader repairs. Requests get `{}`: whoever sends a faulty request tests how we read it.
/// Origin servers are another matter: many are old, and whoever asks them wants their content.
struct HttpLeniency {
    bool colons = false;      ///< white space before a colon is removed (RFC 9112 section 5.1)
    bool folds = false;       ///< the line breaks of a folded value become spaces (RFC 9112 section 5.2)
    bool line_feeds = false;  ///< an LF without a CR ends a line (RFC 9112 section 2.2)
};

/// For the head of a response.
inline constexpr HttpLeniency lenient_head{.colons = true, .folds = true, .line_feeds = true};
/// For the trailers of a response. Chunked framing is about octets, so line ends count there as much as sizes do.
inline constexpr HttpLeniency lenient_trailers{.colons = true, .folds = true};

/// What has been repaired in a message.
struct HttpRepairs {
    bool status_line = false;  ///< the space behind the status was missing (RFC 9112 section 4)
    bool colons = false;       ///< see HttpLeniency
    bool folds = false;        ///< see HttpLeniency
    bool line_feeds = false;   ///< see HttpLeniency
    bool lengths = false;      ///< the same Content-Length was there more than once (RFC 9110 section 8.6)
    /// One of these concerned how the message is framed: its end is known, but the connection isn't used again, in case the
    /// sender meant something else.
    bool framing = false;

    bool any() const noexcept { return status_line || colons || folds || line_feeds || lengths; }
    friend bool operator==(const HttpRepairs&, const HttpRepairs&) = default;
};

/// Whether a field frames its message or its connection: Content-Length, Transfer-Encoding, Connection. A fault is
/// repaired in one of these only where every reader would still see the same.
inline bool frames_message(std::string_view name) noexcept
{
    return base::iequals(name, "Content-Length") || base::iequals(name, "Transfer-Encoding") ||
           base::iequals(name, "Connection");
}

}  // namespace libnet::inline v0::wire
