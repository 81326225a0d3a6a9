#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/files/file_request.hpp>

namespace libnet::inline v0::engine {

namespace detail {

/// A list without a member, which is neither a date, nor a range, nor an origin.
inline constexpr std::string_view no_value = ",";

}  // namespace detail

LIBNETXX_DECL bool is_misdirected(const wire::RequestHead& head, Channel channel) noexcept
{
    if (head.form != wire::TargetForm::absolute || base::iequals(head.scheme, "http")) return false;
    return channel == Channel::plain || !base::iequals(head.scheme, "https");
}

LIBNETXX_DECL FileRequest FileRequestReader::read(const wire::RequestHead& head)
{
    FileRequest request{.method = head.method, .path = head.path, .query = head.query, .has_query = head.has_query};
    constexpr std::size_t single = 4;  // what isn't joined
    const struct {
        std::string_view name;
        std::string_view& value;
        std::size_t joined;
    } wanted[] = {
        {"Range", request.range, single},
        {"Accept", request.accept, 0},
        {"Origin", request.origin, single},
        {"If-Match", request.if_match, 1},
        {"If-Range", request.if_range, single},
        {"If-None-Match", request.if_none_match, 2},
        {"Sec-Fetch-Mode", request.sec_fetch_mode, single},
        {"Accept-Encoding", request.accept_encoding, 3},
        {"If-Modified-Since", request.if_modified_since, single},
        {"If-Unmodified-Since", request.if_unmodified_since, single},
        {"Access-Control-Request-Method", request.access_control_request_method, single},
    };
    for (const auto& field : head.fields) {
        for (const auto& [name, value, joined] : wanted) {
            if (!base::iequals(field.name, name)) continue;
            if (value.empty()) {
                value = field.value.empty() ? detail::no_value : field.value;
            } else if (joined == single) {
                value = detail::no_value;
            } else {
                auto& text = joined_[joined];
                if (value.data() != text.data()) text = value;
                (text += ", ") += field.value;
                value = text;
            }
        }
    }
    return request;
}

}  // namespace libnet::inline v0::engine
