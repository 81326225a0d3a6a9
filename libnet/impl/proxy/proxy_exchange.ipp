#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/connection_authentication.hpp>
#include <libnet/engine/proxy/proxy_answer.hpp>
#include <libnet/engine/proxy/proxy_retry.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::Task<> ProxySession::forward(const engine::ProxyDestination& destination)
{
    bool may_be_idle = engine::may_use_idle_connection(request_);
    for (;;) {
        const bool connected = co_await connect_upstream(destination, may_be_idle);
        bool answered = false;
        if (connected) answered = co_await exchange();
        if (answered) break;
        const bool may_retry = connected && may_be_idle && client_fault_.empty();
        if (!may_retry || !engine::should_retry(upstream_->was_idle, answer_.any_byte)) {
            co_await fail_exchange(destination);
            co_return;
        }
        may_be_idle = false;
    }
    end_exchange(destination);
}

LIBNETXX_DECL io::Task<> ProxySession::open_tunnel(const engine::ProxyDestination& destination)
{
    const bool connected = co_await connect_upstream(destination, false);
    if (!connected) {
        co_await fail_exchange(destination);
        co_return;
    }
    keep_ = false;
    head_ = engine::tunnel_answer;
    const bool sent = co_await send_all();
    record_.status = 200;
    if (!sent) {
        record_.reason = proxy_client_left;
        connection_.close();
        co_return;
    }
    const auto early = input_.view().substr(consumed_);
    tunnel_ =
        std::make_unique<ProxyTunnel>(proxy_, connection_, std::move(upstream_->socket), early, request_, record_);
    record_.open = false;
    upstream_.reset();
}

/// Sends the request and relays its answer. False: the client has no complete answer; `answer_` and `client_fault_` say
/// why.
LIBNETXX_DECL io::Task<bool> ProxySession::exchange()
{
    head_.clear();
    engine::append_forwarded_request(head_, request_, proxy_.rules.via_name);
    authenticates_ = authenticates_ || engine::authenticates_connection(request_.fields, "Authorization");
    answer_bytes_.truncate(0);
    response_parser_.reset();
    download_state_ = ProxyDownloadState::head;
    if (request_.body.kind != wire::BodyFraming::Kind::none) {
        upload_.emplace(request_.body, proxy_.options.limits);
        upload_state_ = ProxyUploadState::under_way;
        constexpr std::chrono::milliseconds longest = std::chrono::hours{24};
        upload_watch_.emplace(proxy_.options.min_receive_rate, std::min(proxy_.options.transfer_timeout, longest));
    }
    if (!upstream_->peer.send({head_})) fail_answer(engine::ProxyFailure::connection_lost);
    client_.socket().watch();
    awaited_client_ = awaited_upstream_ = false;
    expect_progress();
    while (!connection_.closed()) {
        more_ = false;
        upload();
        download();
        judge_deadlines();
        if (is_over() || client_has_left()) break;
        expect_progress();
        if (more_) woken_ = true;
        auto waiting = pause();
        co_await std::move(waiting);
    }
    if (connection_.closed()) client_has_left();
    connection_.deadline().clear();
    upstream_deadline_.clear();
    if (answer_bytes_.empty()) answer_bytes_.release();
    const bool complete =
        download_state_ == ProxyDownloadState::complete || download_state_ == ProxyDownloadState::complete_and_last;
    co_return complete && !client_.is_blocked();
}

/// Which direction's end is the end of the other one, too. A server that has answered early may well want the rest of the
/// body; a client that sends it expects so.
LIBNETXX_DECL bool ProxySession::is_over() const noexcept
{
    switch (download_state_) {
    case ProxyDownloadState::complete:
        return upload_state_ != ProxyUploadState::under_way && !client_.is_blocked();
    case ProxyDownloadState::complete_and_last:
        return !client_.is_blocked();
    case ProxyDownloadState::head:
    case ProxyDownloadState::body:
        return upload_state_ == ProxyUploadState::client_failed;
    default:
        return true;
    }
}

