#pragma once
// What answers the requests of one client's connection to a ForwardProxy.

#include <libnet/engine/http/http_forwarding.hpp>
#include <libnet/engine/proxy/parent_choice.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/upstream_places.hpp>
#include <libnet/impl/proxy/proxy_meter.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/impl/proxy/proxy_tunnel.hpp>
#include <libnet/impl/proxy/udp_association.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/wire/http/proxy_status.hpp>
#include <libnet/wire/socks/socks.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Answers what is for the proxy itself, and has the others exchanged; a CONNECT, or an Upgrade that the server takes up,
/// becomes a tunnel. Without a coroutine: it goes on when something has happened to the client's or the server's socket.
class ProxyRequests final : public io::HttpHandler, public io::ReadinessListener {
public:
    explicit ProxyRequests(std::shared_ptr<ForwardProxyState> proxy) : proxy_{std::move(proxy)} {}
    ~ProxyRequests() override;

    bool negotiates(char first) const noexcept override;
    io::Task<> negotiate(io::HttpSession& session) override;
    std::optional<std::string_view> guarded_name(const wire::RequestHead& request) override;
    bool start(io::HttpSession& session) override;
    bool start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict) override;
    io::Task<> go_on(io::HttpSession& session) override;
    Way way() const noexcept override { return Way::events; }
    bool pursue(io::HttpSession& session) override;
    void refuse(io::HttpSession& session, unsigned status, std::string_view reason) override;
    void rest() noexcept override
    {
        give_exchange_back();
        hook_.reset();
        place_.reset();
        meter_.reset();
        proxy_->give_told(std::move(told_));
    }
    void stop() noexcept override;
    void describe(io::ConnectionNow& now) const override;

private:
    /// What few connections need, so that the others don't have room for it.
    struct Unusual {
        std::optional<boost::asio::ip::tcp::endpoint> original{};  // where the client wanted to go that was led here
        io::OwnConnection own{};                                   // the tunnel's
        std::optional<std::uint16_t> datagram_port{};              // see engine::SocksNegotiation
        std::unique_ptr<UdpAssociation> association{};
        bool is_associated = false;  // the client has been told so
        std::shared_ptr<const engine::ClientIdentity> identity{};
        std::string socks_refusal{};  // what a negotiation has ended with
    };
    Unusual& unusual()
    {
        if (!unusual_) unusual_ = std::make_unique<Unusual>();
        return *unusual_;
    }
    UdpAssociation* association() const noexcept { return unusual_ ? unusual_->association.get() : nullptr; }
    const boost::asio::ip::tcp::endpoint* original() const noexcept
    {
        return unusual_ && unusual_->original ? &*unusual_->original : nullptr;
    }

    void on_readable() override { session_->connection().go_on(); }
    void on_writable() override { session_->connection().go_on(); }

    /// An answer of the proxy's own.
    struct Answer {
        unsigned status;
        std::string_view reason{};  ///< why it isn't what was asked for
        std::string_view type{};    ///< of the content; goes with it
        std::string_view content{};
        bool may_keep = true;
        std::string_view name{}, value{};  ///< of another field; empty: none
        std::optional<wire::ProxyStatusError> error{};
        const engine::EditableFields* fields = nullptr;  ///< further ones; null: none
    };
    void answer(io::HttpSession& session, const Answer& answer);
    void answer_socks(io::HttpSession& session, const Answer& answer);
    bool take_up(engine::ProxyDestination destination, bool tunnels);
    bool go_on_hook();
    bool end_by_hook();
    void tell_hook_failure(const std::exception_ptr& failure) const;
    bool exchange(engine::ProxyDestination destination, bool tunnels);
    bool is_beyond_limit(const engine::EgressGate& gate, bool tunnels);
    bool refuse_by_policy(const engine::EgressGate& gate, bool tunnels);
    std::optional<engine::ParentRoute> find_route(engine::EgressGate& gate, bool tunnels);
    void begin_telling(io::HttpSession& session);
    void answer_with_page(io::HttpSession& session, Answer answer);
    void count();
    void tell_tunnel(unsigned status) const;
    io::Task<> look_at_client(io::HttpSession& session);
    bool is_led_in_circles(io::HttpSession& session) const;
    void answer_silently(io::HttpSession& session, const Answer& answer);
    engine::EgressTarget target_of(engine::ProxyDestination& destination, bool tunnels) const;
    std::shared_ptr<const engine::ClientIdentity> identity(io::HttpSession& session);
    engine::WeekMoment moment_of(const engine::EgressPolicy& policy) const;
    std::string listener_of(const engine::EgressPolicy& policy) const;
    bool associate();
    bool open_association();
    bool go_on_association();
    void end_association();
    bool open_tunnel();
    bool go_on_tunnel();
    void end_tunnel(std::string_view reason);
    void give_exchange_back() noexcept;

    const std::shared_ptr<ForwardProxyState> proxy_;
    io::HttpSession* session_ = nullptr;            // once there was a request
    std::unique_ptr<ProxyHookUse> hook_;            // of the request under way; null: no hook is asked
    std::unique_ptr<ProxyExchange> exchange_;       // null: between two requests
    std::unique_ptr<ProxyPinned> pinned_;           // null: there is none
    std::shared_ptr<engine::HttpForwarding> told_;  // of the request under way
    std::optional<wire::ProxyStatusError> error_;   // that the exchange has ended with
    bool counted_ = false;
    std::optional<engine::UpstreamPlaces::Place> place_;  // for the exchange's connection, and then the tunnel's
    std::string host_;                                    // that the guard is asked about
    std::unique_ptr<ProxyTunnel> tunnel_;
    bool is_led_tunnel_ = false, is_led_tls_ = false;  // it speaks no HTTP
    wire::ProxyDialect dialect_ = wire::ProxyDialect::http;
    std::optional<engine::ProxyFailure> failure_;  // of the last exchange
    bool is_identified_ = false;                   // what there is to know of that is known
    std::unique_ptr<Unusual> unusual_;             // null: there is nothing of that
    std::unique_ptr<ProxyMeter> meter_;  // of the request under way, or the tunnel; null: its bytes aren't limited
};

}  // namespace libnet::inline v0::detail
