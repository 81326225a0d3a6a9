#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_retry.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace libnet::inline v0::detail {

/// Which direction's end is the end of the other one, too.
struct StopOtherDirection {
    asio::cancellation_type operator()(std::exception_ptr, ProxyUploadEnd end) const noexcept
    {
        const bool answer_may_come = end == ProxyUploadEnd::complete || end == ProxyUploadEnd::upstream_gone;
        return answer_may_come ? asio::cancellation_type::none : asio::cancellation_type::all;
    }
    asio::cancellation_type operator()(std::exception_ptr, ProxyDownloadEnd end) const noexcept
    {
        // A server that has answered early may well want the rest of the body; a client that sends it expects so.
        return end == ProxyDownloadEnd::complete ? asio::cancellation_type::none : asio::cancellation_type::all;
    }
};

LIBNETXX_DECL io::Task<> ProxySession::forward(const engine::ProxyDestination& destination)
{
    bool may_be_idle = engine::may_use_idle_connection(request_);
    for (;;) {
        const bool connected = co_await connect_upstream(destination, may_be_idle);
        if (!connected) {
            co_await fail_exchange(destination);
            co_return;
        }
        const bool answered = co_await exchange();
        if (answered) break;
        if (!engine::should_retry(upstream_->was_idle, answer_.any_byte)) {
            co_await fail_exchange(destination);
            co_return;
        }
        may_be_idle = false;
    }
    end_exchange(destination);
}

/// Sends the request and relays its answer. False: the client has no complete answer; `answer_` and `client_fault_` say
/// why.
LIBNETXX_DECL io::Task<bool> ProxySession::exchange()
{
    head_.clear();
    engine::append_forwarded_request(head_, request_, proxy_.rules.via_name);
    answer_buffer_.emplace(std::max(transfer_size, wire::bounded(proxy_.options.limits).head));
    answer_filled_ = answer_consumed_ = 0;
    response_parser_.reset();

    const auto error = co_await upstream_->peer.write({head_}, proxy_.options.transfer_timeout);
    if (error) {
        fail_answer(error);
        co_return false;
    }
    auto download = ProxyDownloadEnd::stopped;
    if (request_.body.kind == wire::BodyFraming::Kind::none) {
        download = co_await relay_answer();
    } else {
        upload_ = ProxyUploadEnd::stopped;
        const auto executor = co_await asio::this_coro::executor;
        auto both = asio::experimental::make_parallel_group(asio::co_spawn(executor, send_body(), asio::deferred),
                                                            asio::co_spawn(executor, relay_answer(), asio::deferred));
        const auto [order, upload_error, upload_end, download_error, download_end] =
            co_await both.async_wait(StopOtherDirection{}, asio::use_awaitable_t<io::Executor>{});
        download = download_end;
    }
    answer_buffer_.reset();
    upload_buffer_.reset();
    co_return download == ProxyDownloadEnd::complete || download == ProxyDownloadEnd::complete_and_last;
}

/// The request has no answer, or half of one.
LIBNETXX_DECL io::Task<> ProxySession::fail_exchange(const engine::ProxyDestination& destination)
{
    keep_ = false;
    upstream_.reset();
    if (!client_fault_.empty()) exchange_.reason = client_fault_;
    else if (answer_.failure) exchange_.reason = describe(*answer_.failure, destination);

    if (answer_.begun) {
        // The client must see that the answer is not complete. Where its end is the connection's end, that takes a RST.
        boost::system::error_code ignored;
        if (answer_.plan.body == wire::BodyFraming::Kind::until_close)
            connection_.socket().set_option(asio::socket_base::linger{true, 0}, ignored);
        connection_.socket().close(ignored);
        co_return;
    }
    auto reason = exchange_.reason;
    if (!client_fault_.empty()) co_await refuse(client_fault_status_, std::move(reason));
    else if (answer_.failure) co_await refuse(status_of(*answer_.failure), std::move(reason));
    else co_await refuse(403, std::move(reason));
}

/// The client has its answer.
LIBNETXX_DECL void ProxySession::end_exchange(const engine::ProxyDestination& destination)
{
    const bool request_complete = upload_ == ProxyUploadEnd::complete;
    const bool nothing_left = answer_filled_ == answer_consumed_;  // bytes behind an answer answer nothing
    keep_ = answer_.plan.keep_alive && request_complete;
    if (response_.keep_alive && request_complete && nothing_left)
        proxy_.keep_upstream(to_string(destination), std::move(upstream_->socket));
    upstream_.reset();
}

}  // namespace libnet::inline v0::detail
