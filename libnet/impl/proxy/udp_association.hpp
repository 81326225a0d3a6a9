#pragma once
// Datagrams for a client of SOCKS5, as long as its connection stays (UDP ASSOCIATE, RFC 1928 section 7).

#include <libnet/engine/proxy/egress_gate.hpp>
#include <libnet/engine/proxy/udp_flows.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/access/egress_limiter.hpp>
#include <libnet/io/access/send_meter.hpp>
#include <libnet/io/connect/datagram_socket.hpp>
#include <libnet/io/dns/shared_resolver.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/wire/socks/socks5.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Why a datagram went nowhere.
enum class UdpDrop : std::uint8_t {
    stranger,   ///< it came from neither the client nor a destination of its
    malformed,  ///< it has no header of RFC 1928 that can be read, or is a fragment
    denied,     ///< by the policy
    limited,    ///< by a limit of the rules, or of the client
    no_name,    ///< its destination's name has no address
    too_many,  ///< names are being looked up already, and another one, or another datagram to one of them, finds no room
    unsent,    ///< the kernel didn't take it
};
inline constexpr std::size_t udp_drops = 7;

/// Relays a client's datagrams. It goes on by events, holds no buffer, and knows at most 64 destinations at a time.
///
/// A destination is judged when its first datagram comes, as CONNECT to it would be: by name, and then the address that
/// it is sent to. The client gets datagrams from its destinations and from no other host.
class UdpAssociation {
public:
    /// Who asks, and the policy that is in force.
    struct Asker {
        std::shared_ptr<const engine::EgressPolicy> policy;
        std::string user{};
        std::string listener{};
        engine::WeekMoment when{};
        std::shared_ptr<const engine::ClientIdentity> identity{};
    };

    /// `client`: whom the TCP connection belongs to, and the port that it will send from (0: the first datagram says it). The
    /// listener is told of datagrams. What goes to the client counts for `meter`; null: it doesn't. All of them must outlive it.
    /// @throws boost::system::system_error  there is no socket to be had
    UdpAssociation(ForwardProxyState& proxy, io::Connection& connection, io::ReadinessListener& listener, Asker asker,
                   engine::UdpClient client, io::SendMeter* meter);
    UdpAssociation(const UdpAssociation&) = delete;
    UdpAssociation& operator=(const UdpAssociation&) = delete;

    /// Where the client sends its datagrams.
    io::DatagramSocket::Endpoint local() const noexcept { return inner_.local(); }

    /// The time without a datagram runs from now on.
    void begin() { expect_more(); }

    enum class Step : std::uint8_t {
        waits,
        more,  ///< there is more to do, but others should have their turn
        over,
    };
    Step go_on();

    std::uint64_t sent() const noexcept { return sent_; }          ///< octets of data to the client
    std::uint64_t received() const noexcept { return received_; }  ///< and of the client, to its destinations

    /// What the log says of it: why it is over, and what was dropped.
    std::string reason() const;

private:
    using Clock = std::chrono::steady_clock;
    using Address = io::asio::ip::address;
    struct Extra {
        engine::EgressGate gate{};
        io::EgressMeter meter{};
        std::unique_ptr<io::NameWait> name{};
        std::string held{};  // what is sent once the name is known
    };
    using Flows = engine::UdpFlows<Extra>;

    bool has_client() noexcept;
    bool receive_from_client();
    bool receive_from(io::DatagramSocket& outer);
    void relay(std::string_view datagram);
    bool open_flow(const wire::SocksDestination& destination, std::string_view data);
    bool admits(Extra& extra);
    void look_up(Flows::Flow& flow, std::string_view data);
    void on_name(const std::string& host, std::uint16_t port);
    void send(Flows::Flow& flow, std::string_view data);
    bool pauses(const Extra& extra) const;
    io::DatagramSocket* outer_for(const Address& address) noexcept;
    bool drop(UdpDrop why) noexcept;
    void expect_more();

    static constexpr std::size_t most_flows = 64, most_names = 16;
    static constexpr int most_at_once = 64;  // datagrams of one socket; then others have their turn

    ForwardProxyState& proxy_;
    io::Connection& connection_;
    const Asker asker_;
    engine::UdpClient client_;
    io::SendMeter* meter_;
    io::DatagramSocket inner_;                                // the client's side
    std::array<std::optional<io::DatagramSocket>, 2> outer_;  // the others': IPv4, IPv6
    Flows flows_{most_flows};
    std::string header_;
    std::array<std::uint64_t, udp_drops> dropped_{};
    std::uint64_t sent_ = 0, received_ = 0;
    std::string_view reason_{};
    bool moved_ = false;
};

}  // namespace libnet::inline v0::detail
