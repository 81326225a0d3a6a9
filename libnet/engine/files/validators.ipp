#pragma once

#include <libnet/base/siphash.hpp>
#include <libnet/engine/files/validators.hpp>
#include <libnet/wire/http/etag.hpp>
#include <libnet/wire/http/http_date.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL void append_hex(std::string& text, std::uint64_t value)
{
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    text.append(digits.data(), end);
}

/// One number from several, such that another one comes out when one of them changes.
template <typename... Numbers>
std::uint64_t mix(Numbers... numbers) noexcept
{
    const std::array<std::uint64_t, sizeof...(numbers)> all{static_cast<std::uint64_t>(numbers)...};
    return base::siphash({}, std::as_bytes(std::span{all}));
}

}  // namespace detail

LIBNETXX_DECL std::uint64_t state_digest(const FileFacts& facts) noexcept
{
    const auto count = [](FileTime time) { return time.time_since_epoch().count(); };
    return detail::mix(count(facts.modified), count(facts.changed), facts.inode);
}

LIBNETXX_DECL void make_etag(std::string& etag, const FileFacts& facts, wire::ContentCoding coding)
{
    const bool by_content = facts.hash && facts.size <= most_tagged_by_content;
    make_strong_etag(etag, by_content ? *facts.hash : state_digest(facts), facts.size, coding);
    if (!by_content && !facts.settled) etag.insert(0, "W/");
}

LIBNETXX_DECL void make_strong_etag(std::string& etag, std::uint64_t digest, std::uint64_t size,
                                    wire::ContentCoding coding)
{
    etag = '"';
    detail::append_hex(etag, digest);
    etag += '-';
    detail::append_hex(etag, size);
    if (coding != wire::ContentCoding::identity) (etag += '-') += wire::name_of(coding);
    etag += '"';
}

LIBNETXX_DECL std::array<std::uint64_t, 4> named_digests(const FileRequest& request, std::uint64_t size,
                                                         wire::ContentCoding coding)
{
    std::array<std::uint64_t, 4> digests{};
    std::size_t count = 0;
    std::string expected;
    for (auto list : {request.if_none_match, request.if_match, request.if_range}) {
        for (auto etag = wire::take_etag(list); !etag.empty(); etag = wire::take_etag(list)) {
            std::uint64_t digest = 0;
            if (count == digests.size()) return digests;
            if (!etag.starts_with('"')) continue;  // a weak one doesn't tell octets
            std::from_chars(etag.data() + 1, etag.data() + etag.size(), digest, 16);
            make_strong_etag(expected, digest, size, coding);
            if (digest != 0 && expected == etag) digests[count++] = digest;
        }
    }
    return digests;
}

LIBNETXX_DECL std::optional<std::chrono::sys_seconds> last_modified_of(const FileFacts& facts, FileTime now) noexcept
{
    using namespace std::chrono;
    constexpr sys_seconds first_real_time = sys_days{1980y / January / 2};
    const auto modified = floor<seconds>(facts.modified > now ? facts.changed : facts.modified);
    if (modified < first_real_time || modified > now) return std::nullopt;
    return modified;
}

LIBNETXX_DECL Condition judge_conditions(const FileRequest& request, const Validators& validators,
                                         FileTime now) noexcept
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto& modified = validators.last_modified;
    if (!request.if_match.empty()) {
        if (!wire::etag_list_matches(request.if_match, validators.etag, wire::EtagComparison::strong))
            return Condition::failed;
    } else if (!request.if_unmodified_since.empty() && modified) {
        const auto since = wire::parse_http_date(request.if_unmodified_since, seconds);
        if (since && *modified > *since) return Condition::failed;
    }
    if (!request.if_none_match.empty()) {
        if (wire::etag_list_matches(request.if_none_match, validators.etag, wire::EtagComparison::weak))
            return Condition::not_modified;
    } else if (!request.if_modified_since.empty() && modified) {
        const auto since = wire::parse_http_date(request.if_modified_since, seconds);
        if (since && *modified <= *since) return Condition::not_modified;
    }
    return Condition::holds;
}

LIBNETXX_DECL bool range_is_wanted(const FileRequest& request, const Validators& validators, FileTime now) noexcept
{
    if (request.range.empty() || request.method != "GET") return false;
    if (request.if_range.empty()) return true;
    if (request.if_range.find('"') != request.if_range.npos)
        return wire::etag_equals(request.if_range, validators.etag, wire::EtagComparison::strong);
    constexpr std::chrono::seconds certain{2};
    const auto date = wire::parse_http_date(request.if_range, std::chrono::floor<std::chrono::seconds>(now));
    return date && date == validators.last_modified && *date + certain <= now;
}

}  // namespace libnet::inline v0::engine
