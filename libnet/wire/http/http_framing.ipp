#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <limits>

namespace libnet::inline v0::wire {

LIBNETXX_DECL HttpResult<HttpVersion> parse_version(std::string_view text) noexcept
{
    constexpr std::string_view name = "HTTP/";
    if (text.size() != 8 || !text.starts_with(name)) return HttpError::bad_version;
    const char major = text[5], minor = text[7];
    if (!base::is_digit(major) || text[6] != '.' || !base::is_digit(minor)) return HttpError::bad_version;
    if (major != '1') return HttpError::unsupported_version;
    return minor == '0' ? HttpVersion::http_1_0 : HttpVersion::http_1_1;
}

namespace detail {

LIBNETXX_DECL std::optional<HttpError> read_one_length(std::string_view value, FramingFields& framing) noexcept
{
    framing.content_length = base::parse_number<std::uint64_t>(value);
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (!framing.content_length || *framing.content_length > most) return HttpError::bad_content_length;
    return std::nullopt;
}

/// Each member of the list, which has no empty ones, must be the same number as all others.
LIBNETXX_DECL std::optional<HttpError> join_lengths(std::string_view value, FramingFields& framing) noexcept
{
    for (;;) {
        const auto comma = value.find(',');
        const auto before = framing.content_length;
        if (const auto error = read_one_length(base::trim(value.substr(0, comma)), framing)) return error;
        if (before && before != framing.content_length) return HttpError::repeated_content_length;
        framing.lengths_joined = framing.lengths_joined || before;
        if (comma == value.npos) return std::nullopt;
        value.remove_prefix(comma + 1);
    }
}

LIBNETXX_DECL std::optional<HttpError> read_content_length(std::string_view value, FramingFields& framing,
                                                           EqualLengths equal) noexcept
{
    if (equal == EqualLengths::joined) return join_lengths(value, framing);
    if (framing.content_length) return HttpError::repeated_content_length;
    return read_one_length(value, framing);
}

// Empty members are refused although a list may have some (RFC 9110 section 5.6.1.2): `chunked,` is what gets past one
// of two readers.
LIBNETXX_DECL std::optional<HttpError> read_transfer_encoding(std::string_view value, FramingFields& framing) noexcept
{
    for (;;) {
        const auto comma = value.find(',');
        const auto coding = base::trim(value.substr(0, comma));
        if (framing.chunked || !is_token(coding)) return HttpError::bad_transfer_encoding;
        if (!base::iequals(coding, "chunked")) return HttpError::unknown_transfer_coding;
        framing.chunked = true;
        if (comma == value.npos) return std::nullopt;
        value.remove_prefix(comma + 1);
    }
}

LIBNETXX_DECL void read_connection(std::string_view value, FramingFields& framing) noexcept
{
    base::for_each_list_item(value, [&](std::string_view option) {
        framing.close = framing.close || base::iequals(option, "close");
        framing.keep_alive = framing.keep_alive || base::iequals(option, "keep-alive");
    });
}

/// One field; those that frame nothing cost a look at their length.
LIBNETXX_DECL std::optional<HttpError> read_framing_field(const HttpField& field, FramingFields& framing,
                                                          EqualLengths equal) noexcept
{
    const auto is_named = [&](std::string_view name) { return base::iequals(field.name, name); };
    if (is_named("Content-Length")) return read_content_length(field.value, framing, equal);
    if (is_named("Transfer-Encoding")) return read_transfer_encoding(field.value, framing);
    if (is_named("Connection")) read_connection(field.value, framing);
    return std::nullopt;
}

}  // namespace detail

LIBNETXX_DECL HttpResult<FramingFields> read_framing(const HttpFields& fields, HttpVersion version,
                                                     EqualLengths equal) noexcept
{
    FramingFields framing;
    for (const auto& field : fields)
        if (const auto error = detail::read_framing_field(field, framing, equal)) return *error;
    if (framing.chunked && version == HttpVersion::http_1_0) return HttpError::transfer_encoding_in_1_0;
    if (framing.chunked && framing.content_length) return HttpError::length_and_encoding;
    return framing;
}

LIBNETXX_DECL HttpResult<BodyFraming> request_body(const FramingFields& framing, std::string_view method) noexcept
{
    using Kind = BodyFraming::Kind;
    const bool has_content = framing.chunked || framing.content_length.value_or(0) > 0;
    if (has_content && (method == "CONNECT" || method == "TRACE")) return HttpError::unexpected_body;
    if (framing.chunked) return BodyFraming{Kind::chunked, 0};
    if (framing.content_length) return BodyFraming{Kind::length, *framing.content_length};
    return BodyFraming{};
}

LIBNETXX_DECL BodyFraming response_body(const FramingFields& framing, std::string_view request_method,
                                        unsigned status) noexcept
{
    using Kind = BodyFraming::Kind;
    const bool is_tunnel = request_method == "CONNECT" && status / 100 == 2;
    if (request_method == "HEAD" || status / 100 == 1 || status == 204 || status == 304 || is_tunnel) return {};
    if (framing.chunked) return {Kind::chunked, 0};
    if (framing.content_length) return {Kind::length, *framing.content_length};
    return {Kind::until_close, 0};
}

}  // namespace libnet::inline v0::wire
