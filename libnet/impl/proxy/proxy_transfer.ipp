#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

/// Sends the request's body to the server: what came with the head, then the rest as it comes.
LIBNETXX_DECL io::Task<ProxyUploadEnd> ProxySession::send_body()
{
    const auto timeout = proxy_.options.transfer_timeout;
    engine::ProxyBodyReader reader{request_.body, proxy_.options.limits};
    engine::ProxyBodyWriter writer{request_.body.kind};
    auto received = std::span{input_}.subspan(consumed_, filled_ - consumed_);
    bool came_with_head = true;
    for (;;) {
        const auto piece = reader.decode(received);
        if (!piece) {
            client_fault_ = wire::reason_of(piece.error());
            client_fault_status_ = wire::status_of(piece.error());
            co_return upload_ = ProxyUploadEnd::client_failed;
        }
        if (came_with_head) consumed_ += piece->consumed;
        else surplus_.assign(received.begin() + static_cast<std::ptrdiff_t>(piece->consumed), received.end());
        came_with_head = false;

        exchange_.received += piece->data;
        const std::string_view data{received.data(), piece->data};
        const auto frame = reader.done() ? writer.last_piece(data, reader.trailers()) : writer.piece(data);
        const auto lost = co_await upstream_->peer.write({frame.before, frame.data, frame.after}, timeout);
        if (lost) co_return upload_ = ProxyUploadEnd::upstream_gone;
        if (reader.done()) break;

        if (!upload_buffer_) upload_buffer_.emplace(transfer_size);
        const auto space = upload_buffer_->space().first(reader.readable(upload_buffer_->size));
        const auto [error, size] = co_await client_.read_some(space, timeout);
        if (error) {
            const bool timed_out = error == asio::error::timed_out;
            client_fault_ =
                timed_out ? "The request's body took too long to arrive." : "The request's body ended early.";
            client_fault_status_ = timed_out ? 408 : 400;
            co_return upload_ = ProxyUploadEnd::client_failed;
        }
        received = space.first(size);
    }
    upstream_->peer.expect_within(proxy_.options.response_timeout);
    co_return upload_ = ProxyUploadEnd::complete;
}

/// Receives the answer, interim ones before it too, and sends it to the client.
LIBNETXX_DECL io::Task<ProxyDownloadEnd> ProxySession::relay_answer()
{
    constexpr int max_interim = 100;  // more are no progress
    for (int interim = 0; interim <= max_interim; ++interim) {
        const bool received = co_await receive_answer_head();
        if (!received) co_return ProxyDownloadEnd::upstream_failed;
        if (response_.status >= 200) co_return co_await relay_answer_body();
        if (response_.status == 101) break;                             // we didn't ask for an upgrade
        if (request_.version == wire::HttpVersion::http_1_0) continue;  // has never heard of them

        head_.clear();
        engine::append_forwarded_interim(head_, response_, proxy_.rules.via_name);
        const auto gone = co_await client_.write({head_}, proxy_.options.transfer_timeout);
        if (gone) co_return ProxyDownloadEnd::client_gone;
    }
    answer_.failure = engine::ProxyFailure::bad_response;
    co_return ProxyDownloadEnd::upstream_failed;
}

/// Reads up to the end of the next head. False: `answer_.failure` says why there is none.
LIBNETXX_DECL io::Task<bool> ProxySession::receive_answer_head()
{
    // From its first byte on, the head has so long in all: a server that drips bytes mustn't hold us for ever.
    std::optional<Clock::time_point> end;
    for (;;) {
        const auto space = answer_buffer_->space();
        const auto received = space.subspan(answer_consumed_, answer_filled_ - answer_consumed_);
        const auto size = response_parser_.parse({received.data(), received.size()}, request_.method, response_);
        if (!size || (*size > 0 && !wire::HopByHop::read(response_.fields))) {
            answer_.failure = engine::ProxyFailure::bad_response;
            co_return false;
        }
        answer_consumed_ += *size;
        if (*size > 0) co_return true;

        if (answer_consumed_ > 0) {  // make room behind interim answers
            std::ranges::copy(received, space.begin());
            answer_filled_ -= std::exchange(answer_consumed_, 0);
        }
        const auto free = space.subspan(answer_filled_);
        auto left = proxy_.options.response_timeout;
        if (end) left = std::chrono::duration_cast<std::chrono::milliseconds>(*end - Clock::now());
        const auto [error, read] = co_await upstream_->peer.read_some(free, left);
        if (error) {
            fail_answer(error);
            co_return false;
        }
        if (!end) end = base::deadline_after(Clock::now(), proxy_.options.response_timeout);
        answer_.any_byte = true;
        answer_filled_ += read;
    }
}

LIBNETXX_DECL ProxyDownloadEnd ProxySession::fail_answer(boost::system::error_code error)
{
    const bool timed_out = error == asio::error::timed_out;
    answer_.failure = timed_out ? engine::ProxyFailure::response_timeout : engine::ProxyFailure::connection_lost;
    return ProxyDownloadEnd::upstream_failed;
}

LIBNETXX_DECL io::Task<ProxyDownloadEnd> ProxySession::relay_answer_body()
{
    const auto timeout = proxy_.options.transfer_timeout;
    engine::ProxyBodyReader reader{response_.body, proxy_.options.limits};
    const bool body_was_invited = !request_.expect_continue || exchange_.received > 0;
    answer_.plan = engine::plan_response(request_, response_, !connection_.draining() && body_was_invited);
    engine::ProxyBodyWriter writer{answer_.plan.body};
    wire::HttpDateBuffer date;
    head_.clear();
    engine::append_forwarded_response(head_, response_, answer_.plan, proxy_.rules.via_name, http_date_now(date));

    const auto space = answer_buffer_->space();
    for (bool ended = false;;) {
        const auto piece = reader.decode(space.subspan(answer_consumed_, answer_filled_ - answer_consumed_));
        if (!piece) {
            answer_.failure = engine::ProxyFailure::bad_response;
            co_return ProxyDownloadEnd::upstream_failed;
        }
        const std::string_view data{space.data() + answer_consumed_, piece->data};
        answer_consumed_ += piece->consumed;
        ended = ended || reader.done();
        const auto frame = ended ? writer.last_piece(data, reader.trailers()) : writer.piece(data);
        answer_.begun = true;
        exchange_.status = response_.status;
        const auto gone = co_await client_.write({head_, frame.before, frame.data, frame.after}, timeout);
        if (gone) {
            client_fault_ = "The client went away.";
            co_return ProxyDownloadEnd::client_gone;
        }
        head_.clear();
        exchange_.sent += piece->data;
        if (ended) break;

        answer_filled_ = answer_consumed_ = 0;
        const auto free = space.first(reader.readable(space.size()));
        const auto [error, size] = co_await upstream_->peer.read_some(free, timeout);
        if (error) {
            ended = error == asio::error::eof && reader.may_end_here();
            if (!ended) co_return fail_answer(error);
        }
        answer_filled_ = size;
    }
    const bool goes_on = response_.keep_alive && body_was_invited;
    co_return goes_on ? ProxyDownloadEnd::complete : ProxyDownloadEnd::complete_and_last;
}

}  // namespace libnet::inline v0::detail
