#pragma once
// The options of httpd++ about what is answered.
//
//   apps::SiteSettings site;
//   add_options(table, site);
//   ...
//   table.sections("host", note, [&](const apps::Section& section) {
//       site.sections.push_back(read_host_section(section, site.options, root));
//   });
//   ...
//   apply(table, faults, site, options);

#include <apps/common/faults.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/units.hpp>
#include <libnet/engine/files/host_table.hpp>
#include <libnet/engine/files/site.hpp>
#include <libnet/io/files/read_text.hpp>
#include <libnet/static_file_server_options.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace libnet::apps {

/// A site with options of its own: a section "[host www.example.org]" of the configuration file.
struct HostSection {
    VirtualHost host;
    std::string place;
};

/// What the command line says about the site and those beside it.
struct SiteSettings {
    SiteOptions options{};
    std::vector<VirtualHost> hosts{};  ///< all served alike
    std::vector<HostSection> sections{};
    std::string mime_types{};
    std::string hash_file{};
};

namespace detail {

/// The text of a file that --mime-types names.
inline std::string read_media_types(const std::string& file)
try {
    return io::read_text(file);
} catch (const std::invalid_argument& error) {
    throw UsageError{fmt::format("'{}': {}", printable(file), error.what())};
}

/// The text in front of a separator, and what is behind it.
inline std::pair<std::string_view, std::string_view> cut(std::string_view text, std::string_view separator)
{
    const auto at = text.find(separator);
    if (at == text.npos) return {text, {}};
    return {base::trim(text.substr(0, at)), base::trim(text.substr(at + separator.size()))};
}

/// Runs the checks of the library on a site that has nothing but one value.
template <typename Set>
void check_alone(Set&& set)
{
    SiteOptions options;
    set(options);
    try {
        const engine::Site checked{std::move(options)};
    } catch (const std::invalid_argument& error) {
        throw BadValue{error.what()};
    }
}

/// Reads a text by `read`, and has the site's checks look at it where `set` has put it.
template <typename Read, typename Set>
auto checked(Read read, Set set)
{
    return [read = std::move(read), set = std::move(set)](std::string_view text) {
        auto value = read(text);
        check_alone([&](SiteOptions& options) { set(options, value); });
        return value;
    };
}

/// "404=errors/404.html"
inline SiteErrorPage read_error_page(std::string_view text)
{
    const auto [status, file] = cut(text, "=");
    const auto number = base::parse_number<unsigned>(status);
    if (!number || file.empty())
        throw BadValue{fmt::format("'{}' is no error page: give one like 404=errors/404.html", printable(text))};
    SiteErrorPage page{*number, std::string{file}};
    check_alone([&page](SiteOptions& options) { options.error_pages = {page}; });
    return page;
}

/// "/old/* /new/*" or "/old /new 302"
inline SiteRedirect read_redirect(std::string_view text)
{
    const auto [from, rest] = cut(text, " ");
    const auto [to, status] = cut(rest, " ");
    const auto number = status.empty() ? 301U : base::parse_number<unsigned>(status).value_or(0);
    if (from.empty() || to.empty() || number == 0)
        throw BadValue{
            fmt::format("'{}' is no redirect: give one like '/old/* /new/*' or '/a /b 302'", printable(text))};
    SiteRedirect redirect{std::string{from}, std::string{to}, number};
    check_alone([&redirect](SiteOptions& options) { options.redirects = {redirect}; });
    return redirect;
}

/// "*.woff2 Access-Control-Max-Age: 60"
inline SiteHeader read_header(std::string_view text)
{
    const auto [paths, field] = cut(text, " ");
    const auto [name, value] = cut(field, ":");
    if (paths.empty() || name.empty() || field.find(':') == field.npos)
        throw BadValue{fmt::format("'{}' is no header: give one like '* X-Frame-Options: DENY'", printable(text))};
    SiteHeader header{std::string{paths}, std::string{name}, std::string{value}};
    check_alone([&header](SiteOptions& options) { options.headers = {header}; });
    return header;
}

/// Adds those of a host, none of which may be there.
inline void add_names(engine::HostTable& names, const VirtualHost& host)
try {
    for (const auto& name : host.names) names.add(name, 0);
} catch (const std::invalid_argument& error) {
    throw UsageError{error.what()};
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

namespace detail {

/// What a site most often needs.
inline Options& add_site_options(Options& table, SiteOptions& options)
{
    return table.flag("listing,l", "list directories that have no index", options.listing, DirectoryListing::on)
        .value("fallback", "FILE", "answers for pages that aren't there",
               checked(text("file name"), [](SiteOptions& site, const std::string& file) { site.fallback = file; }),
               options.fallback);
}

/// The rest of it.
inline Options& add_rare_site_options(Options& table, SiteOptions& options)
{
    using namespace std::chrono_literals;
    return table
        .value("index", "FILE,...", "what answers for a directory (index.html)",
               checked(texts("file name"),
                       [](SiteOptions& site, const std::vector<std::string>& files) { site.index = files; }),
               options.index)
        .flag("dot-files", "serve files whose name begins with a dot, too", options.dot_files, DotFiles::serve)
        .value("symlinks", "inside|none|any", "which are followed: those that stay in the root (inside)",
               choice<Symlinks>({{"inside", Symlinks::inside}, {"none", Symlinks::none}, {"any", Symlinks::any}}),
               options.symlinks)
        .flag("clean-urls", "/about is about.html", options.clean_urls, CleanUrls::on)
        .flag("no-precompressed", "don't look for .br, .zst and .gz", options.precompressed, Precompressed::off)
        .flag("compress", "compress what has no such file, and keep the result", options.compression,
              SiteCompression::on)
        .list("error-page", "STATUS=FILE", "shown instead of the built-in page", detail::read_error_page,
              options.error_pages)
        .list("redirect", "'FROM TO [STATUS]'", "a path to another, or to a URL; /old/* to /new/*",
              detail::read_redirect, options.redirects)
        .list("header", "'PATHS NAME: VALUE'", "a field for paths like *.css or /assets/*", detail::read_header,
              options.headers)
        .value("cors", "ORIGIN,...", "whose scripts may read the answers, * for all",
               checked(texts("origin"),
                       [](SiteOptions& site, const std::vector<std::string>& from) { site.cors_origins = from; }),
               options.cors_origins)
        .value("max-age", "TIME", "Cache-Control of what is neither HTML nor has a hash in its name: 90, 1h, 7d",
               period(0s, 87600h), options.max_age)
        .list("immutable", "PATHS", "that never change, besides names with a hash",
              checked(text("pattern"), [](SiteOptions& site, const std::string& paths) { site.immutable = {paths}; }),
              options.immutable)
        .flag("no-cache-control", "leave the field to --header", options.cache_control, SiteCacheControl::off)
        .value("max-listing", "N", "entries that a listing shows (10000)", integer<std::size_t>(1, 1'000'000),
               options.max_listing);
}

/// Puts the second list behind the first.
template <typename Rule>
void append(std::vector<Rule>& rules, const std::vector<Rule>& more)
{
    rules.insert(rules.end(), more.begin(), more.end());
}

}  // namespace detail

/// Adds --listing, --fallback and --host in a group of their own, and the rarer ones in another.
inline void add_options(Options& table, SiteSettings& site)
{
    detail::add_site_options(table.group("Site"), site.options)
        .list("host", "NAME,...=ROOT", "another root for these hosts, or *.NAME", detail::read_host, site.hosts);
    detail::add_rare_site_options(table.rare_group("Site, more of it"), site.options)
        .value("mime-types", "FILE", "media types by extension, before the built-in ones", text("file name"),
               site.mime_types)
        .value("hash-file", "FILE", "keeps entity tags over a restart, or none (beside --access-log FILE)",
               text("file name"), site.hash_file);
}

/// Reads a section "[host NAME,...]". Its site is as `site` and serves `root`, but for what stands there: there may be
/// all options that are about a site, and `root`. Of redirects and error pages its own come first; its headers come
/// last, and count.
/// @throws UsageError what makes no sense
inline HostSection read_host_section(const Section& section, const SiteOptions& site, const std::string& root)
{
    VirtualHost host{.root = root};
    base::for_each_list_item(section.argument, [&host](std::string_view name) { host.names.emplace_back(name); });
    if (host.names.empty())
        throw UsageError{fmt::format("{}: give names, such as [host example.org,*.example.org]", section.place)};

    Options table{"", "", ""};
    table.value("root", "ROOT", "", text("directory"), host.root);
    detail::add_site_options(table, host.site);
    detail::add_rare_site_options(table, host.site);
    host.site = site;
    host.site.redirects.clear();
    host.site.error_pages.clear();
    table.set(section);
    detail::append(host.site.redirects, site.redirects);
    detail::append(host.site.error_pages, site.error_pages);
    return {std::move(host), section.place};
}

/// Takes them over. What makes no sense is noted.
inline void apply(const Options& table, Faults& faults, SiteSettings site, StaticFileServerOptions& options)
{
    table.attempt(faults, {"mime-types"}, [&site] {
        if (site.mime_types.empty()) return;
        const auto types = detail::read_media_types(site.mime_types);
        site.options.media_types = types;
        for (auto& section : site.sections) section.host.site.media_types = types;
    });
    table.attempt(faults, {}, [&site] { detail::check_alone([&](SiteOptions& all) { all = site.options; }); });
    engine::HostTable names;
    table.attempt_each(faults, "host", site.hosts.size(), [&](std::size_t i) {
        detail::add_names(names, site.hosts[i]);
        site.hosts[i].site = site.options;
    });
    for (auto& section : site.sections) {
        try {
            detail::check_alone([&section](SiteOptions& all) { all = section.host.site; });
            detail::add_names(names, section.host);
        } catch (const std::exception& error) {
            faults.add(fmt::format("{}: {}", section.place, error.what()), exit_usage);
        }
        site.hosts.push_back(std::move(section.host));
    }
    options.site = std::move(site.options);
    options.hosts = std::move(site.hosts);
}

/// Says which files that options name aren't there yet: they may come, or the name may be wrong.
inline void warn_of_missing(const StaticFileServerOptions& options)
{
    const auto warn = [](const SiteOptions& site, const std::string& root) {
        const auto look = [&root](std::string_view option, const std::string& file) {
            std::error_code failed;
            if (file.empty() || std::filesystem::is_regular_file(std::filesystem::path{root} / file, failed)) return;
            complain("httpd++",
                     fmt::format("--{}: there is no '{}' in '{}' yet", option, printable(file), printable(root)));
        };
        look("fallback", site.fallback);
        for (const auto& page : site.error_pages) look("error-page", page.file);
    };
    warn(options.site, options.root);
    for (const auto& host : options.hosts) warn(host.site, host.root);
}

}  // namespace libnet::apps
