#pragma once
// The options of proxy++ about proxies behind it.

#include <apps/common/faults.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>
#include <libnet/access.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/io/files/read_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// A file with the log-in of a parent proxy.
struct ParentLogin {
    std::string parent, file;
};

/// What the command line says of parents.
struct ParentSettings {
    std::vector<ParentProxy> parents{};  ///< in the order in which they are tried; one called "direct": without any
    std::vector<ParentLogin> logins{};
    engine::ParentPreface preface = engine::ParentPreface::none;  ///< that all of them get
};

namespace detail {

/// Reads "NAME=URL", "URL" or "direct".
inline auto parent_proxy()
{
    return [](std::string_view text) {
        ParentProxy parent;
        if (text == engine::direct_route) {
            parent.name = text;
            return parent;
        }
        try {
            parent = engine::parse_parent_proxy(text);
        } catch (const std::invalid_argument& error) {
            throw BadValue{printable(error.what())};
        }
        return parent;
    };
}

/// Reads "NAME=FILE".
inline auto parent_login()
{
    return [](std::string_view text) {
        const auto equals = text.find('=');
        if (equals == text.npos || equals == 0 || equals + 1 == text.size())
            throw BadValue{fmt::format("'{}' is no NAME=FILE: give one like corp=/run/secrets/corp", printable(text))};
        return ParentLogin{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
    };
}

}  // namespace detail

/// Adds them in a group of their own.
inline void add_parents(Options& table, ParentSettings& settings, ForwardProxyOptions& options)
{
    using namespace std::chrono_literals;
    using Preface = engine::ParentPreface;
    table.rare_group("Parent proxies")
        .list("parent", "[NAME=]URL",
              "http://HOST:PORT or socks5://HOST:PORT that all goes by; the next ones where it fails; or 'direct'",
              detail::parent_proxy(), settings.parents)
        .list("parent-login", "NAME=FILE", "'user:password' for this parent is in FILE", detail::parent_login(),
              settings.logins)
        .value("send-proxy", "VERSION", "tell parents the client's address by a PROXY header: none, v1, v2 (none)",
               choice<Preface>({{"none", Preface::none}, {"v1", Preface::proxy_v1}, {"v2", Preface::proxy_v2}}),
               settings.preface)
        .value("parent-retry", "TIME", "until a parent that failed is tried again; 0: at once (30)", period(0ms, 24h),
               options.parent_retry)
        .value("parent-check", "TIME", "between two checks of each parent; 0: none (0)", period(0ms, 24h),
               options.parent_check)
        .value("parent-fall", "N", "failed checks in a row, and it is down (2)", integer<unsigned>(1, 1000),
               options.parent_fall)
        .value("parent-rise", "N", "good checks in a row, and it is up again (2)", integer<unsigned>(1, 1000),
               options.parent_rise);
}

/// Reads the files, and sets what follows for the proxy and its policy. What is wrong is noted.
inline void read_parents(const Options& table, Faults& faults, const ParentSettings& settings,
                         ForwardProxyOptions& options, EgressOptions& egress)
{
    options.parents.clear();
    egress.parents.clear();
    egress.route.clear();
    table.attempt_each(faults, "parent", settings.parents.size(), [&](std::size_t i) {
        const auto& parent = settings.parents[i];
        if (std::ranges::find(egress.route, parent.name) != egress.route.end())
            throw std::runtime_error{fmt::format("two are called '{}': give them names", parent.name)};
        egress.route.push_back(parent.name);
        if (parent.name == engine::direct_route) return;
        egress.parents.push_back(parent.name);
        options.parents.push_back(parent);
        options.parents.back().preface = settings.preface;
    });
    table.attempt_each(faults, "parent-login", settings.logins.size(), [&](std::size_t i) {
        const auto& [name, file] = settings.logins[i];
        const auto parent = std::ranges::find(options.parents, name, &ParentProxy::name);
        if (parent == options.parents.end())
            throw std::runtime_error{fmt::format("there is no parent '{}'", printable(name))};
        try {
            engine::set_parent_login(*parent, io::read_text(file));
        } catch (const std::invalid_argument& error) {
            throw std::runtime_error{fmt::format("'{}': {}", printable(file), error.what())};
        }
    });
}

}  // namespace libnet::apps
