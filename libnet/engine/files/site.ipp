#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/files/site.hpp>
#include <libnet/engine/http/path_pattern.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// Fields that a rule can't set: they frame the message or describe the very answer.
inline constexpr std::array<std::string_view, 20> own_fields{"Accept-Ranges",
                                                             "Allow",
                                                             "Connection",
                                                             "Content-Encoding",
                                                             "Content-Length",
                                                             "Content-Range",
                                                             "Date",
                                                             "ETag",
                                                             "Keep-Alive",
                                                             "Last-Modified",
                                                             "Location",
                                                             "Proxy-Connection",
                                                             "Server",
                                                             "TE",
                                                             "Trailer",
                                                             "Transfer-Encoding",
                                                             "Upgrade",
                                                             "Vary",
                                                             "Access-Control-Allow-Origin",
                                                             "WWW-Authenticate"};

[[noreturn]] inline void reject(std::string_view what, std::string_view value, std::string_view why)
{
    throw std::invalid_argument{std::string{what} + " '" + std::string{value} + "': " + std::string{why}};
}

/// A file of the site as an option names it: without a way out, and without a slash in front.
LIBNETXX_DECL void check_file(std::string_view what, std::string_view name)
{
    const std::string framed = '/' + std::string{name} + '/';
    if (framed.find("//") != framed.npos || framed.find("/../") != framed.npos || framed.find("/./") != framed.npos ||
        name.find('\0') != name.npos)
        reject(what, name, "give a file's name below the root, such as errors/404.html");
}

LIBNETXX_DECL bool is_visible(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) { return wire::is(wire::CharClass::visible, c); });
}

/// Whether the star of a redirect's target stands in its path, its query or its fragment. Else a client would choose
/// where it leads: "https://a.example*" to "https://a.example.evil.example/", "*" to any scheme.
LIBNETXX_DECL bool has_star_in_path(std::string_view to) noexcept
{
    const auto authority = to.starts_with('/') && !to.starts_with("//") ? to.npos : to.find("//");
    const auto path = to.find('/', authority == to.npos ? 0 : authority + 2);
    return path != to.npos && to.find('*') > path;
}

LIBNETXX_DECL void check_redirect(const SiteRedirect& redirect)
{
    const auto star = redirect.from.find('*');
    if (!redirect.from.starts_with('/') || (star != redirect.from.npos && star + 1 != redirect.from.size()))
        reject("redirect from", redirect.from, "give a path, with a * at its end if need be");
    if (redirect.to.empty() || !is_visible(redirect.to) || std::ranges::count(redirect.to, '*') > 1 ||
        (redirect.to.find('*') != redirect.to.npos && star == redirect.from.npos))
        reject("redirect to", redirect.to,
               "give a path or URL in visible ASCII, with at most the * of the path it is from");
    if (redirect.to.find('*') != redirect.to.npos && !has_star_in_path(redirect.to))
        reject("redirect to", redirect.to, "put the * behind the first slash of a path");
    constexpr std::array<unsigned, 5> good{301, 302, 303, 307, 308};
    if (std::ranges::find(good, redirect.status) == good.end())
        reject("redirect status", std::to_string(redirect.status), "give 301, 302, 303, 307 or 308");
}

LIBNETXX_DECL void check_header(const SiteHeader& rule)
{
    const auto is_token = [](char c) { return wire::is(wire::CharClass::token, c); };
    const auto is_value = [](char c) { return c == ' ' || wire::is(wire::CharClass::visible, c); };
    if (rule.paths.empty()) reject("header paths", rule.paths, "give a pattern, such as *.css or /assets/*");
    if (rule.name.empty() || !std::ranges::all_of(rule.name, is_token))
        reject("header name", rule.name, "it is no field name");
    if (std::ranges::any_of(own_fields, [&rule](std::string_view own) { return base::iequals(own, rule.name); }))
        reject("header name", rule.name, "the server itself decides about this field");
    if (!std::ranges::all_of(rule.value, is_value) || rule.value != base::trim(rule.value))
        reject("header value", rule.value, "give visible ASCII");
}

/// An enumeration's value, of which there are those up to `last`.
template <typename Enum>
void check_choice(std::string_view what, Enum value, Enum last)
{
    const auto number = static_cast<unsigned>(value), most = static_cast<unsigned>(last);
    if (number > most) reject(what, std::to_string(number), "there is no such choice");
}

