#pragma once
// The answer, once it is known which file it is about, or that there is none.

#include <libnet/base/text.hpp>
#include <libnet/engine/files/file_responder.hpp>
#include <libnet/engine/http/path_pattern.hpp>
#include <libnet/wire/http/etag.hpp>
#include <libnet/wire/http/http_range.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";
/// Files up to this size are hashed while their request waits, if that may spare the client the whole file: some 20 ms of
/// work, and no more to read than the answer would have to.
inline constexpr std::uint64_t most_hashed_at_once = 16 * 1024 * 1024;

inline constexpr std::string_view changed_meanwhile = "What is here is not what the request is about.";

/// Methods that RFC 9110 and RFC 5789 define and files don't have. Anything else is not implemented at all.
inline constexpr std::array<std::string_view, 6> refused_methods{"POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"};

}  // namespace detail

/// OPTIONS: what is allowed, to all clients, and to scripts of other origins (the Fetch standard's preflight).
LIBNETXX_DECL FileAction FileResponder::options()
{
    plan_.status = 204;
    plan_.allow = detail::allowed_methods;
    add_cors_fields();
    if (plan_.allow_origin.empty() || request_.access_control_request_method.empty()) return Respond{};
    plan_.more.push_back({"Access-Control-Allow-Methods", detail::allowed_methods});
    plan_.more.push_back({"Access-Control-Allow-Headers", "*"});
    plan_.more.push_back({"Access-Control-Max-Age", "86400"});
    return Respond{};
}

/// A file that was found: whole, in parts, or not at all because the client has it.
LIBNETXX_DECL FileAction FileResponder::answer(const FileFacts& facts, wire::ContentCoding coding)
{
    if (wants_hash(facts, coding)) {
        if (coding == wire::ContentCoding::identity) name_ = plain_;
        stage_ = Stage::hashing;
        hash_coding_ = coding;
        hash_.name = name_;
        return hash_;
    }
    make_etag(plan_.etag, facts, coding);
    plan_.last_modified = last_modified_of(facts, now_);
    plan_.ranges = true;
    return answer_if_wanted(facts, facts.size, coding);
}

/// Whether a condition names the tag of another state, which may have had the same content, and that is to be found out.
LIBNETXX_DECL bool FileResponder::wants_hash(const FileFacts& facts, wire::ContentCoding coding)
{
    const bool asked_already = stage_ == Stage::hashing;
    if (asked_already || facts.hash || !facts.settled || facts.size <= most_tagged_by_content ||
        facts.size > detail::most_hashed_at_once)
        return false;
    hash_.digests = named_digests(request_, facts.size, coding);
    std::ranges::replace(hash_.digests, state_digest(facts), 0);
    return hash_.digests != decltype(hash_.digests){};
}

/// A file that was compressed just now, or some time ago: the same content may come out as other octets another time.
/// So its entity tag is weak, and parts of it don't fit together.
LIBNETXX_DECL FileAction FileResponder::answer_encoded(std::uint64_t size)
{
    const auto coding = codings_.in_order().front();
    make_etag(plan_.etag, plain_facts_, coding);
    if (!plan_.etag.starts_with("W/")) plan_.etag.insert(0, "W/");
    plan_.last_modified = last_modified_of(plain_facts_, now_);
    return answer_if_wanted(plain_facts_, size, coding);
}

/// `size` is that of the content, which may be the file in a coding.
LIBNETXX_DECL FileAction FileResponder::answer_if_wanted(const FileFacts& facts, std::uint64_t size,
                                                         wire::ContentCoding coding)
{
    plan_.cache_control = rule_value("Cache-Control");
    if (plan_.cache_control.empty()) plan_.cache_control = site_->cache_control(shown_, plan_.content_type);
    switch (judge(facts, coding)) {
    case Condition::failed:
        return refuse(412, detail::changed_meanwhile);
    case Condition::not_modified:
        plan_.status = 304;
        plan_.ranges = false;
        plan_.last_modified.reset();  // the entity tag says it all (RFC 9110 section 15.4.5)
        return finish();
    case Condition::holds:
        break;
    }
    plan_.status = 200;
    plan_.content = ResponsePlan::Content::file;
    plan_.coding = coding;
    plan_.size = plan_.length = size;
    plan_.head_only = request_.method == "HEAD";
    const bool in_parts = plan_.ranges && range_is_wanted(request_, {plan_.etag, plan_.last_modified}, now_);
    return in_parts ? answer_in_parts() : finish();
}

