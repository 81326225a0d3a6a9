#pragma once
// What a daemon speaks at each of its places: TLS at some, plain HTTP at others, or nothing but redirects from there to TLS.
//
//   apps::check_places(daemon, apps::Redirects::possible);
//   ...
//   ServerGroup<Server> group{apps::by_place(options, sockets.places()), ..., std::move(sockets)};

#include <apps/common/daemon_options.hpp>
#include <apps/common/option_sources.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_group.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// Whether a program can redirect clients.
enum class Redirects : std::uint8_t { impossible, possible };

namespace detail {

/// Whether TLS is spoken at a place, by a server with a certificate or without.
inline bool speaks_tls(const io::ListenPlace& place, bool has_certificate)
{
    return place.spoken == io::SpokenThere::tls || (place.spoken == io::SpokenThere::usual && has_certificate);
}

/// The port of the first place with TLS; 0: there is none.
inline std::uint16_t https_port(const std::vector<io::ListenPlace>& places, bool has_certificate)
{
    const auto found = std::ranges::find_if(places, [has_certificate](const io::ListenPlace& place) {
        return !place.is_unix() && speaks_tls(place, has_certificate);
    });
    return found == places.end() ? std::uint16_t{0} : found->endpoint.port();
}

}  // namespace detail

/// Looks for places that make no sense.
/// @throws UsageError which one, and what would do
inline void check_places(const DaemonOptions& daemon, Redirects redirects)
{
    const bool has_certificate = daemon.has_certificate;
    const auto is_reached = [has_certificate](const io::ListenPlace& place) {
        return !place.is_unix() && detail::speaks_tls(place, has_certificate);
    };
    const bool reaches_tls = std::ranges::any_of(daemon.listen, is_reached);
    for (const auto& place : daemon.listen) {
        const auto text = io::to_text(place);
        if (place.spoken == io::SpokenThere::tls && !has_certificate)
            throw UsageError{fmt::format("--listen {},tls: there is no certificate: give --tls-cert", text)};
        if (place.spoken != io::SpokenThere::redirect) continue;
        if (redirects == Redirects::impossible)
            throw UsageError{
                fmt::format("--listen {},redirect: only a file server redirects: give {},plain", text, text)};
        if (place.https_port == 0 && !reaches_tls)
            throw UsageError{
                fmt::format("--listen {},redirect: TLS is spoken at no port: give another --listen for that, or "
                            "the port that clients find it at, as in {},redirect=443",
                            text, text)};
    }
}

/// What a daemon does at a place, in the words that it has for itself: "serving public with TLS".
inline std::string what_at(const io::ListenPlace& place, std::string_view what, bool has_certificate)
{
    if (place.spoken == io::SpokenThere::redirect) return "redirecting to TLS";
    return std::string{what} + (detail::speaks_tls(place, has_certificate) ? " with TLS" : "");
}

/// Where a browser finds a place: the daemon's scheme, but "http" where there is no TLS; empty where it has none.
inline std::string_view scheme_at(const io::ListenPlace& place, std::string_view scheme)
{
    const bool is_plain = place.spoken == io::SpokenThere::plain || place.spoken == io::SpokenThere::redirect;
    return is_plain && !scheme.empty() ? "http" : scheme;
}

/// The options that servers have at these places, where the sockets listen already.
template <typename Options>
OptionsByPlace<Options> by_place(Options options, const std::vector<io::ListenPlace>& places)
{
    std::uint16_t https_port = 0;
    if constexpr (requires { options.tls; }) https_port = detail::https_port(places, options.tls != nullptr);
    OptionsByPlace<Options> result;
    result.options = std::move(options);
    result.at = [https_port]([[maybe_unused]] Options& there, const io::ListenPlace& place) {
        using io::SpokenThere;
        [[maybe_unused]] const auto usual_port = https_port;
        if (place.spoken == SpokenThere::usual || place.spoken == SpokenThere::tls) return;
        if constexpr (requires { there.tls; }) there.tls = nullptr;
        if constexpr (requires { there.redirect_to_https; }) {
            if (place.spoken != SpokenThere::redirect) return;
            there.redirect_to_https = place.https_port != 0 ? place.https_port : usual_port;
            there.access = nullptr;  // a password would be asked for, and come, in the clear
            there.hosts.clear();     // none of them is served
        }
    };
    return result;
}

}  // namespace libnet::apps
