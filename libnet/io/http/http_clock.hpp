#pragma once
// The time of answers, and their Date field.

#include <libnet/wire/http/http_date.hpp>

#include <chrono>
#include <string_view>

namespace libnet::inline v0::io {

/// Tells the time, and formats it at most once a second.
class HttpClock {
public:
    using Time = std::chrono::system_clock::time_point;

    static Time now() noexcept { return std::chrono::system_clock::now(); }

    /// The Date of an answer that is made now (RFC 9110 section 6.6.1). Valid until the next call.
    std::string_view date(Time now) noexcept
    {
        const auto second = std::chrono::floor<std::chrono::seconds>(now);
        if (second != second_ || text_.empty()) text_ = wire::format_http_date(second_ = second, buffer_);
        return text_;
    }

private:
    std::chrono::sys_seconds second_{};
    wire::HttpDateBuffer buffer_{};
    std::string_view text_;
};

}  // namespace libnet::inline v0::io
