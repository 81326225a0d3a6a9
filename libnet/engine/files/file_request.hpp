#pragma once
// What a request asks of a file server.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What a request asks. The views are read until the answer is sent. Empty: there is no such field. One that is there
/// without a value is a list without a member (RFC 9110 section 5.6.1.2): ",".
struct FileRequest {
    std::string_view method{};
    std::string_view path{};   ///< with its percent-encoding; "*" or empty: the server as a whole (OPTIONS only)
    std::string_view query{};  ///< behind the "?"; visible ASCII, as every HTTP framing guarantees
    bool has_query = false;
    std::string_view if_match{};
    std::string_view if_none_match{};
    std::string_view if_modified_since{};
    std::string_view if_unmodified_since{};
    std::string_view if_range{};
    std::string_view range{};
    std::string_view accept{};
    std::string_view accept_encoding{};
    std::string_view sec_fetch_mode{};                 ///< what a browser asks for it as (Fetch Metadata): "navigate"
    std::string_view origin{};                         ///< of the page whose script asks (the Fetch standard)
    std::string_view access_control_request_method{};  ///< it asks first whether it may
    bool guarded =
        false;  ///< not every client may have every file: where it isn't the one that the path names, ask (Admit)
};

/// What carries requests.
enum class Channel : std::uint8_t { plain, tls };

/// Whether the request is for a server that isn't this one: its target names a scheme that isn't spoken here. What has
/// an https URL must not be had without TLS (RFC 9110 section 7.4); 421 is due. A target without a scheme has the
/// channel's.
bool is_misdirected(const wire::RequestHead& head, Channel channel) noexcept;

/// Reads such requests from HTTP/1 heads.
class FileRequestReader {
public:
    /// Of fields that are lists, the lines of a message are joined (RFC 9110 section 5.3). Others have one value: where
    /// there are two lines, neither counts (sections 13.1.3 and 13.1.4 say so of dates). The views are into the head, or
    /// good until the next call.
    FileRequest read(const wire::RequestHead& head);

private:
    std::array<std::string, 4> joined_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/file_request.ipp>
#endif
