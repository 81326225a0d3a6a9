#pragma once
// The options of httpd++ about what is answered.
//
//   apps::SiteSettings site;
//   add_options(table, site);
//   ...
//   apply(site, options);                 // throws std::invalid_argument for what makes no sense

#include <apps/option_values.hpp>
#include <apps/options.hpp>
#include <libnet/engine/host_table.hpp>
#include <libnet/engine/site.hpp>
#include <libnet/static_file_server_options.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// What the command line says about the site and those beside it.
struct SiteSettings {
    SiteOptions options{};
    std::vector<VirtualHost> hosts{};  ///< all served alike
    std::string mime_types = "/etc/mime.types";
};

namespace detail {

/// The text in front of a separator, and what is behind it.
inline std::pair<std::string_view, std::string_view> cut(std::string_view text, std::string_view separator)
{
    const auto at = text.find(separator);
    if (at == text.npos) return {text, {}};
    return {base::trim(text.substr(0, at)), base::trim(text.substr(at + separator.size()))};
}

/// "404=errors/404.html"
inline ErrorPage read_error_page(std::string_view text)
{
    const auto [status, file] = cut(text, "=");
    const auto number = base::parse_number<unsigned>(status);
    if (!number || file.empty())
        throw BadValue{fmt::format("'{}' is no error page: give one like 404=errors/404.html", printable(text))};
    return {*number, std::string{file}};
}

/// "/old/* /new/*" or "/old /new 302"
inline Redirect read_redirect(std::string_view text)
{
    const auto [from, rest] = cut(text, " ");
    const auto [to, status] = cut(rest, " ");
    const auto number = status.empty() ? 301U : base::parse_number<unsigned>(status).value_or(0);
    if (from.empty() || to.empty() || number == 0)
        throw BadValue{
            fmt::format("'{}' is no redirect: give one like '/old/* /new/*' or '/a /b 302'", printable(text))};
    return {std::string{from}, std::string{to}, number};
}

/// "*.woff2 Access-Control-Max-Age: 60"
inline HeaderRule read_header(std::string_view text)
{
    const auto [paths, field] = cut(text, " ");
    const auto [name, value] = cut(field, ":");
    if (paths.empty() || name.empty() || field.find(':') == field.npos)
        throw BadValue{fmt::format("'{}' is no header: give one like '* X-Frame-Options: DENY'", printable(text))};
    return {std::string{paths}, std::string{name}, std::string{value}};
}

/// "example.org,*.example.org=/srv/example"
inline VirtualHost read_host(std::string_view text)
{
    const auto [names, root] = cut(text, "=");
    VirtualHost host{.root = std::string{root}};
    base::for_each_list_item(names, [&host](std::string_view name) { host.names.emplace_back(name); });
    if (host.names.empty() || root.empty())
        throw BadValue{
            fmt::format("'{}' is no host: give one like 'example.org,*.example.org=/srv/example'", printable(text))};
    return host;
}

}  // namespace detail

/// Adds --listing, --fallback and --host in a group of their own, and the rarer ones in another.
inline void add_options(Options& table, SiteSettings& site)
{
    using namespace std::chrono_literals;
    auto& options = site.options;
    table.group("Site")
        .flag("listing,l", "list directories that have no index", options.listing, DirectoryListing::on)
        .value("fallback", "FILE", "answers for pages that aren't there", text("file name"), options.fallback)
        .list("host", "NAME,...=ROOT", "another root for these hosts, or *.NAME", detail::read_host, site.hosts);
    table.rare_group("Site, more of it")
        .value("index", "FILE,...", "what answers for a directory (index.html)", texts("file name"), options.index)
        .flag("dot-files", "serve files whose name begins with a dot, too", options.dot_files, DotFiles::serve)
        .value("symlinks", "inside|none|any", "which are followed: those that stay in the root (inside)",
               choice<Symlinks>({{"inside", Symlinks::inside}, {"none", Symlinks::none}, {"any", Symlinks::any}}),
               options.symlinks)
        .flag("clean-urls", "/about is about.html", options.clean_urls, CleanUrls::on)
        .flag("no-precompressed", "don't look for .br, .zst and .gz", options.precompressed, Precompressed::off)
        .flag("compress", "compress what has no such file, and keep the result", options.compression, Compression::on)
        .list("error-page", "STATUS=FILE", "shown instead of the built-in page", detail::read_error_page,
              options.error_pages)
        .list("redirect", "'FROM TO [STATUS]'", "a path to another, or to a URL; /old/* to /new/*",
              detail::read_redirect, options.redirects)
        .list("header", "'PATHS NAME: VALUE'", "a field for paths like *.css or /assets/*", detail::read_header,
              options.headers)
        .value("cors", "ORIGIN,...", "whose scripts may read the answers, * for all", texts("origin"),
               options.cors_origins)
        .value("max-age", "SECONDS", "Cache-Control of what is neither HTML nor has a hash in its name",
               seconds(0s, 87600h), options.max_age)
        .list("immutable", "PATHS", "that never change, besides names with a hash", text("pattern"), options.immutable)
        .flag("no-cache-control", "leave the field to --header", options.cache_control, CacheControl::off)
        .value("max-listing", "N", "entries that a listing shows (10000)", integer<std::size_t>(1, 1'000'000),
               options.max_listing)
        .value("mime-types", "FILE", "media types by extension (/etc/mime.types)", text("file name"), site.mime_types);
}

/// Takes them over.
/// @throws std::invalid_argument what makes no sense
inline void apply(SiteSettings site, StaticFileServerOptions& options)
{
    const engine::Site checked{site.options};
    engine::HostTable names;
    for (auto& host : site.hosts) {
        for (const auto& name : host.names) names.add(name, 0);
        host.site = site.options;
    }
    options.site = std::move(site.options);
    options.hosts = std::move(site.hosts);
    options.mime_types = std::move(site.mime_types);
}

}  // namespace libnet::apps