/// Sets the deadlines of both connections. Where bytes have moved it is anew; where none are awaited there is none.
LIBNETXX_DECL void ProxySession::expect_progress()
{
    const auto& options = proxy_.options;
    // A client that waits for 100 (Continue) waits for the server, as we do.
    const bool invited = !request_.expect_continue || answer_.interim > 0 || record_.received > 0;
    const bool upload_waits = upload_state_ == ProxyUploadState::under_way && !upstream_->peer.is_blocked() && invited;
    const bool awaits_client = upload_waits || client_.is_blocked();
    const auto now = Clock::now();
    upload_waits_since_ = upload_waits ? now : Clock::time_point{};
    auto& client = connection_.deadline();
    const bool client_waits_on = std::exchange(awaited_client_, awaits_client) && !client_.moved();
    if (!awaits_client) client.clear();
    else if (!client_waits_on) client.expires_after(options.transfer_timeout);

    const bool in_answer = download_state_ == ProxyDownloadState::head || download_state_ == ProxyDownloadState::body;
    const bool awaits_answer = in_answer && !upload_waits && !client_.is_blocked();
    const bool awaits_upstream = awaits_answer || upstream_->peer.is_blocked();
    const bool upstream_waits_on = std::exchange(awaited_upstream_, awaits_upstream) && !upstream_->peer.moved();
    if (!awaits_upstream) upstream_deadline_.clear();
    if (!awaits_upstream || upstream_waits_on) return;
    auto timeout = options.transfer_timeout;
    if (awaits_answer && download_state_ == ProxyDownloadState::head) {
        timeout = options.response_timeout;
        // From its first byte on, the head has so long in all: a server that drips bytes mustn't hold us for ever.
        if (answer_.head_ends) timeout = std::chrono::ceil<std::chrono::milliseconds>(*answer_.head_ends - now);
    }
    upstream_deadline_.expires_after(timeout);
}

LIBNETXX_DECL void ProxySession::judge_deadlines()
{
    if (is_over()) return;
    if (upload_waits_since_ != Clock::time_point{}) {
        const auto waited = Clock::now() - upload_waits_since_;
        if (upload_watch_->waited(waited, record_.received)) fail_upload(408, "The request's body came too slowly.");
    }
    if (connection_.deadline().expired() && awaited_client_ && !client_.has_moved()) {
        if (client_.is_blocked()) lose_client("The client took nothing for too long.");
        else fail_upload(408, "The request's body took too long to arrive.");
    }
    if (upstream_deadline_.expired() && awaited_upstream_ && !upstream_->peer.has_moved())
        fail_answer(engine::ProxyFailure::response_timeout);
}

/// Sees that the client is gone while something else than its bytes is waited for: then nothing of it is worth while.
LIBNETXX_DECL bool ProxySession::client_has_left()
{
    const bool reads = upload_ && upload_state_ == ProxyUploadState::under_way;  // then reading finds the end
    const bool left = connection_.closed() || client_.is_broken() || (client_.is_gone() && !reads);
    if (!left) return false;
    client_fault_ = connection_.closed() ? "The proxy was stopped." : proxy_client_left;
    client_fault_status_ = 0;
    return true;
}

/// The request has no answer, or half of one.
LIBNETXX_DECL io::Task<> ProxySession::fail_exchange(const engine::ProxyDestination& destination)
{
    keep_ = false;
    drop_upstream();
    if (!client_fault_.empty()) record_.reason = client_fault_;
    else if (answer_.failure) record_.reason = describe(*answer_.failure, destination);

    const bool left = !client_fault_.empty() && client_fault_status_ == 0;
    if (answer_.begun || left) {
        // The client must see that the answer is not complete. Where its end is the connection's end, that takes a RST.
        if (answer_.begun && answer_.plan.body == wire::BodyFraming::Kind::until_close) io::reset(connection_.polled());
        connection_.close();
        co_return;
    }
    auto reason = record_.reason;
    if (!client_fault_.empty()) co_await refuse(client_fault_status_, std::move(reason));
    else if (answer_.failure) co_await refuse(status_of(*answer_.failure), std::move(reason));
    else co_await refuse(403, std::move(reason));
}

/// The client has its answer.
LIBNETXX_DECL void ProxySession::end_exchange(const engine::ProxyDestination& destination)
{
    const bool request_complete = upload_state_ == ProxyUploadState::complete;
    keep_ = answer_.plan.keep_alive && request_complete;
    if (download_state_ == ProxyDownloadState::complete && response_.keep_alive && request_complete && nothing_left_) {
        auto socket = std::move(upstream_->socket);
        socket->listen(nullptr);
        if (!authenticates_) {
            proxy_.connector->keep_idle(to_string(destination), std::move(socket));
        } else if (keep_) {
            pinned_ = std::move(socket);
            pinned_to_ = to_string(destination);
        }
    }
    upstream_.reset();
    drop_upstream();
}

}  // namespace libnet::inline v0::detail
