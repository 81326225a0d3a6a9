#pragma once
// A file server's answer before it is put into the words of a protocol version.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/http/error_page.hpp>
#include <libnet/wire/http/content_coding.hpp>
#include <libnet/wire/http/http_date.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// A piece of a multipart content: text, and octets of the file behind it.
struct ContentPart {
    std::size_t text = 0;     ///< so many octets of `page`, which follow those of the piece before
    std::uint64_t first = 0;  ///< of the file's octets
    std::uint64_t length = 0;
    friend bool operator==(const ContentPart&, const ContentPart&) = default;
};

/// What else an answer depends on: the members of Vary.
struct VaryBy {
    bool accept = false, accept_encoding = false, origin = false, sec_fetch_mode = false;
    friend bool operator==(const VaryBy&, const VaryBy&) = default;
};

/// Status, fields and content of one answer.
struct ResponsePlan {
    enum class Content : std::uint8_t {
        none,   ///< no content, and no Content-Length: 204 and 304
        file,   ///< `length` octets of the file that was found last, from `first`
        page,   ///< the text in `page`
        parts,  ///< `parts`, `length` octets in all: multipart/byteranges
    };

    unsigned status = 0;
    Content content = Content::none;
    bool ranges = false;     ///< parts of it may be asked for
    bool head_only = false;  ///< HEAD: the fields of the answer to GET, without its content
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    std::uint64_t size = 0;         ///< of the whole file, for Content-Range
    std::string_view content_type;  ///< of a file or page
    wire::ContentCoding coding = wire::ContentCoding::identity;
    std::string_view cache_control;  ///< empty: no such field; the same for those below
    std::string_view allow;
    std::string etag;
    std::string location;
    std::string allow_origin;           ///< Access-Control-Allow-Origin
    std::string page;                   ///< the page, or the text between parts
    std::string multipart;              ///< the Content-Type of parts
    std::vector<ContentPart> parts;     ///< the last one is text alone
    std::vector<wire::HttpField> more;  ///< fields with views of static storage, the site's options, or a verdict
    std::optional<std::chrono::sys_seconds> last_modified;
    VaryBy vary;
    bool retry_later = false;  ///< says so: in a second or so it may work
    std::string_view reason;   ///< why the request was refused, in words; empty: it was served

    /// Makes it empty, keeping the memory.
    void clear() noexcept;

    /// Makes it an error page with a reason in words, which has static storage.
    void refuse(unsigned error_status, std::string_view why);

    /// Makes it a redirect with a page of its own, whose words have static storage.
    void redirect(unsigned redirect_status, std::string to, std::string_view why);

    /// The value of Content-Length, which an answer to HEAD has as well.
    std::uint64_t content_length() const noexcept { return content == Content::page ? page.size() : length; }
};

namespace detail {

/// A number as text, in a buffer of its own.
class Decimal {
public:
    explicit Decimal(std::uint64_t value) noexcept
        : size_{static_cast<std::size_t>(std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr -
                                         digits_.data())}
    {}
    operator std::string_view() const noexcept { return {digits_.data(), size_}; }

private:
    std::array<char, 20> digits_;
    std::size_t size_;
};

/// The value of Vary, by the members in the order of the bits.
constexpr std::string_view vary_text(const VaryBy& by) noexcept
{
    constexpr std::array<std::string_view, 16> texts{"",
                                                     "Accept",
                                                     "Accept-Encoding",
                                                     "Accept, Accept-Encoding",
                                                     "Origin",
                                                     "Accept, Origin",
                                                     "Accept-Encoding, Origin",
                                                     "Accept, Accept-Encoding, Origin",
                                                     "Sec-Fetch-Mode",
                                                     "Accept, Sec-Fetch-Mode",
                                                     "Accept-Encoding, Sec-Fetch-Mode",
                                                     "Accept, Accept-Encoding, Sec-Fetch-Mode",
                                                     "Origin, Sec-Fetch-Mode",
                                                     "Accept, Origin, Sec-Fetch-Mode",
                                                     "Accept-Encoding, Origin, Sec-Fetch-Mode",
                                                     "Accept, Accept-Encoding, Origin, Sec-Fetch-Mode"};
    return texts[(by.accept ? 1U : 0U) + (by.accept_encoding ? 2U : 0U) + (by.origin ? 4U : 0U) +
                 (by.sec_fetch_mode ? 8U : 0U)];
}

}  // namespace detail

