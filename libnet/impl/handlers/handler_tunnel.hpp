#pragma once
// What a connection has in place of a handler of requests, once a program's handler has taken it over.

#include <libnet/impl/handlers/upgrade_handler.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/http_session.hpp>

#include <memory>
#include <string_view>

namespace libnet::inline v0::detail {

/// Looks after a connection that is handed over: no request follows, so that all that was there for requests is given back.
class HandlerTunnel final : public io::HttpHandler {
public:
    /// The answer of the session has begun.
    HandlerTunnel(io::HttpSession& session, std::shared_ptr<UpgradeJob> job);
    ~HandlerTunnel() override { leave(); }

    /// The tunnel is open: calls the handler. True: it is closed again.
    bool begin();

    bool start(io::HttpSession&) override { return true; }
    io::Task<> go_on(io::HttpSession&) override { co_return; }
    Way way() const noexcept override { return Way::events; }
    bool pursue(io::HttpSession& session) override;
    bool hears_drain() const noexcept override { return true; }
    void refuse(io::HttpSession&, unsigned, std::string_view) override {}
    void rest() noexcept override { leave(); }
    void stop() noexcept override;
    void describe(io::ConnectionNow& now) const override;

private:
    void end(std::string_view reason);
    void leave() noexcept;

    io::HttpSession& session_;
    std::shared_ptr<UpgradeJob> job_;  // null: the tunnel has ended
    bool told_drain_ = false;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handler_tunnel.ipp>
#endif
