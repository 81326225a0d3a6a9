#pragma once
// Rules about who may have what through a proxy, and the file that they are written in.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/egress_limit.hpp>
#include <libnet/engine/proxy/egress_list.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/engine/proxy/port_range.hpp>
#include <libnet/engine/proxy/week_times.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// Reads "443" or "8000-8099". Nothing: it is neither of them.
/// @throws std::invalid_argument  it is one of port 0, or one that ends before it begins
std::optional<PortRange> parse_port_range(std::string_view text);

/// A list that rules name.
struct NamedList {
    std::string name;                          ///< as the rules have it, without the @
    std::shared_ptr<const EgressList> list{};  ///< what it holds
};

/// One rule. What is empty fits everything.
struct EgressRule {
    bool allows = true;    ///< false: what fits is refused
    std::string text{};    ///< the line as it was written, for logs
    std::size_t line = 0;  ///< its number, from 1; 0: it comes from elsewhere

    // Who
    std::vector<wire::Network> from{};        ///< networks of clients
    std::vector<std::string> users{};         ///< who has proved to be one of these; "*": anyone with a name
    std::vector<std::string> certificates{};  ///< a name in the client's certificate; "*": any, see ClientIdentity
    std::vector<std::uint32_t> uids{};        ///< who runs the process on the other end of a Unix socket
    std::vector<std::string> listeners{};     ///< names of the listeners that the connection came in by

    WeekTimes times{};  ///< when it counts

    // What
    std::vector<std::string> hosts{};       ///< "example.com": that host; ".example.com": that and all below; canonical
    std::vector<wire::Network> networks{};  ///< networks of targets
    std::vector<NamedList> lists{};         ///< lists of both
    std::vector<PortRange> ports{};         ///< ports of targets
    std::vector<std::string> methods{};     ///< "GET", "CONNECT"; methods have case
    /// Patterns of whole decoded paths ("/api/*"): `*` stands for any text, slashes too, `?` for any octet. A tunnel shows no
    /// path: a rule with paths never fits CONNECT.
    std::vector<std::string> paths{};

    /// By which parent proxies what it allows goes on: their names, the first one first; "direct": by none. Empty: as
    /// EgressRules::route says.
    std::vector<std::string> route{};

    /// What servers are told of the client first, where what it allows goes directly.
    ParentPreface preface = ParentPreface::none;
};

/// A private host that may be reached, at addresses in these networks and nowhere else.
struct PrivateService {
    std::string host;                       ///< canonical; ".example.com" is that and all below
    std::vector<wire::Network> networks{};  ///< where its addresses must be
};

/// How much may go through, of what a rule fits. Each one that fits counts.
struct EgressLimit {
    EgressRule
        rule{};  ///< who and what it is about; without networks of targets, which aren't known when it is decided
    EgressAmounts amounts{};  ///< how much of it
};

/// What a file of rules says.
struct EgressRules {
    std::vector<EgressRule> rules{};         ///< the first that fits decides
    std::vector<EgressLimit> limits{};       ///< for what is allowed
    bool allows_by_default = true;           ///< where none fits
    std::vector<PrivateService> services{};  ///< private hosts that may be reached
    bool report_only = false;                ///< refusals are told, and allowed all the same
    /// The route of requests whose rule has none. Empty: as EgressPolicyOptions::route says.
    std::vector<std::string> route{};
};

/// Finds a list that a rule names.
/// @throws std::invalid_argument  there is none, or it isn't valid; what() says why
using FindList = std::function<std::shared_ptr<const EgressList>(const std::string& name)>;

/// Reads a file of rules. The order of the rules counts, that of all other lines doesn't.
///
///     # who may go where; the first rule that fits decides
///     deny   to @blocked                                    lists are named with an @
///     allow  from 10.1.0.0/16 to github.com .githubusercontent.com 443
///     allow  user ci to pypi.org .pythonhosted.org 443
///     allow  from 10.1.0.0/16 to api.internal 80 methods GET,HEAD paths /v1/*
///     allow  listener 8889
///     allow  certificate ci.example.org spiffe://example.org/build to registry.example.org
///     allow  uid 1000 1001 to .example.org                  who has connected to a Unix socket
///     deny   user *
///     allow  to .example.com times mon-fri 08:00-18:00
///     limit  from 10.1.0.0/16 rate 1M/s quota 10G/day requests 100/min
///     limit  to api.example.com requests 1000/hour per target
///     private registry.internal 10.1.2.0/24                 a private host, and where it may be
///     default deny                                          allow, unless it stands here
///     report-only                                           say what would be refused, and allow it
///     allow  to .corp.example proxy=corp,spare              by the parent proxy corp; by spare where corp fails
///     allow  to .example.net proxy=direct                   by no parent proxy
///     allow  to .lb.example send-proxy=v2                   with a PROXY header that has the client's address
///     default proxy=spare,direct                            the route of all for which no rule says another
///
/// Host names may be in UTF-8, by IDNA (see wire::ascii_host_name), where the library has libidn2.
///
/// A rule is `allow` or `deny`, and then any of these, each at most once, with its values behind it, parted by spaces or
/// commas: `from` networks of clients; `user` names, * is everyone who has logged in; `listener` ports that clients
/// connect to; `certificate` names in the certificate that a client has shown, * is any; `uid` numbers of users who have connected
/// to a Unix socket; `to` hosts (a dot in front: and all below), networks, @lists, and ports or ranges of ports (8000-8099), *
/// is every host; `methods`; `paths`; `times`, see parse_week_times; `proxy=` names of parent proxies, and `direct`,
/// in the order in which they are tried, of `allow` only; `send-proxy=` v1 or v2 likewise. What a rule doesn't say fits
/// everything.
///
/// A `limit` has the same, but for networks behind `to`, and at least one of `rate` (bytes a second), `quota` (bytes in a
/// period) and `requests` (in a period), see EgressAmounts; `per` says what is counted together: `client` (where nothing is
/// said), `target`, both of them, or `rule`. A rule `allow` or `deny` doesn't end the search for limits: all that fit count.
///
/// @throws std::invalid_argument  a line isn't valid: `what()` says which one and why ("line 7: ...")
EgressRules parse_egress_rules(std::string_view text, const FindList& find_list);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/egress_rule.ipp>
#endif