/// The value of Content-Range, without an allocation.
class ContentRange {
public:
    /// Of a part: "bytes 0-4/1000".
    ContentRange(std::uint64_t first, std::uint64_t length, std::uint64_t size) noexcept
    {
        append("bytes ");
        append(detail::Decimal{first});
        append("-");
        append(detail::Decimal{first + length - 1});
        append("/");
        append(detail::Decimal{size});
    }

    /// Of no part, of a content of this size: "bytes */1000".
    explicit ContentRange(std::uint64_t size) noexcept
    {
        append("bytes */");
        append(detail::Decimal{size});
    }
    operator std::string_view() const noexcept { return {text_.data(), size_}; }

private:
    void append(std::string_view text) noexcept
    {
        text.copy(text_.data() + size_, text.size());
        size_ += text.size();
    }

    std::array<char, 6 + 20 + 1 + 20 + 1 + 20> text_;
    std::size_t size_ = 0;
};

/// Calls `visit(name, value)` for each field of the answer, but for those that belong to the connection and the moment
/// (Connection, Date, Server). The views are valid during the call only.
template <typename Visitor>
void for_each_field(const ResponsePlan& plan, Visitor&& visit)
{
    using Content = ResponsePlan::Content;
    if (plan.content != Content::none) {
        visit("Content-Type", plan.content == Content::parts ? std::string_view{plan.multipart} : plan.content_type);
        visit("Content-Length", detail::Decimal{plan.content_length()});
        visit("X-Content-Type-Options", "nosniff");
        if (plan.coding != wire::ContentCoding::identity) visit("Content-Encoding", wire::name_of(plan.coding));
    }
    if (plan.ranges) visit("Accept-Ranges", "bytes");
    if (plan.last_modified) {
        wire::HttpDateBuffer date;
        visit("Last-Modified", wire::format_http_date(*plan.last_modified, date));
    }
    if (!plan.etag.empty()) visit("ETag", plan.etag);
    if (!plan.cache_control.empty()) visit("Cache-Control", plan.cache_control);
    if (plan.vary != VaryBy{}) visit("Vary", detail::vary_text(plan.vary));
    if (plan.status == 206 && plan.content == Content::file)
        visit("Content-Range", ContentRange{plan.first, plan.length, plan.size});
    if (plan.status == 416) visit("Content-Range", ContentRange{plan.size});
    if (!plan.location.empty()) visit("Location", plan.location);
    if (!plan.allow.empty()) visit("Allow", plan.allow);
    if (!plan.allow_origin.empty()) visit("Access-Control-Allow-Origin", plan.allow_origin);
    if (plan.retry_later) visit("Retry-After", "1");
    for (const auto& [name, value] : plan.more) visit(name, value);
}

inline void ResponsePlan::clear() noexcept
{
    status = 0;
    content = Content::none;
    ranges = false;
    head_only = false;
    first = length = size = 0;
    content_type = cache_control = allow = reason = {};
    coding = wire::ContentCoding::identity;
    etag.clear();
    location.clear();
    allow_origin.clear();
    page.clear();
    multipart.clear();
    parts.clear();
    more.clear();
    last_modified.reset();
    vary = {};
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

inline void ResponsePlan::redirect(unsigned redirect_status, std::string to, std::string_view why)
{
    refuse(redirect_status, why);
    reason = {};  // nothing failed
    location = std::move(to);
}

}  // namespace libnet::inline v0::engine
