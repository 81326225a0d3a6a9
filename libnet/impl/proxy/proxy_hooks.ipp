#pragma once
// Bodies of libnet/proxy_hooks.hpp, and the coroutines behind them.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/impl/proxy/proxy_hook_run.hpp>
#include <libnet/wire/http/canonical_host.hpp>
#include <libnet/wire/http/http_status.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

LIBNETXX_DECL ProxyReply::ProxyReply(unsigned status, std::string content, std::string_view type)
    : status_{status},
      content_{std::move(content)}
{
    if (status < 200 || status > 599) throw std::invalid_argument{"ProxyReply: a status of an answer is 200 to 599"};
    if (!content_.empty()) fields_.add("Content-Type", type);
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<std::string>> ProxyBody::read() { return run_->read(); }

LIBNETXX_DECL boost::asio::awaitable<void> ProxyBody::write(std::string_view piece) { return run_->write(piece); }

namespace detail {

/// So many octets that a filter has written wait for the receiver before the filter has to wait.
inline constexpr std::size_t most_filtered = 64 * 1024;

LIBNETXX_DECL std::exception_ptr took_longer(const std::string& than)
{
    return std::make_exception_ptr(std::runtime_error{"it took longer than ProxyHooks::" + than});
}

LIBNETXX_DECL ProxyHookDecision decide(ProxyHooked& of, ProxyHookStage stage)
{
    auto& [hooks, request, connection, response] = of;
    if (stage == ProxyHookStage::request) return hooks->on_request(request);
    if (stage == ProxyHookStage::connection) return hooks->on_connect(request, connection);
    return hooks->on_response(request, response);
}

LIBNETXX_DECL ProxyHookCall::ProxyHookCall(const std::shared_ptr<ProxyHooked>& of, ProxyHookStage stage,
                                           io::Connection& connection)
    : late_{connection.wheel(), [&connection] { connection.go_on(); }},
      call_{connection.executor(), [of, stage] { return decide(*of, stage); },
            [&connection] { connection.go_on_soon(); }}
{
    const auto timeout = of->hooks->timeout;
    if (timeout.count() > 0 && !call_.done()) late_.expires_after(timeout);
}

LIBNETXX_DECL ProxyHookCall::State ProxyHookCall::state() noexcept
{
    if (!call_.done()) return late_.expired() ? State::failed : State::waits;
    if (call_.failure()) return State::failed;
    return *call_.result() ? State::replies : State::goes_on;
}

LIBNETXX_DECL std::exception_ptr ProxyHookCall::failure() const noexcept
{
    if (const auto failure = call_.failure()) return failure;
    return took_longer("timeout");
}

LIBNETXX_DECL ProxyHookUse::ProxyHookUse(std::shared_ptr<ProxyHooked> data, engine::ProxyDestination to, bool is_tunnel)
    : of{std::move(data)},
      destination{std::move(to)},
      tunnels{is_tunnel},
      first_host{of->request.host},
      first_path{of->request.path},
      first_port{of->request.port}
{}

LIBNETXX_DECL bool ProxyHookUse::has(ProxyHookStage stage) const noexcept
{
    const auto& hooks = *of->hooks;
    if (stage == ProxyHookStage::request) return static_cast<bool>(hooks.on_request);
    if (stage == ProxyHookStage::connection) return static_cast<bool>(hooks.on_connect);
    return static_cast<bool>(hooks.on_response);
}

LIBNETXX_DECL ProxyHookCall::State ProxyHookUse::ask(ProxyHookStage stage, io::Connection& connection)
{
    using State = ProxyHookCall::State;
    if (!call && !has(stage)) return State::goes_on;
    if (!call) call.emplace(of, stage, connection);
    const auto state = call->state();
    if (state == State::waits) return state;
    if (state == State::replies) reply = std::move(call->reply());
    if (state == State::failed) failure = call->failure();
    call.reset();
    return state;
}

LIBNETXX_DECL void ProxyHookUse::check_request()
{
    auto& request = of->request;
    if (request.host != first_host) {
        auto canonical = wire::canonical_host(request.host);
        if (!canonical) throw std::invalid_argument{"ProxyRequest::host is no host: '" + request.host + '\''};
        request.host = std::move(canonical->name);
    }
    if (request.port == 0) throw std::invalid_argument{"ProxyRequest::port is 0"};
    if (is_redirected()) {
        destination.host = request.host;
        destination.port = request.port;
        destination.address.reset();
    }
    if (request.path == first_path) return;
    const bool is_path = request.path.starts_with('/') && wire::consists_of(wire::CharClass::target, request.path);
    if (!is_path || request.is_tunnel)
        throw std::invalid_argument{"ProxyRequest::path can't be sent: '" + request.path + '\''};
}

LIBNETXX_DECL wire::RequestHead ProxyHookUse::changed(const wire::RequestHead& original) const
{
    const auto& request = of->request;
    auto head = original;
    head.fields = request.fields.view();
    if (is_redirected()) {
        head.authority.host = request.host;
        head.authority.port = request.port;
        head.authority.is_ipv6 = request.host.find(':') != std::string::npos;
    }
    if (request.path != first_path) {
        const std::string_view path = request.path;
        const auto mark = path.find('?');
        head.path = path.substr(0, mark);
        head.has_query = mark != path.npos;
        head.query = head.has_query ? path.substr(mark + 1) : std::string_view{};
    }
    if (upwards) head.body = {wire::BodyFraming::Kind::chunked, 0};
    return head;
}

LIBNETXX_DECL void ProxyHookUse::take(const wire::ResponseHead& response)
{
    of->response.status = response.status;
    of->response.fields = ProxyFields{response.fields};
    of->response.filter_body = nullptr;
}

LIBNETXX_DECL void ProxyHookUse::put_back(wire::ResponseHead& response) const
{
    using Kind = wire::BodyFraming::Kind;
    constexpr auto has_content = [](unsigned status) { return status != 204 && status != 205 && status != 304; };
    const auto& changed = of->response;
    if (changed.status != response.status) {
        const bool is_possible = changed.status >= 200 && changed.status <= 599 && has_content(changed.status) &&
                                 has_content(response.status);
        if (!is_possible) throw std::invalid_argument{"ProxyResponse::status can't become what it was set to"};
        response.status = changed.status;
        response.reason = wire::reason_phrase(changed.status);
    }
    response.fields = changed.fields.view();
    if (!changed.filter_body) return;
    response.content_length.reset();
    if (response.body.kind != Kind::none) response.body = {Kind::chunked, 0};
}

// ----------------------------------------------------------------------------------------------------------- filters

LIBNETXX_DECL void ProxyHookUse::filter_upwards(io::Connection& connection)
{
    if (of->request.filter_body) upwards.emplace(of, of->request.filter_body, connection);
}

LIBNETXX_DECL void ProxyHookUse::filter_downwards(io::Connection& connection)
{
    if (of->response.filter_body) downwards.emplace(of, of->response.filter_body, connection);
}

LIBNETXX_DECL ProxyBodyRun::ProxyBodyRun(std::shared_ptr<ProxyHooked> data, ProxyBodyFilter filter_of,
                                         io::Connection& connection_of)
    : of{std::move(data)},
      filter{std::move(filter_of)},
      connection{&connection_of},
      changed{connection_of.executor(), Timer::time_point::max()}
{
    body.run_ = this;
}

LIBNETXX_DECL void ProxyBodyRun::check() const
{
    if (connection == nullptr)
        throw boost::system::system_error{boost::asio::error::operation_aborted, "the body's connection has ended"};
}

LIBNETXX_DECL boost::asio::awaitable<void> ProxyBodyRun::wait()
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await changed.async_wait(token);
    check();
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<std::string>> ProxyBodyRun::read()
{
    check();
    ++steps;
    wants_piece = true;
    if (piece.empty() && !ended) tell();
    while (piece.empty() && !ended) {
        auto waiting = wait();
        co_await std::move(waiting);
    }
    wants_piece = false;
    std::optional<std::string> taken;
    if (!piece.empty()) taken = std::exchange(piece, {});
    co_return taken;
}

LIBNETXX_DECL boost::asio::awaitable<void> ProxyBodyRun::write(std::string_view text)
{
    check();
    ++steps;
    pending += text;
    if (!pending.empty()) tell();
    while (pending.size() > most_filtered) {
        auto waiting = wait();
        co_await std::move(waiting);
    }
}

LIBNETXX_DECL ProxyFilter::ProxyFilter(std::shared_ptr<ProxyHooked> of, ProxyBodyFilter filter,
                                       io::Connection& connection)
    : run_{std::make_shared<ProxyBodyRun>(std::move(of), std::move(filter), connection)},
      late_{connection.wheel(), [&connection] { connection.go_on(); }},
      call_{connection.executor(), [run = run_] { return run->filter(run->body); },
            [&connection] { connection.go_on_soon(); }}
{
    watch();
}

LIBNETXX_DECL std::exception_ptr ProxyFilter::failure() const noexcept
{
    return is_late() ? took_longer("filter_timeout") : call_.failure();
}

/// It waits neither for a piece nor for room.
LIBNETXX_DECL bool ProxyFilter::works() const noexcept
{
    return !call_.done() && !wants_piece() && run_->pending.size() <= most_filtered;
}

/// The time for what it is at runs as long as it works, and begins anew with each piece that it reads or writes.
LIBNETXX_DECL void ProxyFilter::watch()
{
    const auto timeout = run_->of->hooks->filter_timeout;
    if (timeout.count() == 0) return;
    if (!works()) {
        late_.clear();
        watched_.reset();
    } else if (watched_ != run_->steps) {
        watched_ = run_->steps;
        late_.expires_after(timeout);
    }
}

LIBNETXX_DECL void ProxyFilter::give(std::string_view content, bool last)
{
    run_->piece.append(content);
    run_->ended = run_->ended || last;
    run_->changed.cancel();
    watch();
}

LIBNETXX_DECL std::string ProxyFilter::take()
{
    auto taken = std::exchange(run_->pending, {});
    if (!taken.empty()) run_->changed.cancel();
    if (!is_late()) watch();
    return taken;
}

}  // namespace detail

}  // namespace libnet::inline v0
