#pragma once
// The options that every daemon has: where it listens, with how many threads, where its access log goes, and who it is.
//
//   apps::DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = 8080};
//   add_options(table.group("Server"), daemon, "address to listen on (every one)");
//   add_life_options(table.rare_group("Daemon"), daemon);

#include <apps/common/listen_address.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>
#include <libnet/access_log_format.hpp>
#include <libnet/diagnostics_log.hpp>
#include <libnet/io/loop/usable_cores.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/privileges.hpp>
#include <libnet/sandbox.hpp>
#include <libnet/wire/http/authority.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace libnet::apps {

/// What a daemon's table of options sets, and `serve` (apps/common/daemon.hpp) takes.
struct DaemonOptions {
    boost::asio::ip::address address{};     ///< `::` takes IPv4 connections too
    std::uint16_t port = 0;                 ///< 0: any free one
    std::vector<io::ListenPlace> listen{};  ///< where to listen instead of `address` and `port`; empty: there
    unsigned threads = io::usable_cores();  ///< each with an event loop of its own; at least 1
    std::string access_log = "-";           ///< a file, "-" for standard output, or "none"
    AccessLogFormat log_format{};           ///< what its lines look like
    std::vector<std::string> more_logs{};   ///< other files that it opens again, for who it will be
    DiagnosticsForm diagnostics = DiagnosticsForm::text;  ///< what its complaints look like
    bool has_certificate = false;                         ///< its places speak TLS, where they don't say otherwise
    std::string scheme{};  ///< of its URL, which is shown at the start; empty: it has none to click on

    std::chrono::milliseconds drain{10'000};  ///< how long requests may take to end when it stops; 0: not at all
    std::optional<io::ListenPlace> admin{};   ///< where metrics, health and status are; nothing: nowhere
    std::uint64_t max_memory = 0;             ///< octets that may be resident; 0: any number
    std::vector<std::string> page_names{};    ///< under which the page there is served, beside this machine's own
    Identity identity{};                      ///< who it is once it listens
    bool sandbox = false;                     ///< it reaches the files of `sandbox_paths` only once it serves
    SandboxPaths sandbox_paths{};
    bool check = false;  ///< reads everything, tries it, and ends
};

namespace detail {

/// Takes ",tls", ",plain", ",transparent", ",redirect" or ",redirect=443" from the end of the text: what is spoken at the place.
inline void take_speech(std::string_view& text, io::ListenPlace& place)
{
    const auto comma = text.rfind(',');
    if (comma == text.npos) return;
    const auto word = text.substr(comma + 1);
    constexpr std::string_view to_port = "redirect=";
    if (word == "tls") place.spoken = io::SpokenThere::tls;
    else if (word == "plain") place.spoken = io::SpokenThere::plain;
    else if (word == "transparent") place.spoken = io::SpokenThere::transparent;
    else if (word == "redirect" || word.starts_with(to_port)) place.spoken = io::SpokenThere::redirect;
    else return;
    if (word.starts_with(to_port)) place.https_port = port(1)(word.substr(to_port.size()));
    text = text.substr(0, comma);
}

/// "unix:/run/httpd.sock", "unix:/run/httpd.sock,mode=660".
inline io::ListenPlace read_unix_place(std::string_view text)
{
    constexpr std::string_view mode_word = ",mode=";
    io::ListenPlace place;
    auto path = text.substr(text.find(':') + 1);
    if (const auto comma = path.rfind(mode_word); comma != path.npos) {
        const auto digits = path.substr(comma + mode_word.size());
        const char* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, place.mode, 8);
        if (error != std::errc{} || stopped != end || place.mode > 0777)
            throw BadValue{fmt::format("'{}': give a mode in octal, such as mode=660", printable(text))};
        path = path.substr(0, comma);
    }
    constexpr std::size_t longest = 107;  // sun_path of unix(7)
    if (path.empty() || path.size() > longest || path.find('\0') != path.npos)
        throw BadValue{fmt::format("'{}': give a path of 1 to {} octets", printable(text), longest)};
    place.path = path;
    return place;
}

}  // namespace detail

/// Reads where a daemon listens: "[::]:80", "192.0.2.1:80", ":80" for every address, or "unix:PATH".
inline auto listen_place()
{
    return [](std::string_view text) -> io::ListenPlace {
        if (text.starts_with("unix:")) return detail::read_unix_place(text);
        return {.endpoint = listen_address()(text)};
    };
}

