#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/connection_authentication.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/engine/proxy/proxy_upgrade.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

/// Bytes of a buffer, to be decoded in place.
LIBNETXX_DECL std::span<char> writable(std::string_view bytes) noexcept
{
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

/// What a head may not have may not come behind the body either.
LIBNETXX_DECL bool ProxyExchange::keeps_trailer(std::string_view name) const
{
    if (has_credential_ && base::iequals(name, "Authorization")) return false;
    return engine::keeps_request_field(proxy_.options.headers, name);
}

/// Sends what there is of the request's body to the server.
LIBNETXX_DECL void ProxyExchange::upload()
{
    if (hooks_ != nullptr && hooks_->upwards) return upload_filtered();
    for (int round = 0;; ++round) {
        if (!upstream_->peer.flush() && upload_state_ == ProxyUploadState::under_way)
            upload_state_ = ProxyUploadState::upstream_gone;
        if (upload_state_ != ProxyUploadState::under_way || upstream_->peer.is_blocked()) return;
        if (round == rounds) {
            more_ = true;
            return;
        }
        if (meter_ != nullptr && meter_->pauses()) return session_->take_piece();
        const auto piece = session_->next_piece();
        if (piece.waits || piece.failed) return;
        const auto keeps = [this](std::string_view name) { return keeps_trailer(name); };
        const auto frame = piece.last ? body_writer_.last_piece(piece.content, session_->trailers(), keeps)
                                      : body_writer_.piece(piece.content);
        const bool sent = upstream_->peer.send({frame.before, frame.data, frame.after});
        if (meter_ != nullptr) meter_->moved(piece.content.size());
        if (piece.last) session_->take_piece();
        if (!sent) upload_state_ = ProxyUploadState::upstream_gone;
        else if (piece.last) upload_state_ = ProxyUploadState::complete;
    }
}

/// Receives what there is of the answer, interim ones before it too, and sends it to the client.
LIBNETXX_DECL void ProxyExchange::download()
{
    for (int round = 0; !session_->given_up() && !session_->is_blocked(); ++round) {
        if (download_state_ == ProxyDownloadState::asking && !go_on_asking()) break;
        const bool in_head = download_state_ == ProxyDownloadState::head;
        if (!in_head && download_state_ != ProxyDownloadState::body) break;
        more_ = more_ || round == rounds;
        if (round == rounds) break;
        if (meter_ != nullptr && meter_->pauses()) break;
        if (in_head) {
            if (!receive_answer_head()) break;
            continue;
        }
        if (hooks_ != nullptr && hooks_->downwards && !go_on_filtering()) break;
        auto space = std::span{proxy_.scratch};
        if (meter_ != nullptr) space = space.first(std::min(space.size(), meter_->piece()));
        const auto taken = upstream_->peer.receive(space.first(answer_reader_->readable(space.size())));
        if (taken.outcome == io::Transfer::want_read) break;
        if (meter_ != nullptr) meter_->moved(taken.size);
        const bool ended = taken.outcome == io::Transfer::ended && answer_reader_->may_end_here();
        if (taken.outcome != io::Transfer::done && !ended) {
            fail_answer(engine::ProxyFailure::connection_lost);
            break;
        }
        if (!relay_body(space.first(taken.size), ended)) break;
    }
    if (!session_->given_up() && !session_->is_blocked()) session_->send_queued();
}

/// Takes more of a head. False: there is nothing, now or at all.
LIBNETXX_DECL bool ProxyExchange::receive_answer_head()
{
    if (!upstream_->peer.may_receive()) return false;
    const auto received = upstream_->peer.receive(answer_bytes_.prepare(answer_step));
    answer_bytes_.commit(received.size);
    if (meter_ != nullptr) meter_->moved(received.size);
    if (answer_bytes_.empty()) answer_bytes_.release();
    if (received.outcome == io::Transfer::want_read) return false;
    if (received.outcome != io::Transfer::done) {
        fail_answer(engine::ProxyFailure::connection_lost);
        return false;
    }
    if (!answer_.any_byte) told_->first_byte = Clock::now() - sent_;
    answer_.any_byte = true;
    if (!answer_.head_ends) answer_.head_ends = base::deadline_after(Clock::now(), proxy_.options.response_timeout);
    while (download_state_ == ProxyDownloadState::head && !answer_bytes_.empty() && !session_->given_up()) {
        const auto size = response_parser_.parse(answer_bytes_.view(), session_->request().method, response_);
        if (!size || (*size > 0 && !wire::HopByHop::read(response_.fields))) {
            fail_answer(engine::ProxyFailure::bad_response);
            return false;
        }
        if (*size == 0) return true;
        if (response_.status < 200) handle_interim(*size);
        else handle_answer_head(*size);
    }
    return true;
}

/// An interim head is complete, and goes to the client; but for one that makes the connection a tunnel, which is the
/// answer.
LIBNETXX_DECL void ProxyExchange::handle_interim(std::size_t size)
{
    constexpr int max_interim = 100;  // more are no progress
    const auto accepted = response_.status == 101 ? engine::accepted_upgrade(upgrade_, response_) : std::string{};
    const bool is_bad = response_.status == 101 ? accepted.empty() : ++answer_.interim > max_interim;
    if (is_bad) return fail_answer(engine::ProxyFailure::bad_response);
    head_.clear();
    // A client of HTTP/1.0 doesn't know them.
    if (session_->request().version == wire::HttpVersion::http_1_1)
        engine::append_forwarded_interim(head_, response_, forwarded_by(), accepted);
    answer_bytes_.consume(size);
    answer_.head_ends.reset();
    if (response_.status == 101) {
        download_state_ = ProxyDownloadState::switched;
        return;
    }
    answer_.interim_keeps = answer_.interim_keeps && response_.keep_alive;
    session_->invited();
    session_->writer().queue().append(head_);
}

/// A head is complete, and goes to the client with what has come of its body.
LIBNETXX_DECL void ProxyExchange::handle_answer_head(std::size_t size)
{
    // Its challenge is for us, and not for the client, whose log-in it is not to get.
    constexpr unsigned wants_log_in = 407;
    if (asks_parent() && response_.status == wants_log_in) return fail_answer(engine::ProxyFailure::parent_login);
    answer_reader_.emplace(response_.body, proxy_.options.response_limits, wire::ChunkSource::server);
    authenticates_ = authenticates_ || engine::authenticates_connection(response_.fields, "WWW-Authenticate");
    if (hooks_ == nullptr || !hooks_->has(ProxyHookStage::response)) return forward_answer_head(size);
    hooks_->take(response_);
    asked_head_ = size;
    download_state_ = ProxyDownloadState::asking;
}

LIBNETXX_DECL void ProxyExchange::forward_answer_head(std::size_t size)
{
    const auto& request = session_->request();
    const auto received = writable(answer_bytes_.view().substr(size));
    const auto piece = answer_reader_->decode(received);
    if (!piece) return fail_answer(engine::ProxyFailure::bad_response);

    body_was_invited_ = !request.expect_continue || session_->body_size() > 0;
    const bool is_modern = request.version == wire::HttpVersion::http_1_1;
    const auto persistence =
        session_->begin_answer({.status = response_.status, .may_keep = body_was_invited_ && is_modern});
    keeps_client_ = persistence != engine::HttpPersistence::close;
    answer_.plan = engine::plan_response(request, response_, keeps_client_);
    answer_writer_ = engine::ProxyBodyWriter{answer_.plan.body};
    head_.clear();
    engine::append_forwarded_response(head_, response_, answer_.plan, forwarded_by(), session_->date());
    session_->writer().queue().append(head_);
    session_->head_queued();
    answer_.begun = true;
    download_state_ = ProxyDownloadState::body;
    forward_piece(*piece, received, answer_reader_->done());
    answer_bytes_.truncate(0);
}

/// Decodes and sends a piece of the answer's body. `ended`: the server has closed the connection, and that is its end. False:
/// nothing follows.
LIBNETXX_DECL bool ProxyExchange::relay_body(std::span<char> received, bool ended)
{
    const auto piece = answer_reader_->decode(received);
    if (!piece) {
        fail_answer(engine::ProxyFailure::bad_response);
        return false;
    }
    ended = ended || answer_reader_->done();
    forward_piece(*piece, received, ended);
    return !ended;
}

LIBNETXX_DECL void ProxyExchange::forward_piece(engine::ProxyBodyReader::Piece piece, std::span<char> received,
                                                bool ended)
{
    nothing_left_ = piece.consumed == received.size();  // bytes behind an answer answer nothing
    const std::string_view data{received.data(), piece.data};
    if (hooks_ != nullptr && hooks_->downwards) return hooks_->downwards->give(data, ended);
    send_piece(data, ended ? &answer_reader_->trailers() : nullptr);
}

/// Sends a piece to the client: the last one, if there are trailers, be they none.
LIBNETXX_DECL void ProxyExchange::send_piece(std::string_view data, const wire::HttpFields* trailers)
{
    const auto keeps = [this](std::string_view name) {
        return engine::keeps_response_field(proxy_.options.headers, name);
    };
    const auto frame =
        trailers != nullptr ? answer_writer_.last_piece(data, *trailers, keeps) : answer_writer_.piece(data);
    session_->content_queued(data.size());
    if (!session_->send(frame.before, frame.data, frame.after) || trailers == nullptr) return;
    const bool goes_on = response_.keep_alive && body_was_invited_;
    download_state_ = goes_on ? ProxyDownloadState::complete : ProxyDownloadState::complete_and_last;
}

LIBNETXX_DECL void ProxyExchange::fail_answer(engine::ProxyFailure failure)
{
    answer_.failure = failure;
    blames_parent_ = asks_parent();
    download_state_ = ProxyDownloadState::upstream_failed;
}

}  // namespace libnet::inline v0::detail
