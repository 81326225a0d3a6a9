#pragma once
// Whether a client may reach a target through the proxy: a pure function with a named verdict.

#include <libnet/config.hpp>
#include <libnet/engine/http/client_identity.hpp>
#include <libnet/engine/proxy/egress_rule.hpp>
#include <libnet/engine/proxy/egress_verdict.hpp>
#include <libnet/wire/http/canonical_host.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// Who asks, and when. The views are those of the caller.
struct EgressClient {
    boost::asio::ip::address address{};
    std::optional<std::string_view> user{};    ///< who it has proved to be; nothing: no user
    std::string_view listener{};               ///< the name of the listener that the connection came in by: its port
    WeekMoment when{};                         ///< when it asks; where the policy `names_times`
    const ClientIdentity* identity = nullptr;  ///< what its connection proves; null: nothing
};

/// What it asks for. Made by `egress_target`.
struct EgressTarget {
    std::optional<wire::CanonicalHost> host{};  ///< nothing: the text is no host
    std::uint16_t port = 0;
    std::string method{};               ///< "CONNECT" for all tunnels, of SOCKS too; "UDP" for datagrams
    std::optional<std::string> path{};  ///< decoded; nothing: it is not seen (a tunnel), or can't be read
    bool is_tls = false;                ///< the proxy speaks TLS with it: its port has to be one of those for tunnels
    bool is_datagram = false;           ///< it goes by UDP: see `datagram_target`
    bool is_by_http = true;             ///< false: asked for by SOCKS, or by a client that a firewall has led here
    bool goes_by_parent = false;        ///< a parent proxy looks the name up: its addresses stay unknown here
    bool is_tunnel() const noexcept { return is_datagram || method == "CONNECT"; }
};

/// A target from the parts of a request: the host as it stands there (no brackets), the path still encoded, without its
/// query. Of a tunnel the path is not looked at.
EgressTarget egress_target(std::string_view host, std::uint16_t port, std::string_view method, std::string_view path);

/// The target of a datagram, which is judged as a tunnel would be; its method is "UDP", which no request's is taken for.
EgressTarget datagram_target(std::string_view host, std::uint16_t port);

/// The target of a request that a proxy has got. Where the URL leaves the port out it is 443 for https, else 80.
EgressTarget egress_target(const wire::RequestHead& request);

/// The verdict, and what made it.
struct EgressDecision {
    EgressVerdict verdict = EgressVerdict::allowed;
    const EgressRule* rule = nullptr;  ///< the rule that decided, as long as the policy lives; null: none did
    bool is_reported = false;          ///< the policy only reports: the caller goes on, and tells the verdict

    /// Whether the proxy goes on.
    bool goes_on() const noexcept { return verdict == EgressVerdict::allowed || is_reported; }
};

/// What a policy is made of.
struct EgressPolicyOptions {
    bool allow_private = false;  ///< all addresses are reached but multicast, broadcast and metadata services
    /// Ports that tunnels and https targets may reach. Empty: those of CONNECT and https reach 443 and what a rule names (see
    /// point 2 below), and those of SOCKS and of clients that a firewall leads here reach every port.
    std::vector<PortRange> connect_ports{};
    EgressRules rules{};
    std::vector<std::string> route{};  ///< where neither a rule nor EgressRules::route says one. Empty: directly
};

