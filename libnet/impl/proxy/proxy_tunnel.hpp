#pragma once
// A client's connection that has become a tunnel.

#include <libnet/engine/proxy/hello_check.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/impl/proxy/proxy_meter.hpp>
#include <libnet/io/access/send_meter.hpp>
#include <libnet/io/connect/open_connection.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <libnet/io/tls/tls_relay_layer.hpp>
#include <libnet/wire/http/canonical_host.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Copies until it ends, and says why it did. It holds no buffer while it waits.
class ProxyTunnel {
public:
    /// What has come already, and is passed on before all else.
    struct Early {
        std::string_view from_client;  ///< behind its request
        std::string_view from_server;  ///< behind its answer
        std::string_view unsent;       ///< of the answer, which the client hasn't taken yet
    };

    /// `tls`: of the client's connection; null: it has none. `upstream` may have some, too. `scratch` is shared by all
    /// tunnels, see io::Relay. What goes to the client counts for `meter`; null: it doesn't. `checked`: the client has
    /// to begin with a ClientHello for this host, or the tunnel ends before the server gets anything of it; nothing: it
    /// may send anything. The options, the connection and the meter must outlive it.
    ProxyTunnel(const ForwardProxyOptions& options, io::Connection& connection, std::unique_ptr<io::TlsStream> tls,
                io::OpenConnection upstream, const Early& early, std::span<char> scratch,
                io::SendMeter* meter = nullptr, std::optional<wire::CanonicalHost> checked = {});

    /// What goes either way counts for this meter, too, slows down for it, and ends the tunnel where its quota is used up; null:
    /// it doesn't. The meter must outlive it.
    void count_for(ProxyMeter* limits) noexcept { limits_ = limits; }

    /// What is much goes through these pipes, see io::Relay. For tunnels without limits: what has to pause is copied, in
    /// smaller pieces.
    void splice_through(io::SplicePipes& pipes) noexcept { relay_.splice_through(pipes); }

    /// `ended` and `broken`: it is over.
    io::Relay::Step go_on();

    std::uint64_t sent() const noexcept { return relay_.backward(); }     ///< bytes to the client
    std::uint64_t received() const noexcept { return relay_.forward(); }  ///< bytes of the client, to the server

    /// Why it is over, where it hasn't simply ended.
    std::string_view reason() const noexcept { return reason_; }

    /// The verdict, where the tunnel was refused by what the client said in it; else empty.
    std::string_view verdict() const noexcept { return verdict_; }

private:
    /// What the client has said while it isn't known yet for whom it is.
    struct Hello {
        wire::CanonicalHost host;
        std::string held;
    };
    io::Relay::Step await_hello();
    io::Relay::Step refuse(engine::HelloCheck check);
    void expect_more();
    io::Relay::Step relay();
    io::Relay::Step relay_metered();
    io::Relay::Step relay_limited();

    const ForwardProxyOptions& options_;
    io::Connection& connection_;
    std::unique_ptr<io::PolledSocket> upstream_;
    std::unique_ptr<io::TlsRelayLayer> tls_;         // null: the client's connection has none
    std::unique_ptr<io::TlsRelayLayer> server_tls_;  // null: the server's has none
    io::Relay relay_;
    io::SendMeter* meter_;
    ProxyMeter* limits_ = nullptr;
    std::unique_ptr<io::Deadline> resumes_;  // when the client may have more; null: nothing is counted
    std::span<char> scratch_;
    std::unique_ptr<Hello> hello_;
    std::string_view reason_, verdict_;
};

}  // namespace libnet::inline v0::detail
