#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/connection_authentication.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <optional>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

/// Bytes of a buffer, to be decoded in place.
LIBNETXX_DECL std::span<char> writable(std::string_view bytes) noexcept
{
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

/// Sends what there is of the request's body to the server: what came with the head, then the rest as it comes.
LIBNETXX_DECL void ProxySession::upload()
{
    for (int round = 0; upload_state_ == ProxyUploadState::under_way; ++round) {
        if (!upstream_->peer.flush()) {
            upload_state_ = ProxyUploadState::upstream_gone;
            return;
        }
        more_ = more_ || round == rounds;
        if (upstream_->peer.is_blocked() || round == rounds) return;
        std::span<char> received;
        const bool came_with_head = !std::exchange(upload_->begun, true);
        if (came_with_head) received = writable(input_.view().substr(consumed_));
        else if (!receive_body(received)) return;

        const auto piece = upload_->reader.decode(received);
        if (!piece) return fail_upload(wire::status_of(piece.error()), wire::reason_of(piece.error()));
        if (came_with_head) consumed_ += piece->consumed;
        else surplus_.assign(received.data() + piece->consumed, received.size() - piece->consumed);
        record_.received += piece->data;
        const std::string_view data{received.data(), piece->data};
        const bool done = upload_->reader.done();
        const auto frame =
            done ? upload_->writer.last_piece(data, upload_->reader.trailers()) : upload_->writer.piece(data);
        const bool sent = upstream_->peer.send({frame.before, frame.data, frame.after});
        if (!sent) upload_state_ = ProxyUploadState::upstream_gone;
        else if (done) upload_state_ = ProxyUploadState::complete;
    }
}

/// Takes more of the request's body from the client. False: there is nothing, for now or for ever.
LIBNETXX_DECL bool ProxySession::receive_body(std::span<char>& received)
{
    const auto space = std::span{proxy_.scratch};
    const auto taken = client_.receive(space.first(upload_->reader.readable(space.size())));
    received = space.first(taken.size);
    if (taken.outcome == io::Transfer::ended) fail_upload(400, "The request's body ended early.");
    if (taken.outcome == io::Transfer::failed) fail_upload(0, proxy_client_left);
    return taken.outcome == io::Transfer::done;
}

LIBNETXX_DECL void ProxySession::fail_upload(unsigned status, std::string_view why)
{
    client_fault_ = why;
    client_fault_status_ = status;
    upload_state_ = ProxyUploadState::client_failed;
}

/// Receives what there is of the answer, interim ones before it too, and sends it to the client.
LIBNETXX_DECL void ProxySession::download()
{
    for (int round = 0;; ++round) {
        if (!client_.flush()) lose_client(proxy_client_left);
        const bool in_head = download_state_ == ProxyDownloadState::head;
        if (!in_head && download_state_ != ProxyDownloadState::body) return;
        more_ = more_ || round == rounds;
        if (client_.is_blocked() || round == rounds) return;
        if (in_head) {
            if (!receive_answer_head()) return;
            continue;
        }
        const auto space = std::span{proxy_.scratch};
        const auto taken = upstream_->peer.receive(space.first(answer_reader_->readable(space.size())));
        if (taken.outcome == io::Transfer::want_read) return;
        const bool ended = taken.outcome == io::Transfer::ended && answer_reader_->may_end_here();
        if (taken.outcome != io::Transfer::done && !ended) return fail_answer(engine::ProxyFailure::connection_lost);
        if (!relay_body(space.first(taken.size), ended)) return;
    }
}

/// Takes more of a head. False: there is nothing, for now or for ever.
LIBNETXX_DECL bool ProxySession::receive_answer_head()
{
    if (!upstream_->peer.may_receive()) return false;
    const auto received = upstream_->peer.receive(answer_bytes_.prepare(answer_step));
    answer_bytes_.commit(received.size);
    if (answer_bytes_.empty()) answer_bytes_.release();
    if (received.outcome == io::Transfer::want_read) return false;
    if (received.outcome != io::Transfer::done) {
        fail_answer(engine::ProxyFailure::connection_lost);
        return false;
    }
    answer_.any_byte = true;
    if (!answer_.head_ends) answer_.head_ends = base::deadline_after(Clock::now(), proxy_.options.response_timeout);
    while (download_state_ == ProxyDownloadState::head && !answer_bytes_.empty()) {
        const auto size = response_parser_.parse(answer_bytes_.view(), request_.method, response_);
        if (!size || (*size > 0 && !wire::HopByHop::read(response_.fields))) {
            fail_answer(engine::ProxyFailure::bad_response);
            return false;
        }
        if (*size == 0) return true;
        handle_answer_head(*size);
    }
    return true;
}

/// A head is complete: an interim one goes to the client, a final one with what has come of its body.
LIBNETXX_DECL void ProxySession::handle_answer_head(std::size_t size)
{
    constexpr int max_interim = 100;  // more are no progress
    if (response_.status < 200) {
        // We didn't ask for an upgrade; and an HTTP/1.0 client has never heard of the others.
        if (response_.status == 101 || ++answer_.interim > max_interim)
            return fail_answer(engine::ProxyFailure::bad_response);
        head_.clear();
        if (request_.version == wire::HttpVersion::http_1_1)
            engine::append_forwarded_interim(head_, response_, proxy_.rules.via_name);
        answer_bytes_.consume(size);
        answer_.head_ends.reset();
        if (!client_.send({head_})) lose_client(proxy_client_left);
        return;
    }
    body_was_invited_ = !request_.expect_continue || record_.received > 0;
    authenticates_ = authenticates_ || engine::authenticates_connection(response_.fields, "WWW-Authenticate");
    answer_.plan = engine::plan_response(request_, response_, !connection_.draining() && body_was_invited_);
    head_.clear();
    engine::append_forwarded_response(head_, response_, answer_.plan, proxy_.rules.via_name, proxy_.date());
    answer_reader_.emplace(response_.body, proxy_.options.limits);
    answer_writer_ = engine::ProxyBodyWriter{answer_.plan.body};
    download_state_ = ProxyDownloadState::body;
    record_.status = response_.status;
    relay_body(writable(answer_bytes_.view().substr(size)), false);
    answer_bytes_.truncate(0);
}

/// Sends a piece of the answer's body to the client, behind `head_`. `ended`: the server has closed the connection, and
/// that is its end. False: nothing follows.
LIBNETXX_DECL bool ProxySession::relay_body(std::span<char> received, bool ended)
{
    const auto piece = answer_reader_->decode(received);
    if (!piece) {
        fail_answer(engine::ProxyFailure::bad_response);
        return false;
    }
    nothing_left_ = piece->consumed == received.size();  // bytes behind an answer answer nothing
    ended = ended || answer_reader_->done();
    const std::string_view data{received.data(), piece->data};
    const auto frame = ended ? answer_writer_.last_piece(data, answer_reader_->trailers()) : answer_writer_.piece(data);
    answer_.begun = true;
    if (!client_.send({head_, frame.before, frame.data, frame.after})) {
        lose_client(proxy_client_left);
        return false;
    }
    head_.clear();
    record_.sent += piece->data;
    if (!ended) return true;
    const bool goes_on = response_.keep_alive && body_was_invited_;
    download_state_ = goes_on ? ProxyDownloadState::complete : ProxyDownloadState::complete_and_last;
    return false;
}

/// The client doesn't take its answer.
LIBNETXX_DECL void ProxySession::lose_client(std::string_view why)
{
    client_fault_ = why;
    client_fault_status_ = 0;
    download_state_ = ProxyDownloadState::client_gone;
}

LIBNETXX_DECL void ProxySession::fail_answer(engine::ProxyFailure failure)
{
    answer_.failure = failure;
    download_state_ = ProxyDownloadState::upstream_failed;
}

}  // namespace libnet::inline v0::detail
