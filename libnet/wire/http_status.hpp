#pragma once
// Status codes in words.

#include <boost/beast/http/status.hpp>

#include <string_view>

namespace libnet::wire {

/// The reason phrase of a status code (RFC 9110 section 15); empty, as a status line allows, for one that nobody
/// registered.
inline std::string_view reason_phrase(unsigned status)
{
    namespace http = boost::beast::http;
    const auto known = http::int_to_status(status);
    return known == http::status::unknown ? std::string_view{} : std::string_view{http::obsolete_reason(known)};
}

}  // namespace libnet::wire
