#pragma once
// Which files are looked up for a request, and in which order.

#include <libnet/base/text.hpp>
#include <libnet/engine/files/file_responder.hpp>
#include <libnet/wire/http/accept.hpp>

#include <algorithm>
#include <chrono>
#include <ostream>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::string_view html_suffix = ".html";
inline constexpr std::string_view no_file = "There is no such file here.";
inline constexpr std::string_view no_index =
    "This directory has no index, and its files are not listed. (httpd++ lists them with --listing.)";

/// Precompressed siblings that are older than this are no longer what the plain file says. Those who copy both at once
/// may write either one first.
inline constexpr std::chrono::minutes sibling_delay{1};

/// Names of more segments are no file's: to look each of them up takes the longer the deeper it would lie.
inline constexpr std::ptrdiff_t most_segments = 256;

/// Files within these sizes are compressed: smaller ones gain nothing, larger ones take too long.
inline constexpr std::uint64_t least_to_encode = 256;
inline constexpr std::uint64_t most_to_encode = 4 * 1024 * 1024;

LIBNETXX_DECL std::string_view words_of(wire::UriPathError error) noexcept
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

LIBNETXX_DECL std::string_view last_segment(std::string_view name) noexcept
{
    return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace detail

LIBNETXX_DECL FileAction FileResponder::start(const Site& site, const FileRequest& request)
{
    begin(site, request);
    if (request.method == "OPTIONS") return options();
    if (request.method != "GET" && request.method != "HEAD") return refuse_method();

    if (const auto decoded = wire::decode_path(request.path, path_); !decoded) {
        if (decoded.error() != wire::UriPathError::encoded_slash) return refuse(400, detail::words_of(decoded.error()));
        path_ = {};  // it is no file's, but an application may route by it
        missing_ = detail::words_of(decoded.error());
        return look_for_fallback(Page::by_navigation);
    }
    if (std::ranges::count(path_.name, '/') >= detail::most_segments) return refuse(404, detail::no_file);
    show_path();
    if (site.options().dot_files == DotFiles::refuse && wire::has_hidden_segment(path_.name))
        return refuse(404, detail::no_file);
    if (const auto* rule = site.redirect(shown_))
        return redirect(rule->status, target_of(*rule, shown_), "What is asked for is elsewhere.");
    if (path_.directory) return next_index();
    name_ = path_.name;
    return look_up(Stage::file);
}

LIBNETXX_DECL FileAction FileResponder::start_refused(const Site& site, const FileRequest& request,
                                                      const AccessVerdict& verdict)
{
    begin(site, request);
    if (wire::decode_path(request.path, path_)) show_path();  // for the rules about fields, as far as it can be read
    return refuse(verdict);
}

LIBNETXX_DECL void FileResponder::begin(const Site& site, const FileRequest& request)
{
    site_ = &site;
    request_ = request;
    plan_.clear();
    shown_.clear();
    stage_ = Stage::file;
    next_index_ = next_coding_ = 0;
    found_other_ = false;
    hash_ = {};
    missing_ = detail::no_file;
}

/// Makes the path of the request the one that rules are about.
LIBNETXX_DECL void FileResponder::show_path()
{
    (shown_ = '/') += path_.name;
    if (path_.directory && !path_.name.empty()) shown_ += '/';
}

LIBNETXX_DECL FileAction FileResponder::on_file(const FileFacts& facts, FileTime now)
{
    now_ = now;
    if (facts.kind == FileKind::directory) return on_directory();
    switch (stage_) {
    case Stage::directory:  // "/a.txt/"
        return look_for_fallback();
    case Stage::coding: {
        found_other_ = true;
        if (facts.modified + detail::sibling_delay < plain_facts_.modified) return next_coding();
        const auto coding = codings_.in_order()[next_coding_ - 1];
        return answer(facts, coding);
    }
    case Stage::encoding:
        return answer_encoded(facts.size);
    case Stage::plain:
        return answer(facts, wire::ContentCoding::identity);
    case Stage::hashing:
        return answer(facts, hash_coding_);
    case Stage::error_page:
        plain_facts_ = facts;
        if (request_.guarded) return Admit{name_};
        return show_error_page();
    case Stage::file:
        if (site_->options().clean_urls == CleanUrls::off || !name_.ends_with(detail::html_suffix)) break;
        if (std::ranges::find(site_->options().index, detail::last_segment(name_)) == site_->options().index.end())
            name_.resize(name_.size() - detail::html_suffix.size());
        else name_.resize(name_.size() - detail::last_segment(name_).size());
        return redirect(301, wire::encode_path(name_), "This page is found without the end of its file's name.");
    case Stage::index:
    case Stage::clean:
    case Stage::beside:
    case Stage::fallback:
        break;
    }
    return found(facts);
}

LIBNETXX_DECL FileAction FileResponder::on_directory()
{
    switch (stage_) {
    case Stage::file:
        if (site_->options().clean_urls == CleanUrls::off) return add_slash();
        name_ += detail::html_suffix;
        return look_up(Stage::beside);
    case Stage::beside:
        return add_slash();
    case Stage::index:  // a directory that has the name of an index is no page
        return next_index();
    case Stage::directory:
        return list();
    case Stage::coding:
        found_other_ = true;
        return next_coding();
    case Stage::error_page:
        return Respond{};
    case Stage::clean:
        return look_for_fallback();
    case Stage::fallback:
    case Stage::encoding:
    case Stage::plain:
    case Stage::hashing:
        break;
    }
    return refuse(404, detail::no_file);
}

/// A directory without an index.
LIBNETXX_DECL FileAction FileResponder::list()
{
    const auto& options = site_->options();
    if (options.listing == DirectoryListing::off) {
        missing_ = detail::no_index;
        return look_for_fallback();
    }
    const bool json =
        wire::weight_of(request_.accept, "application/json") > wire::weight_of(request_.accept, "text/html");
    const auto format = json ? ListingFormat::json : ListingFormat::html;
    plan_.content_type = json ? "application/json" : "text/html; charset=utf-8";
    plan_.vary.accept = true;
    const auto order = read_listing_order(request_.query);
    return ListDirectory{name_, shown_, options.max_listing, {order, format, options.dot_files}};
}

LIBNETXX_DECL FileAction FileResponder::add_slash()
{
    // Made from the name, not from the path as sent: "//host" would lead to another server.
    return redirect(301, wire::encode_path(path_.name) + '/', "This directory is found with a slash at its end.");
}

LIBNETXX_DECL FileAction FileResponder::on_failure(LookUpFailure failure)
{
    if (stage_ == Stage::error_page) return Respond{};
    if (stage_ == Stage::coding) return next_coding();
    if (stage_ == Stage::encoding) return send_plain();
    switch (failure) {
    case LookUpFailure::not_found:
        return missing();
    case LookUpFailure::forbidden:
        if (stage_ == Stage::directory && site_->options().listing == DirectoryListing::off) return missing();
        return refuse(403, "The server may not read this file.");
    case LookUpFailure::failed:
        return refuse(500, "The file could not be read.");
    case LookUpFailure::overloaded:
        break;
    }
    return refuse(503, "The server has too many files open. Try again in a moment.");
}

/// What was looked up is not there.
LIBNETXX_DECL FileAction FileResponder::missing()
{
    const auto& options = site_->options();
    if (stage_ == Stage::index) return next_index();
    if (stage_ == Stage::beside) return add_slash();
    if (stage_ == Stage::file && options.clean_urls == CleanUrls::on) {
        name_ += detail::html_suffix;
        return look_up(Stage::clean);
    }
    if (stage_ == Stage::fallback) return refuse(404, missing_);
    return look_for_fallback();
}

LIBNETXX_DECL FileAction FileResponder::next_index()
{
    const auto& options = site_->options();
    name_ = path_.name;
    if (next_index_ == options.index.size()) return look_up(Stage::directory);
    if (!name_.empty()) name_ += '/';
    name_ += options.index[next_index_++];
    return look_up(Stage::index);
}

/// A page that isn't there may be one of an application that does its own routing. What has an extension is one only where
/// a browser says that it is what a user navigates to: a style sheet that is missing must not become a page.
LIBNETXX_DECL FileAction FileResponder::look_for_fallback()
{
    const bool dotted = detail::last_segment(path_.name).find('.') != std::string_view::npos;
    return look_for_fallback(dotted ? Page::by_navigation : Page::by_name);
}

LIBNETXX_DECL FileAction FileResponder::look_for_fallback(Page page)
{
    const auto& fallback = site_->options().fallback;
    if (fallback.empty()) return refuse(404, missing_);
    plan_.vary.accept = true;
    plan_.vary.sec_fetch_mode = page == Page::by_navigation;
    const bool wanted = page == Page::by_name ? wire::weight_of(request_.accept, "text/html") > 0 : is_navigation();
    if (!wanted) return refuse(404, missing_);
    name_ = fallback;
    return look_up(Stage::fallback);
}

/// Whether a browser asks for what it will show as a page: it says so, or wants HTML before all else.
LIBNETXX_DECL bool FileResponder::is_navigation() const noexcept
{
    if (!request_.sec_fetch_mode.empty()) return base::iequals(request_.sec_fetch_mode, "navigate");
    auto first = request_.accept.substr(0, request_.accept.find(','));
    first = base::trim(first.substr(0, first.find(';')));
    return base::iequals(first, "text/html") || base::iequals(first, "application/xhtml+xml");
}

LIBNETXX_DECL LookUp FileResponder::look_up(Stage stage)
{
    stage_ = stage;
    return {name_};
}

LIBNETXX_DECL FileAction FileResponder::show_error_page()
{
    plan_.content = ResponsePlan::Content::file;
    plan_.content_type = site_->media_type(name_, plain_facts_);
    plan_.length = plain_facts_.size;
    return Respond{};
}

/// The plain file is there.
LIBNETXX_DECL FileAction FileResponder::found(const FileFacts& facts)
{
    plain_ = name_;
    plain_facts_ = facts;
    if (request_.guarded && name_ != path_.name) return Admit{name_};
    return negotiate();
}

LIBNETXX_DECL FileAction FileResponder::on_verdict(const AccessVerdict& verdict)
{
    const bool admitted = verdict.status == 0;
    if (stage_ == Stage::error_page) return admitted ? show_error_page() : Respond{};
    return admitted ? negotiate() : refuse(verdict);
}

/// The plain file may be sent; perhaps a sibling of it is wanted more.
LIBNETXX_DECL FileAction FileResponder::negotiate()
{
    (shown_ = '/') += name_;
    plan_.content_type = rule_value("Content-Type");
    if (plan_.content_type.empty()) plan_.content_type = site_->media_type(name_, plain_facts_);
    if (site_->options().precompressed == Precompressed::off)
        return answer(plain_facts_, wire::ContentCoding::identity);
    plan_.vary.accept_encoding = true;
    codings_ = wire::read_accept_encoding(request_.accept_encoding);
    return next_coding();
}

LIBNETXX_DECL FileAction FileResponder::next_coding()
{
    const auto order = codings_.in_order();
    if (next_coding_ == order.size() || order[next_coding_] == wire::ContentCoding::identity) return encode_or_send();
    name_ = plain_;
    name_ += wire::suffix_of(order[next_coding_++]);
    return look_up(Stage::coding);
}

/// There is no sibling that is wanted more than the plain file.
LIBNETXX_DECL FileAction FileResponder::encode_or_send()
{
    const auto size = plain_facts_.size;
    const bool worth_it =
        size >= detail::least_to_encode && size <= detail::most_to_encode && wire::is_compressible(plan_.content_type);
    if (next_coding_ == 0 || site_->options().compression == SiteCompression::off || !worth_it) return send_plain();
    stage_ = Stage::encoding;
    return Encode{plain_, codings_.in_order().front()};
}

LIBNETXX_DECL FileAction FileResponder::send_plain()
{
    const bool refused =
        std::ranges::find(codings_.in_order(), wire::ContentCoding::identity) == codings_.in_order().end();
    if (refused && wire::is_compressible(plan_.content_type))
        return refuse(406, "The file is there only without a content coding, and the request refuses that.");
    if (!found_other_) return answer(plain_facts_, wire::ContentCoding::identity);
    name_ = plain_;
    return look_up(Stage::plain);
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const FileAction& action)
{
    if (const auto* look_up = std::get_if<LookUp>(&action)) return out << "LookUp{\"" << look_up->name << "\"}";
    if (const auto* encode = std::get_if<Encode>(&action))
        return out << "Encode{\"" << encode->name << "\", " << wire::name_of(encode->coding) << '}';
    if (const auto* hash = std::get_if<Hash>(&action)) return out << "Hash{\"" << hash->name << "\"}";
    if (const auto* list = std::get_if<ListDirectory>(&action)) return out << "ListDirectory{\"" << list->name << "\"}";
    if (const auto* admit = std::get_if<Admit>(&action)) return out << "Admit{\"" << admit->name << "\"}";
    return out << "Respond{}";
}

}  // namespace libnet::inline v0::engine
