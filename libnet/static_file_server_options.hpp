#pragma once
// The options of libnet/static_file_server.hpp.

#include <libnet/access_record.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/http_limits.hpp>
#include <libnet/io/files/file_clock.hpp>
#include <libnet/shared_objects.hpp>
#include <libnet/site_options.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// Another site that a StaticFileServer serves, by the host that the request names.
struct VirtualHost {
    /// Host names, addresses (IPv6 without brackets), or "*.example.org" for all the names below one. A name counts
    /// before a wildcard, a longer wildcard before a shorter one.
    std::vector<std::string> names{};
    std::string root = ".";  ///< its directory
    SiteOptions site{};      ///< how it answers
};

/// What a StaticFileServer serves, where, and how long it waits.
struct StaticFileServerOptions {
    std::string root = ".";  ///< the directory to serve

    /// Where to listen. `::`, the default, takes IPv4 connections too; on a machine without IPv6, 0.0.0.0 stands in.
    boost::asio::ip::address address = boost::asio::ip::address_v6::any();
    std::uint16_t port = 8080;  ///< 0: a free one, see `StaticFileServer::local_endpoint`
    bool share_port =
        false;  ///< others of this user may join it on its port later, one per thread; who is there already may not
    bool reuse_port = false;  ///< joins one that shares its port (SO_REUSEPORT)

    /// Clients are left to the kernel until they have sent something (TCP_DEFER_ACCEPT, tcp(7)); those that are silent for
    /// about a second: until then. A connection for one request costs a quarter less. Without: accepted at once.
    bool defer_accept = true;

    /// Speaks TLS, and nothing else; null: plain HTTP. Servers that share a port must share the context.
    std::shared_ptr<TlsContext> tls{};

    /// For a server without TLS beside one that speaks it: serves nothing, and redirects each request to the same URL with https
    /// on this port, 1 to 65535, with 301, or 308 where the method isn't GET or HEAD. Nothing: it serves.
    std::optional<std::uint16_t> redirect_to_https{};

    /// With TLS: how long browsers are to come back with TLS only, as a field of the answers to requests for files
    /// (Strict-Transport-Security, RFC 6797); 0: it isn't said.
    std::chrono::seconds hsts{0};

    /// Who may have what; null: all clients may have everything.
    std::shared_ptr<AccessControl> access{};

    /// Files of the server itself: passwords, keys, logs. Should one lie in a root, or a link in it lead there, it isn't
    /// served or listed, nor what a rotation of logs makes of it (access.log.1, access.log-20261128.gz).
    std::vector<std::string> withheld{};

    /// Where hashes of files are kept, so that the entity tags of files of more than a mebibyte outlive a touch of the file
    /// and a restart, and smaller ones needn't be read again; empty: in memory only. The file is made if it isn't there, with
    /// mode 0600, holds 5 MiB at most, and is withheld. Servers may share it. Where it can't be written, `diagnostics` is told
    /// of it, and the server runs without.
    std::string hash_file{};

    /// How many connections, requests, bytes and wrong passwords one client may have; null: any number. It sees the
    /// client's address: behind a proxy that `proxy_protocol` and `trusted_proxies` don't name all clients are one.
    std::shared_ptr<ClientLimiter> limits{};

    /// Every connection from these networks begins with a PROXY header of version 1 or 2 (HAProxy's proxy-protocol.txt),
    /// before TLS, within `header_timeout`: the address in it is the client's, for `access`, `limits` and `on_access`. One
    /// without, or with a malformed one, is closed, and so is one from elsewhere that has one: `diagnostics` is told of it.
    /// Empty: no such headers are taken.
    std::vector<AccessNetwork> proxy_protocol{};

    /// Requests from these networks say in `forwarding_field` whose they are: the last address in it that is in none of
    /// these networks is the client's, for `access`, `limits` and `on_access`, where its port is 0. Such a connection
    /// counts, as long as a request of it is under way, as one of that client's. Empty: the field says nothing.
    std::vector<AccessNetwork> trusted_proxies{};
    /// What the trusted proxies write. The other field is ignored: a client may have sent it.
    ForwardingField forwarding_field = ForwardingField::x_forwarded_for;

    SiteOptions site{};                ///< how the root is served
    std::vector<VirtualHost> hosts{};  ///< sites beside it; hosts that none of them names belong to `root`
    /// Media types by extension, read once, for what neither a site's own nor the built-in table knows.
    std::string mime_types = "/etc/mime.types";

    /// More wait in the kernel's queue until one ends; 0: no limit. In any case some descriptors are left for files.
    std::size_t max_connections = 0;
    /// The same for several servers together, in several threads; null: this one alone, with `max_connections`.
    std::shared_ptr<io::ConnectionBudget> shared_connections{};
    std::uint64_t max_requests = 0;  ///< of one connection: the answer to the last of them ends it; 0: any number
    HttpLimits request_limits{};     ///< how large the head of a request may be
    std::size_t max_request_body = 64 * 1024;  ///< bytes of a request's body that are read, to be thrown away; else 413

    /// From a connection's or request's first byte to its head's end; the same for a body, and for a TLS handshake.
    std::chrono::milliseconds header_timeout{10'000};

    /// Each so many bytes that have come are worth one more second: for a head up to twice `header_timeout`, for a body as
    /// long as it goes on so. A client that sends an octet now and then runs out of time and is answered with 408. 0:
    /// `header_timeout`, whatever comes.
    std::uint64_t min_receive_rate = 500;
    std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests
    std::chrono::milliseconds write_timeout{30'000};  ///< without any progress in sending
    std::uint64_t min_send_rate = 500;                ///< bytes a second that a client takes at least, on average over
        ///< `write_timeout` of waiting for it; 0: any rate will do
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a stopping server lets requests finish

    AccessHandler on_access{};         ///< called once per request; may be empty
    DiagnosticsHandler diagnostics{};  ///< is told of faults that concern no single answer; may be empty
    FileClock clock{};                 ///< by which files age; for tests
};

}  // namespace libnet::inline v0
