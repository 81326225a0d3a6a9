#pragma once
// Reads a start line and the fields behind it, as far as they have come.

#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_field_section.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <cstddef>
#include <string_view>

namespace libnet::inline v0::wire {

/// What the parsers of requests and of responses share. `StartLine` has `read(scanner, text, head)`, which works as
/// HttpFieldSection::read does, `too_long()`, the error of a line over the limit, and `leniency`, for the fields behind it.
template <typename StartLine>
class HttpHeadReader {
public:
    /// n: the head is the first n bytes. 0: more of it must come. Behind n or an error a new head begins.
    template <typename Head>
    HttpResult<std::size_t> read(std::string_view received, const HttpLimits& limits, Head& head)
    {
        // The views in the head are good as long as the bytes stay where they were.
        if (received.data() != base_ || received.size() < scanner_.at()) *this = {};
        base_ = received.data();
        if (scanner_.at() == 0) head.fields.clear();

        const bool is_complete = advance(received.substr(0, limits.head), limits, head);
        const auto size = scanner_.at();
        auto error = scanner_.error();
        if (!is_complete && !error && received.size() >= limits.head) error = HttpError::head_too_large;
        if constexpr (requires { head.repairs; }) head.repairs = section_.repairs();
        if (is_complete || error) *this = {};
        if (error) return *error;
        return is_complete ? size : 0;
    }

private:
    template <typename Head>
    bool advance(std::string_view text, const HttpLimits& limits, Head& head)
    {
        const auto line = text.substr(0, limits.request_line + 2);
        if (!is_line_complete_ && !line_.read(scanner_, line, head)) {
            const bool is_too_long = !scanner_.error() && line.size() == limits.request_line + 2;
            return is_too_long && scanner_.refuse(line_.too_long());
        }
        is_line_complete_ = true;
        return section_.read(scanner_, text, limits.fields, head.fields);
    }

    const char* base_ = nullptr;  // where `received` began in the last call
    HttpScanner scanner_;
    StartLine line_;
    bool is_line_complete_ = false;
    HttpFieldSection section_{StartLine::leniency};
};

}  // namespace libnet::inline v0::wire