LIBNETXX_DECL void check_choices(const SiteOptions& options)
{
    check_choice("listing", options.listing, DirectoryListing::on);
    check_choice("dot files", options.dot_files, DotFiles::serve);
    check_choice("symlinks", options.symlinks, Symlinks::any);
    check_choice("clean URLs", options.clean_urls, CleanUrls::on);
    check_choice("precompressed", options.precompressed, Precompressed::on);
    check_choice("compression", options.compression, SiteCompression::on);
    check_choice("cache control", options.cache_control, SiteCacheControl::off);
}

LIBNETXX_DECL void check_origin(std::string_view origin)
{
    if (origin == "*") return;
    const auto scheme = origin.find("://");
    if (!is_visible(origin) || scheme == origin.npos || scheme == 0 || scheme + 3 == origin.size() ||
        origin.find('/', scheme + 3) != origin.npos)
        reject("origin", origin, "give one like https://example.org, or *");
}

}  // namespace detail

LIBNETXX_DECL Site::Site(SiteOptions options)
    : options_{std::move(options)},
      types_{options_.media_types, options_.more_media_types}
{
    detail::check_choices(options_);
    for (const auto& name : options_.index) detail::check_file("index", name);
    if (!options_.fallback.empty()) detail::check_file("fallback", options_.fallback);
    for (const auto& page : options_.error_pages) {
        detail::check_file("error page", page.file);
        if (page.status < 400 || page.status > 599)
            detail::reject("error page status", std::to_string(page.status), "give one from 400 to 599");
    }
    for (const auto& redirect : options_.redirects) detail::check_redirect(redirect);
    for (const auto& rule : options_.headers) detail::check_header(rule);
    for (const auto& origin : options_.cors_origins) detail::check_origin(origin);
    every_origin_ = std::ranges::find(options_.cors_origins, "*") != options_.cors_origins.end();
    if (options_.max_age && options_.max_age->count() < 0)
        detail::reject("max age", std::to_string(options_.max_age->count()), "give 0 or more seconds");
    if (options_.max_age) max_age_ = "max-age=" + std::to_string(options_.max_age->count());
}

LIBNETXX_DECL std::string_view Site::error_page(unsigned status) const noexcept
{
    const auto page = std::ranges::find(options_.error_pages, status, &SiteErrorPage::status);
    return page == options_.error_pages.end() ? std::string_view{} : page->file;
}

LIBNETXX_DECL const SiteRedirect* Site::redirect(std::string_view path) const noexcept
{
    const auto fits = [path](const SiteRedirect& redirect) {
        if (!redirect.from.ends_with('*')) return path == redirect.from;
        return path.starts_with(std::string_view{redirect.from}.substr(0, redirect.from.size() - 1));
    };
    const auto rule = std::ranges::find_if(options_.redirects, fits);
    return rule == options_.redirects.end() ? nullptr : &*rule;
}

LIBNETXX_DECL std::string_view Site::cache_control(std::string_view path, std::string_view media_type) const noexcept
{
    if (options_.cache_control == SiteCacheControl::off) return {};
    const auto fits = [path](std::string_view pattern) { return matches_path(pattern, path); };
    if (has_content_hash(path) || std::ranges::any_of(options_.immutable, fits))
        return "max-age=31536000, immutable";  // RFC 8246
    if (media_type.starts_with("text/html")) return "no-cache";
    return max_age_;
}

LIBNETXX_DECL bool Site::allows_origin(std::string_view origin) const noexcept
{
    return every_origin_ || std::ranges::find(options_.cors_origins, origin) != options_.cors_origins.end();
}

LIBNETXX_DECL std::string target_of(const SiteRedirect& redirect, std::string_view path)
{
    const auto star = redirect.to.find('*');
    if (star == redirect.to.npos) return redirect.to;
    const auto rest = path.substr(redirect.from.size() - 1);
    // Never with a slash in front of it, so that "//host" can't come out.
    return redirect.to.substr(0, star) + wire::encode_path(rest).substr(1) + redirect.to.substr(star + 1);
}

}  // namespace libnet::inline v0::engine
