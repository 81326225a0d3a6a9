#pragma once
// Finds out whether a parent proxy works, again and again.

#include <libnet/engine/proxy/parent_probe.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/io/connect/connector.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/socket_poll.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

struct ForwardProxyState;

/// Checks one parent from now on, until it is destroyed. It goes on by events, and holds a connection only for a check.
class ProxyParentCheck final : public io::ReadinessListener {
public:
    /// The proxy must outlive it.
    ProxyParentCheck(ForwardProxyState& proxy, std::size_t parent);

private:
    void on_readable() override { go_on(); }
    void on_writable() override { go_on(); }

    const engine::ParentProxy& parent() const noexcept;
    void on_time();
    void begin();
    void on_dialled();
    void go_on();
    void end(bool works, std::string_view why);

    ForwardProxyState& proxy_;
    const std::size_t parent_;
    io::Deadline time_;  // until the check under way is over, or until the next one begins
    std::optional<io::Dial> dial_;
    std::optional<io::PolledSocket> socket_;
    std::optional<ProxyPeer> peer_;
    std::string received_;
};

}  // namespace libnet::inline v0::detail
