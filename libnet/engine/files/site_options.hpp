#pragma once
// What a site answers, and how: the options of a file server that are about content.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// What becomes of files and directories whose name begins with a dot.
enum class DotFiles : std::uint8_t {
    refuse,  ///< they are not there (404), but for /.well-known (RFC 8615)
    serve,   ///< as any other
};

/// Which symbolic links are followed, wherever a name leads through one: a file, a directory, an index, a sibling, an
/// error page. What is not followed is not there (404), and listings don't show it. The root's own path may have links
/// in any case.
enum class Symlinks : std::uint8_t {
    inside,  ///< those that stay beneath the root all the way; an absolute one never does
    none,
    any,  ///< wherever they lead: whoever can make a link in the root can have any file served that the server may read
};

/// Whether a directory without an index is listed.
enum class DirectoryListing : std::uint8_t {
    off,  ///< it is not there (404)
    on,   ///< HTML, or JSON where Accept prefers it
};

/// Whether `/about` stands for the file about.html, even beside a directory of that name, which is `/about/`.
enum class CleanUrls : std::uint8_t {
    off,
    on,  ///< and /about.html is redirected to /about, /index.html to /
};

/// Whether `a.css.br`, `a.css.zst` and `a.css.gz` are sent for a.css to those who take them.
enum class Precompressed : std::uint8_t {
    off,
    on,  ///< where they are files, and not older than the plain one by more than a minute: such were forgotten
};

/// Whether a file that compresses well and has no precompressed sibling is compressed when it is asked for.
enum class SiteCompression : std::uint8_t {
    off,
    on,  ///< files of 256 bytes to 4 MiB, and the result is kept in memory; no ranges of it are served
};

/// What Cache-Control says. Never "public": a shared cache must not keep what a client had to log in for (RFC 9111
/// section 3.5).
enum class SiteCacheControl : std::uint8_t {
    classes,  ///< HTML is asked for again each time ("no-cache"), hashed names never ("immutable"), the rest by `max_age`
    off,      ///< nothing, unless a SiteHeader does
};

/// A file of the site that is shown instead of a built-in error page.
///
/// Where access rules or limits refuse a request (401, 403, 429, 503) it is shown whatever the rules say of the page
/// itself, so every client can see it; for another error they must grant it. Before any site is asked the built-in page
/// answers: where HTTP itself is broken, for a body that is too large or too slow, an expectation (417), a URL of
/// another server (421), and one connection too many.
struct SiteErrorPage {
    unsigned status = 404;  ///< 400 to 599
    std::string file{};     ///< relative to the root; where it can't be read, the built-in page is shown
};

/// Redirects clients before any file is looked up.
struct SiteRedirect {
    std::string from{};     ///< the path, decoded; a "*" at its end stands for any rest: "/old/*"
    std::string to{};       ///< a path or URL; a "*" in its path stands for that rest: "/new/*". The query goes along,
                            ///< unless this one has its own.
    unsigned status = 301;  ///< 301, 302, 303, 307 or 308
};

/// A field that some answers have.
struct SiteHeader {
    std::string paths{};  ///< a pattern: `*` is any text, `?` any character; without a slash it is about the last
                          ///< segment, as "*.woff2", else about the whole path, as "/assets/*"
    std::string name{};   ///< not one that the server itself has to be right about, such as Content-Length
    std::string value{};  ///< visible ASCII and spaces
};

/// How a site answers. Everything has a sensible default.
struct SiteOptions {
    std::vector<std::string> index{
        "index.html"};  ///< what answers for a directory, the first that is there; empty: none
    DirectoryListing listing = DirectoryListing::off;    ///< whether a directory without an index is listed
    DotFiles dot_files = DotFiles::refuse;               ///< names that begin with a dot
    Symlinks symlinks = Symlinks::inside;                ///< where symbolic links may lead
    CleanUrls clean_urls = CleanUrls::off;               ///< whether pages are known without their ".html"
    Precompressed precompressed = Precompressed::on;     ///< whether FILE.br, FILE.zst or FILE.gz answer for FILE
    SiteCompression compression = SiteCompression::off;  ///< what is compressed as it is served
    /// The page of an application that does its own routing, such as "index.html": it answers (200) where a page is asked
    /// for that isn't there. A name with an extension, or an encoded slash, is a page where a browser navigates to it
    /// (Sec-Fetch-Mode, or HTML first in Accept). Empty: 404.
    std::string fallback{};
    SiteCacheControl cache_control = SiteCacheControl::classes;  ///< what caches are told
    /// How long the files that are in no other class may be used without asking; nothing: the field is left out.
    std::optional<std::chrono::seconds> max_age{};
    /// Patterns, as in SiteHeader, of names that never get another content, besides those that show it by a hash of
    /// eight or more hexadecimal digits: app.3f9a1c07.js.
    std::vector<std::string> immutable{};
    std::vector<SiteErrorPage> error_pages{};  ///< in place of the built-in ones
    std::vector<SiteRedirect> redirects{};     ///< the first one that fits counts
    std::vector<SiteHeader> headers{};         ///< fields that are added to answers
    /// Origins whose scripts may read the answers (the Fetch standard's CORS): "https://a.example", or "*" for every one.
    std::vector<std::string> cors_origins{};
    /// The text of a mime.types file, which counts before the built-in table.
    std::string media_types{};
    /// The same, for what neither that nor the built-in table knows: such as the machine's, which is wrong in places.
    std::string more_media_types{};
    std::size_t max_listing = 10'000;  ///< entries that a listing shows; it says when there are more
};

}  // namespace libnet::inline v0
