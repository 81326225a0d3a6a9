#pragma once

#include <libnet/engine/file_responder.hpp>
#include <libnet/wire/etag.hpp>
#include <libnet/wire/http_range.hpp>
#include <libnet/wire/mime.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace libnet::engine {

namespace detail {

inline constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";

/// Methods that RFC 9110 and RFC 5789 define and files don't have. Anything else is not implemented at all.
inline constexpr std::array<std::string_view, 6> refused_methods{"POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"};

LIBNET_DECL std::string_view words_of(wire::UriPathError error) noexcept
{
    switch (error) {
    case wire::UriPathError::not_absolute:
        return "The path doesn't begin with a slash.";
    case wire::UriPathError::bad_triplet:
        return "The path has a percent sign without two hexadecimal digits.";
    case wire::UriPathError::nul:
        return "The path has a NUL in it.";
    case wire::UriPathError::encoded_slash:
        return "No file name has a slash in it.";
    case wire::UriPathError::above_root:
        return "The path leads out of the served directory.";
    }
    return "The path names no file.";
}

LIBNET_DECL void append_hex(std::string& text, std::uint64_t value)
{
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    text.append(digits.data(), end);
}

}  // namespace detail

LIBNET_DECL FileAction FileResponder::start(const FileRequest& request)
{
    request_ = request;
    plan_.clear();
    if (request.method == "OPTIONS") {
        plan_.status = 204;
        plan_.allow = detail::allowed_methods;
        return Respond{};
    }
    if (request.method != "GET" && request.method != "HEAD") return refuse_method();

    if (const auto decoded = wire::decode_path(request.path, path_); !decoded)
        return refuse(decoded.error() == wire::UriPathError::encoded_slash ? 404 : 400,
                      detail::words_of(decoded.error()));
    if (wire::has_hidden_segment(path_.name)) return on_failure(LookUpFailure::not_found);
    name_ = path_.name;
    if (path_.directory) {
        if (options_.index.empty()) return on_failure(LookUpFailure::not_found);
        if (!name_.empty()) name_ += '/';
        name_ += options_.index;
    }
    return LookUp{name_};
}

LIBNET_DECL FileAction FileResponder::on_file(const FileFacts& facts, FileTime now)
{
    if (facts.kind == FileKind::directory) {
        // A directory that has the name of the index is no page.
        return path_.directory ? on_failure(LookUpFailure::not_found) : redirect_to_slash();
    }
    set_validators(facts, now);
    switch (judge_conditions(now)) {
    case Condition::failed:
        return refuse(412, "The file is not the one that the request is about.");
    case Condition::not_modified:
        plan_.status = 304;
        return Respond{};
    case Condition::holds:
        break;
    }
    plan_.status = 200;
    plan_.content = ResponsePlan::Content::file;
    plan_.content_type = wire::media_type_of(name_);
    plan_.size = plan_.length = facts.size;
    plan_.head_only = request_.method == "HEAD";
    if (range_is_wanted(now)) choose_part();
    return Respond{};
}

LIBNET_DECL FileAction FileResponder::on_failure(LookUpFailure failure)
{
    switch (failure) {
    case LookUpFailure::not_found:
        return refuse(404, "There is no such file here.");
    case LookUpFailure::forbidden:
        return refuse(403, "The server may not read this file.");
    case LookUpFailure::failed:
        return refuse(500, "The file could not be read.");
    case LookUpFailure::overloaded:
        break;
    }
    refuse(503, "The server has too many files open. Try again in a moment.");
    plan_.retry_later = true;
    return Respond{};
}

LIBNET_DECL FileAction FileResponder::refuse(unsigned status, std::string_view why)
{
    plan_.refuse(status, why);
    plan_.head_only = request_.method == "HEAD";
    return Respond{};
}

LIBNET_DECL FileAction FileResponder::refuse_method()
{
    if (std::ranges::find(detail::refused_methods, request_.method) == detail::refused_methods.end())
        return refuse(501, "The server doesn't know this method.");
    refuse(405, "Files here can only be read.");
    plan_.allow = detail::allowed_methods;  // RFC 9110 section 15.5.6
    return Respond{};
}

LIBNET_DECL FileAction FileResponder::redirect_to_slash()
{
    // Made from the name, not from the path as sent: "//host" would lead to another server.
    std::string location = wire::encode_path(path_.name) + '/';
    if (request_.has_query) (location += '?') += request_.query;
    refuse(301, "This directory is found with a slash at its end.");
    plan_.reason = {};  // nothing failed
    plan_.location = std::move(location);
    return Respond{};
}

LIBNET_DECL void FileResponder::set_validators(const FileFacts& facts, FileTime now)
{
    // A time in the future would make later changes look older: RFC 9110 section 8.8.2.1.
    plan_.last_modified = std::chrono::floor<std::chrono::seconds>(std::min(facts.modified, now));
    plan_.etag = "W/\"";
    detail::append_hex(plan_.etag, static_cast<std::uint64_t>(facts.modified.time_since_epoch().count()));
    plan_.etag += '-';
    detail::append_hex(plan_.etag, facts.size);
    plan_.etag += '"';
}

LIBNET_DECL FileResponder::Condition FileResponder::judge_conditions(FileTime now) const
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    if (!request_.if_match.empty()) {
        if (!wire::etag_list_matches(request_.if_match, plan_.etag, wire::EtagComparison::strong))
            return Condition::failed;
    } else if (const auto since = wire::parse_http_date(request_.if_unmodified_since, seconds)) {
        if (*plan_.last_modified > *since) return Condition::failed;
    }
    if (!request_.if_none_match.empty()) {
        if (wire::etag_list_matches(request_.if_none_match, plan_.etag, wire::EtagComparison::weak))
            return Condition::not_modified;
    } else if (const auto since = wire::parse_http_date(request_.if_modified_since, seconds)) {
        if (*plan_.last_modified <= *since) return Condition::not_modified;
    }
    return Condition::holds;
}

LIBNET_DECL bool FileResponder::range_is_wanted(FileTime now) const
{
    if (request_.range.empty() || request_.method != "GET") return false;  // RFC 9110 section 14.2
    if (request_.if_range.empty()) return true;
    // Our entity tags are weak and never do. A date does where it is exact and surely not of a file that was written
    // twice in that second (sections 13.1.5 and 8.8.2.2).
    constexpr std::chrono::seconds certain{2};
    const auto date = wire::parse_http_date(request_.if_range, std::chrono::floor<std::chrono::seconds>(now));
    return date == plan_.last_modified && *plan_.last_modified + certain <= now;
}

LIBNET_DECL void FileResponder::choose_part()
{
    const auto choice = wire::choose_range(request_.range, plan_.size);
    if (choice.kind == wire::RangeChoice::Kind::whole) return;
    if (choice.kind == wire::RangeChoice::Kind::unsatisfiable) {
        const auto size = plan_.size;
        refuse(416, "The range begins behind the end of the file.");
        plan_.size = size;
        return;
    }
    plan_.status = 206;
    plan_.first = choice.first;
    plan_.length = choice.length;
}

LIBNET_DECL std::ostream& operator<<(std::ostream& out, const FileAction& action)
{
    if (const auto* look_up = std::get_if<LookUp>(&action)) return out << "LookUp{\"" << look_up->name << "\"}";
    return out << "Respond{}";
}

}  // namespace libnet::engine
