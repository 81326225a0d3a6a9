#pragma once
// What a daemon speaks at each of its places: TLS at some, plain HTTP at others, or nothing but redirects from there to TLS.
//
//   apps::check_places(table, faults, daemon.listen, daemon.has_certificate, apps::Redirects::possible);

#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <libnet/impl/daemon/spoken_places.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libnet::apps {

/// Whether a program can redirect clients.
enum class Redirects : std::uint8_t { impossible, possible };

/// What makes no sense of a place, and what would do; empty: nothing.
inline std::string words_of(libnet::detail::PlaceFault fault, const io::ListenPlace& place)
{
    using libnet::detail::PlaceFault;
    const auto text = io::to_text(place);
    switch (fault) {
    case PlaceFault::none:
        return {};
    case PlaceFault::no_certificate:
        return fmt::format("{},tls: there is no certificate: give --tls-cert", text);
    case PlaceFault::cannot_transparent:
        return fmt::format(
            "{},transparent: only a proxy takes connections that were meant for others, and at an address and "
            "port: give {},plain",
            text, text);
    case PlaceFault::cannot_redirect:
        return fmt::format("{},redirect: only a file server redirects: give {},plain", text, text);
    case PlaceFault::no_https_port:
        break;
    }
    return fmt::format(
        "{},redirect: TLS is spoken at no port: give another --listen for that, or "
        "the port that clients find it at, as in {},redirect=443",
        text, text);
}

/// Looks for places that make no sense among those that --listen gave.
inline void check_places(const Options& table, Faults& faults, const std::vector<io::ListenPlace>& places,
                         bool has_certificate, Redirects redirects)
{
    const libnet::detail::PlaceAbilities can{.redirects = redirects == Redirects::possible,
                                             .transparent = redirects == Redirects::impossible};
    table.attempt_each(faults, "listen", places.size(), [&](std::size_t i) {
        const auto fault = libnet::detail::fault_of(places[i], places, has_certificate, can);
        if (const auto words = words_of(fault, places[i]); !words.empty()) throw UsageError{words};
    });
}

/// Does something with the places where sockets listen already, which may be others than those of --listen.
/// @throws UsageError one of them makes no sense
template <typename Work>
auto with_places(Work&& work)
{
    try {
        return work();
    } catch (const libnet::detail::BadPlace& bad) {
        throw UsageError{"--listen " + words_of(bad.fault, bad.place)};
    }
}

}  // namespace libnet::apps
