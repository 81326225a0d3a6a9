#pragma once
// What a daemon speaks at each of its places: TLS at some, plain HTTP at others, or nothing but redirects from there to TLS.
//
//   apps::check_places(table, faults, daemon.listen, daemon.has_certificate, apps::Redirects::possible);
//   ...
//   ServerGroup<Server> group{apps::by_place(options, sockets.places()), ..., std::move(sockets)};

#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_group.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
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

/// The port of the first place with TLS; nothing: there is none.
inline std::optional<std::uint16_t> https_port(const std::vector<io::ListenPlace>& places, bool has_certificate)
{
    const auto found = std::ranges::find_if(places, [has_certificate](const io::ListenPlace& place) {
        return !place.is_unix() && speaks_tls(place, has_certificate);
    });
    if (found == places.end()) return std::nullopt;
    return found->endpoint.port();
}

}  // namespace detail

/// What makes no sense of a place among these, and what would do; empty: nothing.
inline std::string fault_of(const io::ListenPlace& place, const std::vector<io::ListenPlace>& places,
                            bool has_certificate, Redirects redirects)
{
    const auto text = io::to_text(place);
    if (place.spoken == io::SpokenThere::tls && !has_certificate)
        return fmt::format("{},tls: there is no certificate: give --tls-cert", text);
    if (place.spoken == io::SpokenThere::transparent && (redirects == Redirects::possible || place.is_unix()))
        return fmt::format(
            "{},transparent: only a proxy takes connections that were meant for others, and at an address and "
            "port: give {},plain",
            text, text);
    if (place.spoken != io::SpokenThere::redirect) return {};
    if (redirects == Redirects::impossible)
        return fmt::format("{},redirect: only a file server redirects: give {},plain", text, text);
    if (place.https_port == 0 && !detail::https_port(places, has_certificate))
        return fmt::format(
            "{},redirect: TLS is spoken at no port: give another --listen for that, or "
            "the port that clients find it at, as in {},redirect=443",
            text, text);
    return {};
}

/// Looks for places that make no sense.
/// @throws UsageError which one, and what would do
inline void check_places(const std::vector<io::ListenPlace>& places, bool has_certificate, Redirects redirects)
{
    for (const auto& place : places)
        if (const auto fault = fault_of(place, places, has_certificate, redirects); !fault.empty())
            throw UsageError{"--listen " + fault};
}

/// The same of those that --listen gave.
inline void check_places(const Options& table, Faults& faults, const std::vector<io::ListenPlace>& places,
                         bool has_certificate, Redirects redirects)
{
    table.attempt_each(faults, "listen", places.size(), [&](std::size_t i) {
        if (const auto fault = fault_of(places[i], places, has_certificate, redirects); !fault.empty())
            throw UsageError{fault};
    });
}

/// What a daemon does at a place, in the words that it has for itself: "serving public with TLS".
inline std::string what_at(const io::ListenPlace& place, std::string_view what, bool has_certificate)
{
    if (place.spoken == io::SpokenThere::redirect) return "redirecting to TLS";
    if (place.spoken == io::SpokenThere::transparent) return std::string{what} + " what is led there";
    return std::string{what} + (detail::speaks_tls(place, has_certificate) ? " with TLS" : "");
}

/// Where a browser finds a place: the daemon's scheme, but "http" where there is no TLS; empty where it has none.
inline std::string_view scheme_at(const io::ListenPlace& place, std::string_view scheme)
{
    const bool is_plain = place.spoken == io::SpokenThere::plain || place.spoken == io::SpokenThere::redirect;
    return is_plain && !scheme.empty() ? "http" : scheme;
}

/// The options that servers have at these places, where the sockets listen already: they may be others than those of --listen.
/// @throws UsageError as `check_places`: a place without its TLS would show everything in the clear
template <typename Options>
OptionsByPlace<Options> by_place(Options options, const std::vector<io::ListenPlace>& places)
{
    bool has_certificate = false;
    if constexpr (requires { options.tls; }) has_certificate = options.tls != nullptr;
    constexpr bool can_redirect = requires { options.redirect_to_https; };
    check_places(places, has_certificate, can_redirect ? Redirects::possible : Redirects::impossible);
    const auto https_port = detail::https_port(places, has_certificate);
    OptionsByPlace<Options> result;
    result.options = std::move(options);
    result.at = [https_port]([[maybe_unused]] Options& there, const io::ListenPlace& place) {
        using io::SpokenThere;
        [[maybe_unused]] const auto usual_port = https_port;
        if (place.spoken == SpokenThere::usual || place.spoken == SpokenThere::tls) return;
        if constexpr (requires { there.tls; }) there.tls = nullptr;
        if constexpr (requires { there.transparent; }) there.transparent = place.spoken == SpokenThere::transparent;
        if constexpr (requires { there.redirect_to_https; }) {
            if (place.spoken != SpokenThere::redirect) return;
            there.redirect_to_https = place.https_port != 0 ? place.https_port : usual_port.value();
            there.access = nullptr;  // a password would be asked for, and come, in the clear
            there.hosts.clear();     // none of them is served
        }
    };
    return result;
}

}  // namespace libnet::apps