/// The same, and what is spoken there: "[::]:443,tls", ":80,plain", ":80,redirect", ":80,redirect=443".
inline auto server_place()
{
    return [](std::string_view text) {
        io::ListenPlace spoken;
        detail::take_speech(text, spoken);
        auto place = listen_place()(text);
        place.spoken = spoken.spoken;
        place.https_port = spoken.https_port;
        return place;
    };
}

/// Reads the name of a host, as it stands in a Host field, without a port.
inline auto page_name()
{
    return [](std::string_view text) {
        const auto read = wire::parse_authority(text);
        if (!read || read->port)
            throw BadValue{
                fmt::format("'{}' is no host: give a name without a port, such as ops.example", printable(text))};
        auto host = read->host;
        if (host.ends_with('.')) host.remove_suffix(1);  // it is not compared
        return std::string{host};
    };
}

/// Reads what the lines of the access log look like.
inline auto log_format()
{
    return [](std::string_view text) {
        try {
            return AccessLogFormat{text};
        } catch (const std::invalid_argument& error) {
            throw BadValue{fmt::format("'{}': {}", printable(text), error.what())};
        }
    };
}

/// Adds --port, --bind, --threads and --access-log to the group that the table is in. `bind_help` says what the
/// default means.
inline void add_options(Options& table, DaemonOptions& daemon, std::string_view bind_help)
{
    table.value("port,p", "PORT", fmt::format("port to listen on, 0 for any free one ({})", daemon.port), port(0),
                daemon.port);
    table.value("bind,b", "ADDR", std::string{bind_help}, bind_address(), daemon.address);
    table.value("threads", "N", fmt::format("event loops, one a thread (usable cores: {})", daemon.threads),
                integer<unsigned>(1, 256), daemon.threads);
    table.value("access-log", "FILE", "FILE for a line per request, - or none (-)", text("file name"),
                daemon.access_log);
}

/// Adds --diagnostics to the group that the table is in.
inline Options& add_diagnostics(Options& table, DaemonOptions& daemon)
{
    return table.value("diagnostics", "FORM", "how it complains: text or json (text)",
                       choice<DiagnosticsForm>({{"text", DiagnosticsForm::text}, {"json", DiagnosticsForm::json}}),
                       daemon.diagnostics);
}

/// Adds --user, --group, --sandbox and --check to it.
inline Options& add_rights(Options& table, DaemonOptions& daemon)
{
    return table.value("user", "NAME", "who it is once it listens", text("user"), daemon.identity.user)
        .value("group", "NAME", "likewise (the user's own)", text("group"), daemon.identity.group)
        .flag("sandbox", "reach only its configured files (Landlock)", daemon.sandbox)
        .flag("check", "try everything, say what is wrong, and end", daemon.check);
}

/// Adds the rarer ones to the group that the table is in: --listen, --log-format, --drain, --admin, --page-name, --user,
/// --group, --check. `spoken`: what can be said of a place behind its address.
inline Options& add_life_options(Options& table, DaemonOptions& daemon, std::string_view spoken = ",tls or ,plain")
{
    using namespace std::chrono_literals;
    table
        .list("listen", "PLACE", fmt::format("ADDR:PORT or unix:PATH[,mode=660], then {}; several times", spoken),
              server_place(), daemon.listen)
        .value("log-format", "FORMAT", "combined, json, or a text like '{client} {status} {duration}' (combined)",
               log_format(), daemon.log_format);
    add_diagnostics(table, daemon)
        .value("drain", "TIME", "that requests have to end in when it stops: 30s, 1m (10)", period(0ms, 24h),
               daemon.drain)
        .value("admin", "PLACE", "serve a live page, /metrics, /healthz, /status at ADDR:PORT or unix:PATH",
               listen_place(), daemon.admin)
        .value("max-memory", "BYTES", "resident; above, idle connections end and new ones wait: 500M; 0: any (0)",
               octets(0, std::uint64_t{1} << 50), daemon.max_memory)
        .list("page-name", "NAME", "--admin: a name that the page is served under, as by a proxy; several times",
              page_name(), daemon.page_names);
    return add_rights(table, daemon);
}

}  // namespace libnet::apps
