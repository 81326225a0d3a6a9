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

LIBNETXX_DECL void make_etag(std::string& etag, const FileFacts& facts, wire::ContentCoding coding)
{
    const auto count = [](FileTime time) { return time.time_since_epoch().count(); };
    etag = facts.hash || facts.settled ? "\"" : "W/\"";
    detail::append_hex(
        etag, facts.hash ? *facts.hash : detail::mix(count(facts.modified), count(facts.changed), facts.inode));
    etag += '-';
    detail::append_hex(etag, facts.size);
    if (coding != wire::ContentCoding::identity) (etag += '-') += wire::name_of(coding);
    etag += '"';
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
