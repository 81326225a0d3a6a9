#pragma once
// Coroutines of the program's own that are under way for a request.

#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/program_call.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/proxy_hooks.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/http_response.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// What all hooks of one request see, and the functions themselves.
struct ProxyHooked {
    std::shared_ptr<const ProxyHooks> hooks;
    ProxyRequest request{};
    ProxyConnection connection{};
    ProxyResponse response{};
};

enum class ProxyHookStage : std::uint8_t { request, connection, response };

/// What a filter and a connection share.
struct ProxyBodyRun {
    ProxyBodyRun(std::shared_ptr<ProxyHooked> data, ProxyBodyFilter filter_of, io::Connection& connection_of);

    /// See ProxyBody.
    boost::asio::awaitable<std::optional<std::string>> read();
    boost::asio::awaitable<void> write(std::string_view text);
    boost::asio::awaitable<void> wait();
    void check() const;

    /// Has the connection look at what is new.
    void tell()
    {
        if (connection != nullptr) connection->go_on_soon();
    }

    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>, io::Executor>;
    const std::shared_ptr<ProxyHooked> of;
    const ProxyBodyFilter filter;
    io::Connection* connection;  // null: it is gone, or has no use for this
    ProxyBody body;
    Timer changed;  // a condition variable: it doesn't expire
    std::string piece, pending;
    std::uint64_t steps = 0;  // calls of `read` and `write`
    bool wants_piece = false, ended = false;
};

/// A hook, from its call until it has decided. For the connection's side.
class ProxyHookCall {
public:
    /// Calls it. The connection must outlive this.
    ProxyHookCall(const std::shared_ptr<ProxyHooked>& of, ProxyHookStage stage, io::Connection& connection);

    enum class State : std::uint8_t { waits, goes_on, replies, failed };
    State state() noexcept;
    ProxyReply& reply() noexcept { return **call_.result(); }  ///< where it `replies`
    std::exception_ptr failure() const noexcept;               ///< where it has `failed`

private:
    io::Deadline late_;
    io::ProgramCall<std::optional<ProxyReply>> call_;
};

/// A body that goes through a filter. For the connection's side.
class ProxyFilter {
public:
    /// Starts it. The connection must outlive this.
    ProxyFilter(std::shared_ptr<ProxyHooked> of, ProxyBodyFilter filter, io::Connection& connection);
    ~ProxyFilter() { run_->connection = nullptr; }
    ProxyFilter(const ProxyFilter&) = delete;
    ProxyFilter& operator=(const ProxyFilter&) = delete;

    /// It has asked for a piece, or the end, and has none.
    bool wants_piece() const noexcept
    {
        return run_->wants_piece && run_->piece.empty() && !run_->ended && !call_.done();
    }

    /// A piece of the body, and whether it is the last one.
    void give(std::string_view content, bool last);

    /// What it has written since this was asked last.
    std::string take();

    bool has_ended() const noexcept { return run_->ended; }  ///< it has been given all of the body
    bool is_done() const noexcept { return (call_.done() && run_->pending.empty()) || is_late(); }
    std::exception_ptr failure() const noexcept;  ///< that it is done with; null: none

private:
    bool works() const noexcept;
    bool is_late() const noexcept { return late_.expired() && works(); }
    void watch();

    std::shared_ptr<ProxyBodyRun> run_;
    io::Deadline late_;                     // while it works
    std::optional<std::uint64_t> watched_;  // the steps that it had taken when that began; nothing: it doesn't run
    io::ProgramCall<void> call_;
};

/// The hooks of the request under way. For the connection's side.
struct ProxyHookUse {
    ProxyHookUse(std::shared_ptr<ProxyHooked> data, engine::ProxyDestination to, bool is_tunnel);

    /// Whether there is a hook for that.
    bool has(ProxyHookStage stage) const noexcept;

    /// What it decides. Calls it where it hasn't been called; `goes_on`, `replies` and `failed` once.
    ProxyHookCall::State ask(ProxyHookStage stage, io::Connection& connection);

    /// `on_request` has named another server.
    bool is_redirected() const noexcept { return of->request.host != first_host || of->request.port != first_port; }

    /// The request with what `on_request` has changed; its views are good as long as nothing is changed, and `original` is.
    wire::RequestHead changed(const wire::RequestHead& original) const;

    /// Takes a response up, and puts back what `on_response` has made of it. Throws std::invalid_argument: that can't be.
    void take(const wire::ResponseHead& response);
    void put_back(wire::ResponseHead& response) const;

    /// Throws std::invalid_argument: what `on_request` has changed can't be. Else the host is in its one spelling.
    void check_request();

    /// Has bodies filtered from now on, where a hook has asked for that.
    void filter_upwards(io::Connection& connection);
    void filter_downwards(io::Connection& connection);

    std::shared_ptr<ProxyHooked> of;
    std::optional<ProxyHookCall> call;
    std::optional<ProxyReply> reply;  // where a hook `replies`
    std::exception_ptr failure;       // where it has `failed`
    std::optional<ProxyFilter> upwards, downwards;
    engine::ProxyDestination destination;  // while `on_request` is asked
    bool tunnels;
    std::string first_host, first_path;  // before `on_request`
    std::uint16_t first_port = 0;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/proxy/proxy_hooks.ipp>
#endif