/// Judges the conditions. A file has several entity tags: by the hash of its content, by its state, for when the hash isn't
/// known, and by each earlier state that had the same content. Any of them that a client was given names this file as long
/// as its content lasts; the answer has the one that the client knows, for another would not be that of what it keeps (RFC
/// 9111 section 4.3.4), and parts that were received under one tag are completed under it.
LIBNETXX_DECL Condition FileResponder::judge(const FileFacts& facts, wire::ContentCoding coding)
{
    if (facts.hash && !is_named(plan_.etag)) {
        bool named = prefer_if_named(facts, state_digest(facts), coding);
        for (const auto digest : facts.former) named = named || (digest != 0 && prefer_if_named(facts, digest, coding));
    }
    return judge_conditions(request_, {plan_.etag, plan_.last_modified}, now_);
}

/// Gives the answer the tag of this state, if a condition is about it. It is as strong as the tag that the answer has.
LIBNETXX_DECL bool FileResponder::prefer_if_named(const FileFacts& facts, std::uint64_t digest,
                                                  wire::ContentCoding coding)
{
    make_strong_etag(other_etag_, digest, facts.size, coding);
    if (!facts.settled || plan_.etag.starts_with("W/")) other_etag_.insert(0, "W/");
    if (!is_named(other_etag_)) return false;
    std::swap(plan_.etag, other_etag_);
    return true;
}

/// Whether a condition is about this entity tag, weak or strong.
LIBNETXX_DECL bool FileResponder::is_named(std::string_view etag) const noexcept
{
    constexpr auto weak = wire::EtagComparison::weak;
    const auto names = [etag](std::string_view list) {
        return !list.empty() && wire::etag_list_matches(list, etag, weak);
    };
    return names(request_.if_none_match) || names(request_.if_match) ||
           wire::etag_equals(request_.if_range, etag, weak);
}

LIBNETXX_DECL FileAction FileResponder::answer_in_parts()
{
    const auto choice = wire::choose_ranges(request_.range, plan_.size);
    if (choice.kind == wire::RangeChoice::Kind::whole) return finish();
    if (choice.kind == wire::RangeChoice::Kind::unsatisfiable) {
        const auto size = plan_.size;
        const auto action = refuse(416, "The range begins behind the end of the file.");
        plan_.size = size;
        return action;
    }
    plan_.status = 206;
    if (choice.count > 1) {
        plan_multipart(choice.parts());
    } else {
        plan_.first = choice.ranges[0].first;
        plan_.length = choice.ranges[0].length;
    }
    return finish();
}

/// RFC 9110 section 14.6. The boundary is no secret; a file that holds it confuses no client, for each part says how long
/// it is.
LIBNETXX_DECL void FileResponder::plan_multipart(std::span<const wire::ByteRange> ranges)
{
    std::string boundary{"=_libnet_"};
    for (const char c : plan_.etag) boundary += c == '"' || c == '/' ? '_' : c;
    plan_.content = ResponsePlan::Content::parts;
    ((plan_.multipart = "multipart/byteranges; boundary=\"") += boundary) += '"';
    plan_.length = 0;
    std::size_t text_begin = 0;
    const auto add = [&](const wire::ByteRange& range) {
        const ContentPart part{plan_.page.size() - text_begin, range.first, range.length};
        plan_.parts.push_back(part);
        plan_.length += part.text + part.length;
        text_begin = plan_.page.size();
    };
    for (const auto& range : ranges) {
        plan_.page += plan_.page.empty() ? "--" : "\r\n--";
        ((plan_.page += boundary) += "\r\nContent-Type: ") += plan_.content_type;
        plan_.page += "\r\nContent-Range: ";
        plan_.page += ContentRange{range.first, range.length, plan_.size};
        plan_.page += "\r\n\r\n";
        add(range);
    }
    ((plan_.page += "\r\n--") += boundary) += "--\r\n";
    add({});
}

