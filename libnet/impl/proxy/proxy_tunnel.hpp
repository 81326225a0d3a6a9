#pragma once
// A client's connection that has become a tunnel.

#include <libnet/impl/proxy/proxy_record.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/tcp/relay.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Copies until it ends. Of the request that it was it keeps what the log wants, and nothing else.
class ProxyTunnel {
public:
    /// `early` is what the client sent without waiting for the answer to its CONNECT.
    ProxyTunnel(ForwardProxyState& proxy, io::Connection& connection, std::unique_ptr<io::PolledSocket> upstream,
                std::string_view early, const wire::RequestHead& request, ProxyRecord record);
    ~ProxyTunnel();
    ProxyTunnel(const ProxyTunnel&) = delete;
    ProxyTunnel& operator=(const ProxyTunnel&) = delete;

    /// `ended` and `broken`: it is over.
    io::Relay::Step go_on();

private:
    void expect_more();

    ForwardProxyState& proxy_;
    io::Connection& connection_;
    std::unique_ptr<io::PolledSocket> upstream_;
    io::Relay relay_;
    ProxyRecord record_;
    std::string head_;  // what the log wants of the request, one behind the other
    std::uint32_t target_size_, referer_size_;
    wire::HttpVersion version_;
};

}  // namespace libnet::inline v0::detail
