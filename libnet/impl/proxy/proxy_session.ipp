#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_answer.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <variant>

#include <sys/socket.h>

namespace libnet::inline v0::detail {

/// What a lingering close waits for, and reads, at most.
inline constexpr std::chrono::milliseconds proxy_linger_time{3000};
inline constexpr std::size_t proxy_linger_bytes = 4 * 1024 * 1024;

LIBNETXX_DECL ProxySession::ProxySession(ForwardProxyState& proxy, io::Connection& connection,
                                         io::ReadinessListener& listener)
    : proxy_{proxy},
      connection_{connection},
      listener_{listener},
      client_{connection.polled()},
      upstream_deadline_{proxy.wheel, [this] { poke(); }},
      parser_{proxy.options.limits},
      response_parser_{proxy.options.limits}
{}

LIBNETXX_DECL io::Task<> ProxySession::run()
{
    while (keep_) {
        begin_request();
        const ReportAtEnd report_at_end{*this};
        const bool complete = co_await receive_request();
        if (!complete) break;
        co_await answer_request();
    }
    if (record_.status != 0 && !tunnel_) co_await linger();
}

/// What has come behind the last request is the front of the buffer.
LIBNETXX_DECL void ProxySession::begin_request()
{
    input_.consume(std::exchange(consumed_, 0U));
    input_.append(surplus_);
    surplus_.clear();
    forget_request();
    record_ = {};
    upload_.reset();
    upload_state_ = ProxyUploadState::complete;
    client_fault_.clear();
    client_fault_status_ = 400;
}

/// True: there is a request. False: the connection ends, and what was to say has been said.
LIBNETXX_DECL io::Task<bool> ProxySession::receive_request()
{
    for (;;) {
        if (!input_.empty()) {
            expect_request();
            const auto size = parser_.parse(input_.view(), request_);
            if (!size) {
                forget_head();
                co_await refuse(wire::status_of(size.error()), std::string{wire::reason_of(size.error())});
                co_return false;
            }
            consumed_ = *size;
            if (consumed_ > 0) co_return true;
        }
        while (!receive_input()) {
            const bool over = connection_.closed() || connection_.deadline().expired() || client_.is_gone();
            if (over && record_.open) co_await fail_head();
            if (over) co_return false;
            auto waiting = pause();
            co_await std::move(waiting);
        }
    }
}

/// Octets of a request are there.
LIBNETXX_DECL void ProxySession::expect_request()
{
    if (record_.open) return;
    connection_.busy();
    connection_.deadline().expires_after(proxy_.options.request_timeout);
    record_.open = true;
    record_.started = std::chrono::system_clock::now();
    record_.begin = Clock::now();
}

/// Takes what has come. False: nothing has.
LIBNETXX_DECL bool ProxySession::receive_input()
{
    if (client_.may_receive()) {
        const auto received = client_.receive(input_.prepare(input_step));
        input_.commit(received.size);
        if (received.size > 0) return true;
    }
    if (!input_.empty()) return false;
    input_.release();  // whoever waits holds no memory
    answer_bytes_.release();
    if (!connection_.deadline().expired()) connection_.deadline().expires_after(proxy_.options.idle_timeout);
    connection_.idle();
    return false;
}

/// The views of a request that is over are of no use; the memory of its fields is.
LIBNETXX_DECL void ProxySession::forget_request()
{
    auto fields = std::move(request_.fields);
    fields.clear();
    request_ = {};
    request_.fields = std::move(fields);
}

/// What was received is no request: the log shows its first line. The views of a head that isn't complete are of no use,
/// since the buffer may have moved under them.
LIBNETXX_DECL void ProxySession::forget_head()
{
    forget_request();
    request_.target = wire::refused_line(input_.view());
}

LIBNETXX_DECL io::Task<> ProxySession::fail_head()
{
    forget_head();
    keep_ = false;
    if (connection_.closed() || client_.is_broken()) record_.reason = proxy_client_left;
    else if (client_.is_gone()) co_await refuse(400, "The request ended in the middle of its head.");
    else co_await refuse(408, "The request took too long to arrive.");
}

LIBNETXX_DECL io::Task<> ProxySession::answer_request()
{
    connection_.deadline().clear();
    const auto decision = engine::decide(request_, proxy_.rules);
    if (const auto* to = std::get_if<engine::ProxyForward>(&decision)) {
        co_await forward(to->destination);
    } else if (const auto* through = std::get_if<engine::ProxyTunnel>(&decision)) {
        co_await open_tunnel(through->destination);
    } else if (const auto* refusal = std::get_if<engine::ProxyRefuse>(&decision)) {
        co_await refuse(refusal->status, std::string{refusal->reason});
    } else if (std::holds_alternative<engine::ProxyAnswerTrace>(decision)) {
        std::string request;
        engine::append_traced_request(request, request_);
        co_await answer_itself("message/http", std::move(request));
    } else {
        co_await answer_itself({}, {});
    }
}

LIBNETXX_DECL io::Task<> ProxySession::answer_itself(std::string_view type, std::string content)
{
    const bool has_body = request_.body.kind != wire::BodyFraming::Kind::none;
    const bool modern = request_.version == wire::HttpVersion::http_1_1;
    keep_ = request_.keep_alive && modern && !has_body && !connection_.draining();
    head_.clear();
    engine::append_answer(head_, {200, request_.method, proxy_.date(), keep_}, type, content);
    record_.status = 200;
    const bool sent = co_await send_all();
    if (sent) record_.sent = content.size();
    else keep_ = false;
}

/// Answers with an error page; the connection ends behind it. For CONNECT that is a must (RFC 9931 section 8): what
/// follows could be anything.
LIBNETXX_DECL io::Task<> ProxySession::refuse(unsigned status, std::string reason)
{
    keep_ = false;
    head_.clear();
    engine::append_error_answer(head_, {status, request_.method, proxy_.date()}, reason);
    record_.status = status;
    record_.reason = std::move(reason);
    const bool sent = co_await send_all();
    if (sent) record_.sent = head_.size() - (head_.find("\r\n\r\n") + 4);
}

/// Sends `head_`. False: the client doesn't take it.
LIBNETXX_DECL io::Task<bool> ProxySession::send_all()
{
    bool open = !connection_.closed() && client_.send({head_});
    connection_.deadline().expires_after(proxy_.options.transfer_timeout);
    while (open && client_.is_blocked()) {
        auto waiting = pause();
        co_await std::move(waiting);
        open = !connection_.closed() && client_.flush();
        if (client_.moved()) connection_.deadline().expires_after(proxy_.options.transfer_timeout);
        else if (connection_.deadline().expired()) open = false;
    }
    connection_.deadline().clear();
    co_return open;
}

/// Reads for a while what the client is still sending: closing at once would reset the connection, and might take the
/// answer away from a client that hasn't read it yet (RFC 9112 section 9.6).
LIBNETXX_DECL io::Task<> ProxySession::linger()
{
    if (connection_.closed()) co_return;
    ::shutdown(connection_.polled().native_handle(), SHUT_WR);
    connection_.deadline().expires_after(proxy_linger_time);
    if (!connection_.draining()) connection_.idle();  // a drain that begins now need not wait for this
    for (std::size_t thrown_away = 0; thrown_away < proxy_linger_bytes && !connection_.closed();) {
        if (connection_.deadline().expired()) co_return;
        // Everybody's scratch: nobody looks at what this puts there.
        const auto received = client_.receive(proxy_.scratch);
        if (received.outcome == io::Transfer::ended || received.outcome == io::Transfer::failed) co_return;
        thrown_away += received.size;
        woken_ = received.outcome == io::Transfer::done;  // there may be more, in its turn
        auto waiting = pause();
        co_await std::move(waiting);
    }
}

LIBNETXX_DECL void ProxySession::report() noexcept
{
    if (!std::exchange(record_.open, false)) return;
    if (!tell_access(proxy_, record_.of(request_, connection_.peer()))) keep_ = false;
}

LIBNETXX_DECL void ProxySession::poke()
{
    if (!waiter_) woken_ = true;
    connection_.go_on();
}

/// Not now: whoever begins to wait isn't to be called from there.
LIBNETXX_DECL void ProxySession::post_wake()
{
    asio::post(connection_.executor(), [weak = std::weak_ptr<ProxySession*>{self_}] {
        if (const auto session = weak.lock()) (*session)->poke();
    });
}

LIBNETXX_DECL bool tell_access(const ForwardProxyState& proxy, const AccessRecord& record) noexcept
{
    if (!proxy.options.on_access) return true;
    try {
        proxy.options.on_access(record);
        return true;
    } catch (...) {
        proxy.diagnostics.tell_exception("on_access failed, and the connection is closed");
        return false;
    }
}

}  // namespace libnet::inline v0::detail
