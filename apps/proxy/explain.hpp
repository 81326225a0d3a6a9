#pragma once
// proxy++ --explain: how a request would be decided, without sending it.

#include <apps/common/option_values.hpp>
#include <apps/common/output.hpp>
#include <apps/common/run.hpp>
#include <libnet/access.hpp>
#include <libnet/base/text.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/io/access/egress_limiter.hpp>
#include <libnet/resolver.hpp>
#include <libnet/wire/http/http_target.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// Whose request it is.
struct ExplainedClient {
    asio::ip::address address = asio::ip::address_v4::loopback();
    std::string user{};                 ///< empty: no user has logged in
    engine::ClientIdentity identity{};  ///< what its connection proves
};

/// When it comes.
struct ExplainedTime {
    std::chrono::system_clock::time_point when{};
};

/// What the command line says of it.
struct ExplainSettings {
    std::optional<engine::EgressTarget> target{};  ///< nothing: nothing is to be explained
    ExplainedClient client{};
    std::optional<ExplainedTime> time{};  ///< nothing: now
};

namespace detail {

inline engine::EgressTarget read_explained_request(std::string_view text)
{
    const auto space = std::min(text.find(' '), text.size());
    const auto method = text.substr(0, space);
    const auto url = text.substr(std::min(space + 1, text.size()));
    const bool is_datagram = method == "UDP", is_socks = method == "SOCKS";
    const auto target = wire::parse_target(is_datagram || is_socks ? "CONNECT" : method, url);
    if (method.empty() || !target || target->authority.host.empty())
        throw BadValue{
            fmt::format("'{}' is no request: give one like 'GET http://example.org/' or "
                        "'CONNECT example.org:443'",
                        printable(text))};
    if (is_datagram) return engine::datagram_target(target->authority.host, target->authority.port.value_or(0));
    const bool is_tls = base::iequals(target->scheme, "https");
    if (target->form == wire::TargetForm::absolute && !is_tls && !base::iequals(target->scheme, "http"))
        throw BadValue{fmt::format("'{}' would not be forwarded: only http and https are", printable(text))};
    auto explained = engine::egress_target(target->authority.host, target->authority.port.value_or(is_tls ? 443 : 80),
                                           is_socks ? "CONNECT" : method, target->path);
    explained.is_tls = is_tls;
    explained.is_by_http = !is_socks;
    return explained;
}

inline ExplainedClient read_explained_client(std::string_view text)
{
    constexpr std::string_view uid = "uid=", certificate = "certificate=";
    ExplainedClient client;
    if (text.starts_with(uid)) {  // a Unix socket has no address
        client.identity.uid = base::parse_number<std::uint32_t>(text.substr(uid.size()));
        client.address = asio::ip::address_v4::any();
        if (client.identity.uid) return client;
    }
    const auto at = text.rfind('@');
    const auto name = text.substr(0, at == text.npos ? 0 : at);
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(std::string{at == text.npos ? text : text.substr(at + 1)}, bad);
    if (bad)
        throw BadValue{fmt::format(
            "'{}' is no client: give one like 10.1.2.3, alice@10.1.2.3, certificate=ci.example.org@10.1.2.3 or "
            "uid=1000",
            printable(text))};
    client.address = wire::unmapped(address);
    if (name.starts_with(certificate)) client.identity.certificate.emplace_back(name.substr(certificate.size()));
    else client.user = name;
    return client;
}

inline ExplainedTime read_explained_time(std::string_view text)
{
    const bool is_utc = text.ends_with('Z');
    const std::string given{is_utc ? text.substr(0, text.size() - 1) : text};
    std::tm time{};
    const char* const end = ::strptime(given.c_str(), "%Y-%m-%dT%H:%M", &time);
    if (end == nullptr || *end != '\0')
        throw BadValue{fmt::format("'{}' is no time: give one like 2026-11-30T14:00, or 2026-11-30T14:00Z for UTC",
                                   printable(text))};
    time.tm_isdst = -1;  // found out
    return {std::chrono::system_clock::from_time_t(is_utc ? ::timegm(&time) : std::mktime(&time))};
}

inline asio::awaitable<int> explain(const ExplainSettings& settings, const engine::EgressPolicy& policy,
                                    const ResolverOptions& resolver_options)
{
    const auto& target = *settings.target;
    engine::EgressClient client{settings.client.address};
    client.when = io::week_moment(settings.time ? settings.time->when : std::chrono::system_clock::now());
    if (!settings.client.user.empty()) client.user = settings.client.user;
    client.identity = &settings.client.identity;
    std::vector<asio::ip::address> addresses;
    std::string failure;
    const bool is_name = target.host && !target.host->address;
    const auto route = policy.route(client, target);
    const bool goes_directly = std::ranges::find(route, engine::direct_route) != route.end();
    if (is_name && goes_directly && policy.judge(client, target).goes_on()) {
        const auto executor = co_await asio::this_coro::executor;
        Resolver resolver{executor, resolver_options};
        auto looking = resolver.resolve(target.host->name);
        try {
            addresses = co_await std::move(looking);
        } catch (const boost::system::system_error& error) {
            failure = reason_of(error);
        }
    }
    for (const auto& line : engine::explain(policy, client, target, addresses)) print("{}\n", line);
    if (!failure.empty()) print("the name has no address: {}\n", failure);
    const auto goes_on = [&](const asio::ip::address& each) { return policy.judge(client, target, each).goes_on(); };
    auto by_parent = target;
    by_parent.goes_by_parent = true;
    if (route.front() != engine::direct_route && policy.judge(client, by_parent).goes_on()) co_return 0;
    if (!goes_directly) co_return 1;
    const bool allowed = is_name ? std::ranges::any_of(addresses, goes_on) : policy.judge(client, target).goes_on();
    co_return allowed ? 0 : 1;
}

}  // namespace detail

/// Reads "GET http://host/path", "CONNECT host:port", "SOCKS host:port" (a tunnel by SOCKS) or "UDP host:port".
inline auto explained_request()
{
    return [](std::string_view text) { return detail::read_explained_request(text); };
}

/// Reads "10.1.2.3", "alice@10.1.2.3", "certificate=ci.example.org@10.1.2.3" or "uid=1000".
inline auto explained_client()
{
    return [](std::string_view text) { return detail::read_explained_client(text); };
}

/// Reads "2026-11-30T14:00", local time, or "2026-11-30T14:00Z", UTC.
inline auto explained_time()
{
    return [](std::string_view text) { return detail::read_explained_time(text); };
}

/// Prints the path of the decision. Returns the exit code: 0 where the request is let through to an address of its host, or to a
/// parent proxy, else 1.
inline int explain(const ExplainSettings& settings, const EgressControl& control, const ResolverOptions& resolver)
{
    const auto policy = control.policy();
    return run("proxy++", detail::explain(settings, *policy, resolver));
}

}  // namespace libnet::apps