/// A policy. It doesn't change: new rules are another object, and a connection keeps the one that it began with.
///
/// Theory of operation. A proxy asks twice. Before it looks a name up it judges the request without an address: what is
/// refused then costs no question. Then it judges each address that the name has, dials one that is allowed, and no
/// other: a name server that answers differently the second time changes nothing. The same holds for an idle connection to
/// a server that another client has opened: its address is judged for whoever wants it now.
///
/// The first of these that applies decides:
///
///  1. the host is neither a name nor an address: bad_host
///  2. the port of a tunnel, or of an https URL, is not one of `connect_ports`: port_denied. Where nothing is listed, CONNECT
///     and https are for 443, and for a port that the rule which allows them names (RFC 9110 section 9.3.6: a tunnel to any
///     port is a relay for mail and all else); who speaks SOCKS wants other protocols, and has every port
///  3. the first rule that fits: allows or rule_denied. A rule with networks or lists of networks can't be decided without
///     an address: the request is allowed for now, and the whole judgement comes again with the address
///  4. no rule fits, and the default is to deny: default_denied
///  5. the name is that of a metadata service, or the address is not of the public internet: one verdict for each kind, see
///     AddressClass, unless `allow_private` opens the kind, or a private service of this name has the address in its
///     networks. Rules open no private addresses: "allow to .example.com" is about names, and whoever owns a name chooses
///     its addresses.
///
/// What goes by a parent proxy (`EgressTarget::goes_by_parent`) is judged once, by its name and port, since the parent looks the
/// name up: a rule or a list that needs an address fits no name then, and whether the name leads to private addresses is for the
/// parent to see to. `localhost` and what is below it are loopback, though, whoever looks them up, and targets that are addresses
/// are judged as always.
class EgressPolicy {
public:
    EgressPolicy() = default;
    explicit EgressPolicy(EgressPolicyOptions options)
        : options_{std::move(options)},
          has_routes_{!options_.route.empty() || !options_.rules.route.empty() ||
                      std::ranges::any_of(options_.rules.rules, [](const auto& rule) { return !rule.route.empty(); })},
          has_prefaces_{std::ranges::any_of(options_.rules.rules,
                                            [](const auto& rule) { return rule.preface != ParentPreface::none; })}
    {}

    /// Judges a request. `address`: one that the host has; nothing: it is not known yet, or is the host itself. `steps`:
    /// the path of the decision is appended here, a line for each thing that was looked at, for people; null: not wanted.
    EgressDecision judge(const EgressClient& client, const EgressTarget& target,
                         const std::optional<boost::asio::ip::address>& address = {},
                         std::vector<std::string>* steps = nullptr) const;

    /// Whether a limit is about such a request: what it counts is another matter.
    bool is_limited(const EgressLimit& limit, const EgressClient& client, const EgressTarget& target) const;

    /// Whether a rule or a limit has times.
    bool names_times() const
    {
        const auto has_times = [](const EgressRule& rule) { return !rule.times.empty(); };
        return std::ranges::any_of(options_.rules.rules, has_times) ||
               std::ranges::any_of(options_.rules.limits, has_times, &EgressLimit::rule);
    }

    /// By which parents a request goes, in the order in which they are tried; "direct": by none. What is said of the
    /// first rule that fits by name counts, then that of the rules, then that of the options. Private services go
    /// directly where no rule says another route. Never empty.
    std::vector<std::string> route(const EgressClient& client, const EgressTarget& target) const;

    /// What a server is told of the client first, where the request goes directly: as the first rule that fits by name says.
    ParentPreface preface(const EgressClient& client, const EgressTarget& target) const;

    const EgressPolicyOptions& options() const noexcept { return options_; }

    /// Whether a rule asks which listener a client has connected to.
    bool names_listeners() const
    {
        const auto names_one = [](const EgressRule& rule) { return !rule.listeners.empty(); };
        return std::ranges::any_of(options_.rules.rules, names_one) ||
               std::ranges::any_of(options_.rules.limits, names_one, &EgressLimit::rule);
    }

    /// Whether there is any route but the direct one.
    bool has_routes() const noexcept { return has_routes_; }

private:
    const EgressRule* first_by_name(const EgressClient& client, const EgressTarget& target) const;

    EgressPolicyOptions options_;
    bool has_routes_ = false, has_prefaces_ = false;
};

/// The path of the decision about a request whose host has these addresses, in lines for people: who, what, each rule that
/// was looked at, and the verdict on each address; and the limits that count. Without addresses: as far as it goes before the
/// name is looked up. Where there are parent proxies, also the route.
std::vector<std::string> explain(const EgressPolicy& policy, const EgressClient& client, const EgressTarget& target,
                                 const std::vector<boost::asio::ip::address>& addresses);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/egress_policy.ipp>
#endif
