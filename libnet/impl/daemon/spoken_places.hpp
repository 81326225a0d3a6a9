#pragma once
// What a daemon speaks at each of its places: TLS at some, plain HTTP at others, or nothing but redirects from there to TLS.

#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_group.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// What makes no sense of a place.
enum class PlaceFault : std::uint8_t {
    none,
    no_certificate,      ///< TLS without one
    cannot_transparent,  ///< the server is no proxy, or the place is a Unix socket
    cannot_redirect,     ///< the server has no redirects
    no_https_port,       ///< a redirect, where TLS is spoken at no port
};

/// What a kind of server can do beside serving.
struct PlaceAbilities {
    bool redirects = false;
    bool transparent = false;
};

/// A place of a daemon that makes no sense.
class BadPlace : public std::invalid_argument {
public:
    BadPlace(io::ListenPlace which, PlaceFault why)
        : invalid_argument{words(which, why)},
          place{std::move(which)},
          fault{why}
    {}

    const io::ListenPlace place;
    const PlaceFault fault;

private:
    static std::string words(const io::ListenPlace& place, PlaceFault fault)
    {
        constexpr std::string_view faults[] = {"", "TLS takes a certificate",
                                               "only a proxy takes connections that were meant for others, and at an "
                                               "address and port",
                                               "this server has no redirects", "a redirect takes a place with TLS"};
        return "listen: " + io::to_text(place) + ": " + std::string{faults[static_cast<std::size_t>(fault)]};
    }
};

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

/// What makes no sense of a place among these.
inline PlaceFault fault_of(const io::ListenPlace& place, const std::vector<io::ListenPlace>& places,
                           bool has_certificate, PlaceAbilities can)
{
    using io::SpokenThere;
    if (place.spoken == SpokenThere::tls && !has_certificate) return PlaceFault::no_certificate;
    if (place.spoken == SpokenThere::transparent && (!can.transparent || place.is_unix()))
        return PlaceFault::cannot_transparent;
    if (place.spoken != SpokenThere::redirect) return PlaceFault::none;
    if (!can.redirects) return PlaceFault::cannot_redirect;
    if (place.https_port == 0 && !https_port(places, has_certificate)) return PlaceFault::no_https_port;
    return PlaceFault::none;
}

/// What a daemon does at a place, in the words that it has for itself: "serving public with TLS".
inline std::string what_at(const io::ListenPlace& place, std::string_view what, bool has_certificate)
{
    if (place.spoken == io::SpokenThere::redirect) return "redirecting to TLS";
    if (place.spoken == io::SpokenThere::transparent) return std::string{what} + " what is led there";
    return std::string{what} + (speaks_tls(place, has_certificate) ? " with TLS" : "");
}

/// Where a browser on this machine finds a place: ", http://localhost:8080/"; the daemon's scheme, but "http" where there is no
/// TLS; empty where it has none.
inline std::string shown_url(const io::ListenPlace& place, std::string_view scheme)
{
    if (scheme.empty() || place.is_unix()) return {};
    const bool is_plain = place.spoken == io::SpokenThere::plain || place.spoken == io::SpokenThere::redirect;
    const auto& endpoint = place.endpoint;
    const bool is_any = endpoint.address().is_unspecified();
    const auto where = is_any ? "localhost:" + std::to_string(endpoint.port()) : io::to_text(place);
    return ", " + std::string{is_plain ? "http" : scheme} + "://" + where + "/";
}

template <typename Options>
bool has_certificate(const Options& options)
{
    if constexpr (requires { options.tls; }) return options.tls != nullptr;
    else return false;
}

template <typename Options>
PlaceAbilities abilities_of(const Options& options)
{
    return {.redirects = requires {options.redirect_to_https;
}
, .transparent = requires { options.transparent; }
};
}

/// The options that servers have at these places, where the sockets listen already: they may be others than were asked for.
/// @throws BadPlace one makes no sense: a place without its TLS would show everything in the clear
template <typename Options>
OptionsByPlace<Options> by_place(Options options, const std::vector<io::ListenPlace>& places)
{
    const bool certificate = has_certificate(options);
    for (const auto& place : places)
        if (const auto fault = fault_of(place, places, certificate, abilities_of(options)); fault != PlaceFault::none)
            throw BadPlace{place, fault};
    OptionsByPlace<Options> result;
    result.at = [https = https_port(places, certificate)]([[maybe_unused]] Options& there,
                                                          const io::ListenPlace& place) {
        using io::SpokenThere;
        [[maybe_unused]] const auto usual_port = https;
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
    result.options = std::move(options);
    return result;
}

}  // namespace libnet::inline v0::detail
