#pragma once
// A file server's answer before it is put into the words of a protocol version.

#include <libnet/config.hpp>
#include <libnet/engine/error_page.hpp>
#include <libnet/wire/http_date.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::engine {

/// Times of files, and of the moment an answer is made.
using FileTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Status, fields and content of one answer.
struct ResponsePlan {
    enum class Content : std::uint8_t {
        none,  ///< no content, and no Content-Length: 204 and 304
        file,  ///< `length` bytes of the file that was looked up last, from `first`
        page,  ///< the text in `page`
    };

    unsigned status = 0;
    Content content = Content::none;
    bool head_only = false;  ///< HEAD: the fields of the answer to GET, without its content
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    std::uint64_t size = 0;         ///< of the whole file, for Content-Range
    std::string_view content_type;  ///< of a file or page
    std::string_view allow;         ///< empty: no such field; the same for those below
    std::string etag;
    std::string location;
    std::string page;
    std::optional<std::chrono::sys_seconds> last_modified;
    bool retry_later = false;  ///< says so: in a second or so it may work
    std::string_view reason;   ///< why the request was refused, in words; empty: it was served

    /// Makes it empty, keeping the strings' memory.
    void clear() noexcept;

    /// Makes it an error page with a reason in words, which has static storage.
    void refuse(unsigned error_status, std::string_view why);

    /// The value of Content-Length, which an answer to HEAD has as well.
    std::uint64_t content_length() const noexcept { return content == Content::page ? page.size() : length; }
};

/// Calls `visit(name, value)` for each field of the answer, but for those that belong to the connection and the moment
/// (Connection, Date, Server). The views are valid during the call only.
template <typename Visitor>
void for_each_field(const ResponsePlan& plan, Visitor&& visit)
{
    using Content = ResponsePlan::Content;
    std::array<char, 20> digits;
    const auto number = [&digits](std::uint64_t value) {
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        return std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())};
    };
    if (plan.content != Content::none) {
        visit("Content-Type", plan.content_type);
        visit("Content-Length", number(plan.content_length()));
        visit("X-Content-Type-Options", "nosniff");
    }
    if (plan.content == Content::file) visit("Accept-Ranges", "bytes");
    if (plan.last_modified) {
        wire::HttpDateBuffer date;
        visit("Last-Modified", wire::format_http_date(*plan.last_modified, date));
    }
    if (!plan.etag.empty()) visit("ETag", plan.etag);
    if (plan.status == 206 || plan.status == 416) {
        std::string range{"bytes "};
        if (plan.status == 416) {
            range += '*';
        } else {
            range += number(plan.first);
            range += '-';
            range += number(plan.first + plan.length - 1);
        }
        range += '/';
        range += number(plan.size);
        visit("Content-Range", range);
    }
    if (!plan.location.empty()) visit("Location", plan.location);
    if (!plan.allow.empty()) visit("Allow", plan.allow);
    if (plan.retry_later) visit("Retry-After", "1");
}

inline void ResponsePlan::clear() noexcept
{
    status = 0;
    content = Content::none;
    head_only = false;
    first = length = size = 0;
    content_type = allow = reason = {};
    etag.clear();
    location.clear();
    page.clear();
    last_modified.reset();
    retry_later = false;
}

inline void ResponsePlan::refuse(unsigned error_status, std::string_view why)
{
    clear();
    status = error_status;
    reason = why;
    content = Content::page;
    content_type = error_page_type;
    append_error_page(page, error_status, why);
}

}  // namespace libnet::engine