LIBNETXX_DECL FileAction FileResponder::on_listing(std::uint64_t size, std::uint64_t hash, FileTime now)
{
    now_ = now;
    plan_.head_only = request_.method == "HEAD";
    plan_.content = ResponsePlan::Content::file;
    plan_.status = 200;
    plan_.size = plan_.length = size;
    make_strong_etag(plan_.etag, hash, size, wire::ContentCoding::identity);
    if (site_->options().cache_control == SiteCacheControl::classes) plan_.cache_control = "no-cache";
    switch (judge_conditions(request_, {plan_.etag, {}}, now_)) {
    case Condition::failed:
        return refuse(412, detail::changed_meanwhile);
    case Condition::not_modified:
        plan_.status = 304;
        plan_.content = ResponsePlan::Content::none;
        break;
    case Condition::holds:
        break;
    }
    return finish();
}

LIBNETXX_DECL FileAction FileResponder::refuse(unsigned status, std::string_view why)
{
    plan_refusal(status, why);
    plan_.retry_later = status == 503;
    return finish_with_page();
}

/// The guard's refusal.
LIBNETXX_DECL FileAction FileResponder::refuse(const AccessVerdict& verdict)
{
    plan_refusal(verdict.status, verdict.reason);
    if (!verdict.name.empty()) plan_.more.push_back({verdict.name, verdict.value});
    request_.guarded = false;  // it would refuse the page for the same reason: it isn't asked
    return finish_with_page();
}

LIBNETXX_DECL void FileResponder::plan_refusal(unsigned status, std::string_view why)
{
    const auto vary = plan_.vary;
    plan_.refuse(status, why);
    plan_.vary = vary;
    plan_.head_only = request_.method == "HEAD";
}

LIBNETXX_DECL FileAction FileResponder::refuse_method()
{
    const bool known = std::ranges::find(detail::refused_methods, request_.method) != detail::refused_methods.end();
    if (!known) return refuse(501, "The server doesn't know this method.");
    plan_.refuse(405, "Files here can only be read.");
    plan_.allow = detail::allowed_methods;  // RFC 9110 section 15.5.6
    return finish_with_page();
}

LIBNETXX_DECL FileAction FileResponder::redirect(unsigned status, std::string location, std::string_view why)
{
    const auto fragment = std::min(location.find('#'), location.size());  // the query goes before it
    if (request_.has_query && location.find('?') >= fragment)
        location.insert(fragment, '?' + std::string{request_.query});
    plan_.redirect(status, std::move(location), why);
    plan_.head_only = request_.method == "HEAD";
    return finish();
}

/// An error that may have a page of its own.
LIBNETXX_DECL FileAction FileResponder::finish_with_page()
{
    plan_.head_only = request_.method == "HEAD";
    finish();
    const auto page = site_->error_page(plan_.status);
    if (page.empty()) return Respond{};
    name_ = page;
    return look_up(Stage::error_page);
}

LIBNETXX_DECL FileAction FileResponder::finish()
{
    add_cors_fields();
    add_rule_fields();
    return Respond{};
}

LIBNETXX_DECL void FileResponder::add_cors_fields()
{
    if (site_->options().cors_origins.empty()) return;
    if (site_->allows_every_origin()) {
        plan_.allow_origin = "*";
    } else {
        plan_.vary.origin = true;
        if (request_.origin.empty() || !site_->allows_origin(request_.origin)) return;
        plan_.allow_origin = request_.origin;
    }
    if (request_.method != "OPTIONS") plan_.more.push_back({"Access-Control-Expose-Headers", "*"});
}

LIBNETXX_DECL void FileResponder::add_rule_fields()
{
    for (const auto& rule : site_->options().headers) {
        if (base::iequals(rule.name, "Content-Type") || base::iequals(rule.name, "Cache-Control")) continue;
        if (matches_path(rule.paths, shown_)) plan_.more.push_back({rule.name, rule.value});
    }
}

/// The value that the last of the site's rules gives a field of this file; empty: none does.
LIBNETXX_DECL std::string_view FileResponder::rule_value(std::string_view field) const noexcept
{
    std::string_view value;
    for (const auto& rule : site_->options().headers)
        if (base::iequals(rule.name, field) && matches_path(rule.paths, shown_)) value = rule.value;
    return value;
}

}  // namespace libnet::inline v0::engine
