#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/http/http_connection.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/engine/http/userinfo.hpp>
#include <libnet/wire/http/http_error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL HttpConnection::HttpConnection(const HttpConnectionOptions& options, HttpTime now, bool logs) noexcept
    : options_{options},
      received_at_{now},
      sending_{options.send_timeout, options.min_send_rate},
      receiving_{0, {}},
      logs_{logs}
{}

LIBNETXX_DECL HttpAction HttpConnection::next(std::span<char> octets, HttpTime now)
{
    octets_ = octets.size();
    if (lost_ && phase_ != Phase::over) return leave(reason_);
    if (has_left()) return leave(client_gone);
    switch (phase_) {
    case Phase::idle:
        return next_request(octets, now);
    case Phase::inviting:
        phase_ = use_ == HttpBodyUse::discard ? Phase::discarding : Phase::streaming;
        return {HttpAction::Kind::invite};
    case Phase::discarding:
        return discard(octets);
    case Phase::streaming:
        return stream(octets);
    case Phase::refusing:
        return {HttpAction::Kind::refuse, {}, status_, reason_};
    case Phase::finishing:
        return {HttpAction::Kind::finish};
    case Phase::lingering:
        return linger(octets);
    case Phase::over:
        return {HttpAction::Kind::close};
    case Phase::handling:
    case Phase::piece:
    case Phase::answering:
    case Phase::handed_over:
        break;
    }
    return {HttpAction::Kind::wait};
}

LIBNETXX_DECL HttpConnection::Spent HttpConnection::spent() noexcept
{
    if (spent_ > 0) return {0, std::exchange(spent_, 0U)};
    const bool in_body = phase_ == Phase::discarding || phase_ == Phase::streaming;
    return in_body ? Spent{exchange_->head_size, std::exchange(exchange_->scanned, 0U)} : Spent{};
}

LIBNETXX_DECL void HttpConnection::moved(std::span<char> octets)
{
    exchange_->refused_line = wire::refused_line({octets.data(), octets.size()});
    if (!has_request_) return;  // of a head that isn't complete the parser notices it
    [[maybe_unused]] const auto again = exchange_->parser.parse({octets.data(), octets.size()}, exchange_->head);
}

// ---------------------------------------------------------------------------------------------------------- requests

LIBNETXX_DECL HttpAction HttpConnection::next_request(std::span<char> octets, HttpTime now)
{
    if (!keep_) return finish();
    if (octets.empty()) return wait_for_request(now);
    if (!begun_) {
        begun_ = true;
        began_ = received_at_;
    }
    return parse(octets, now);
}

LIBNETXX_DECL HttpAction HttpConnection::wait_for_request(HttpTime now) noexcept
{
    if (ended_ || expired_ || draining_) return finish();
    if (!std::exchange(waits_, true))
        deadline_ = base::deadline_after(now, any_request_ ? options_.idle_timeout : options_.header_timeout);
    return {HttpAction::Kind::receive, deadline_};
}

LIBNETXX_DECL HttpAction HttpConnection::parse(std::span<char> octets, HttpTime now)
{
    const auto size = parse_head(octets);
    if (size && *size > 0) {
        exchange_->head_size = *size;
        exchange_->body_size = 0;
        any_request_ = has_request_ = true;
        waits_ = false;
        phase_ = Phase::handling;
        return {HttpAction::Kind::handle};
    }
    exchange_->refused_line = wire::refused_line({octets.data(), octets.size()});  // whatever becomes of it
    if (!size) return refuse(wire::status_of(size.error()), wire::reason_of(size.error()));
    if (ended_) return leave(client_left);
    if (expired_) return refuse(408, request_too_slow);
    if (!std::exchange(waits_, true)) waiting_since_ = now;
    const ReceivePatience patience{options_.header_timeout, options_.min_receive_rate,
                                   ReceivePatience::twice(options_.header_timeout)};
    return {HttpAction::Kind::receive, base::deadline_after(waiting_since_, patience.allowed(octets.size()))};
}

/// Drops what has to be dropped at the front of the octets.
LIBNETXX_DECL wire::HttpResult<std::size_t> HttpConnection::parse_head(std::span<char>& octets)
{
    auto size = exchange_->parser.parse({octets.data(), octets.size()}, exchange_->head);
    if (size || size.error() != wire::HttpError::bad_target || !options_.takes_userinfo_out) return size;
    const auto useless = remove_userinfo(octets);
    if (useless == 0) return size;
    octets = octets.subspan(useless);
    octets_ -= useless;
    spent_ += useless;
    exchange_->parser.reset();
    return exchange_->parser.parse({octets.data(), octets.size()}, exchange_->head);
}

// ------------------------------------------------------------------------------------------------------------ bodies

LIBNETXX_DECL bool HttpConnection::has_body() const noexcept
{
    using Kind = wire::BodyFraming::Kind;
    if (!has_request_) return false;
    const auto& body = exchange_->head.body;
    return body.kind == Kind::chunked || (body.kind == Kind::length && body.length > 0);
}

LIBNETXX_DECL bool HttpConnection::awaits_invitation() const noexcept
{
    return has_request_ && exchange_->head.expect_continue && octets_ <= exchange_->head_size;
}

LIBNETXX_DECL void HttpConnection::take_body(HttpBodyUse use, HttpTime now)
{
    const auto& body = exchange_->head.body;
    const bool too_large = use == HttpBodyUse::discard && body.kind == wire::BodyFraming::Kind::length &&
                           body.length > options_.max_discarded_body;
    exchange_->decoder.reset();
    use_ = use;
    waiting_since_ = now;
    phase_ = use == HttpBodyUse::discard ? Phase::discarding : Phase::streaming;
    uninvited_ = use == HttpBodyUse::relay && awaits_invitation();
    body_waited_ = {};
    using std::chrono::hours;
    receiving_ = {options_.min_receive_rate,
                  std::min<HttpConnectionOptions::Duration>(options_.body_timeout, hours{24})};
    if (use != HttpBodyUse::relay && awaits_invitation() && !too_large) phase_ = Phase::inviting;
}

LIBNETXX_DECL HttpAction HttpConnection::discard(std::span<char> octets)
{
    using Kind = wire::BodyFraming::Kind;
    const auto& body = exchange_->head.body;
    const auto came = octets.subspan(exchange_->head_size + exchange_->scanned);
    if (body.kind == Kind::chunked) return discard_chunks(came);
    if (body.kind == Kind::none) return end_discarding(false);
    if (body.length > options_.max_discarded_body) return end_discarding(true);
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(body.length - exchange_->body_size, came.size()));
    exchange_->scanned += size;
    exchange_->body_size += size;
    if (exchange_->body_size == body.length) return end_discarding(false);
    const ReceivePatience patience{options_.body_timeout, options_.min_receive_rate};
    return more_of_body(base::deadline_after(waiting_since_, patience.allowed(exchange_->body_size)));
}

LIBNETXX_DECL HttpAction HttpConnection::discard_chunks(std::span<char> octets)
{
    std::string_view rest{octets.data(), octets.size()};
    while (!rest.empty()) {
        const auto step = exchange_->decoder.next(rest);
        if (!step) return fail_body(wire::status_of(step.error()), wire::reason_of(step.error()));
        rest.remove_prefix(step->consumed);
        exchange_->scanned += step->consumed;
        exchange_->body_size += step->data.size();
        if (step->done) return end_discarding(false);
        if (exchange_->body_size > options_.max_discarded_body) return end_discarding(true);
    }
    const ReceivePatience patience{options_.body_timeout, options_.min_receive_rate};
    return more_of_body(base::deadline_after(waiting_since_, patience.allowed(exchange_->body_size)));
}

LIBNETXX_DECL HttpAction HttpConnection::end_discarding(bool too_large) noexcept
{
    phase_ = Phase::handling;
    body_done_ = !too_large;
    return {.kind = HttpAction::Kind::body_end, .too_large = too_large};
}

LIBNETXX_DECL HttpAction HttpConnection::stream(std::span<char> octets)
{
    using Kind = wire::BodyFraming::Kind;
    const auto& body = exchange_->head.body;
    auto came = octets.subspan(exchange_->head_size + exchange_->scanned);
    if (body.kind == Kind::chunked) {
        if (!gather_chunks(came)) return fail_body(status_, reason_);
    } else {
        const auto left = body.length - exchange_->body_size;
        exchange_->piece_octets = static_cast<std::size_t>(std::min<std::uint64_t>(left, came.size()));
        exchange_->piece = {came.data(), exchange_->piece_octets};
        body_done_ = exchange_->piece_octets == left;
    }
    exchange_->body_size += exchange_->piece.size();
    const bool too_slow = receiving_.waited(std::exchange(body_waited_, {}), exchange_->body_size);
    if (too_slow && !body_done_) return fail_body(408, body_too_slow);
    if (!exchange_->piece.empty() || body_done_) {
        phase_ = Phase::piece;
        return {.kind = HttpAction::Kind::body, .last = body_done_};
    }
    exchange_->scanned += std::exchange(exchange_->piece_octets, 0U);
    return more_of_body(uninvited_ ? HttpTime::max() : base::deadline_after(waiting_since_, options_.body_timeout));
}

/// Takes the framing out of what has come, so that its content is one piece. False: it isn't valid.
LIBNETXX_DECL bool HttpConnection::gather_chunks(std::span<char> octets)
{
    std::size_t size = 0;
    exchange_->piece_octets = 0;
    while (!body_done_ && exchange_->piece_octets < octets.size()) {
        const std::string_view rest{octets.data() + exchange_->piece_octets, octets.size() - exchange_->piece_octets};
        const auto step = exchange_->decoder.next(rest);
        if (!step) {
            status_ = wire::status_of(step.error());
            reason_ = wire::reason_of(step.error());
            return false;
        }
        if (!step->data.empty()) std::memmove(octets.data() + size, step->data.data(), step->data.size());
        size += step->data.size();
        exchange_->piece_octets += step->consumed;
        body_done_ = step->done;
    }
    exchange_->piece = {octets.data(), size};
    return true;
}

LIBNETXX_DECL void HttpConnection::body_taken(HttpTime now) noexcept
{
    exchange_->scanned += std::exchange(exchange_->piece_octets, 0U);
    exchange_->piece = {};
    waiting_since_ = now;
    expired_ = false;
    if (!body_done_) phase_ = Phase::streaming;
    else phase_ = answer_begun_ ? Phase::answering : Phase::handling;
}

LIBNETXX_DECL bool HttpConnection::reads_body() const noexcept
{
    return phase_ == Phase::streaming || (phase_ == Phase::piece && !body_done_);
}

LIBNETXX_DECL void HttpConnection::invited(HttpTime now) noexcept
{
    if (std::exchange(uninvited_, false)) waiting_since_ = now;
}

LIBNETXX_DECL HttpAction HttpConnection::more_of_body(HttpTime deadline)
{
    if (ended_) return leave(client_left);
    if (expired_) return fail_body(408, request_too_slow);
    return {HttpAction::Kind::receive, deadline};
}

LIBNETXX_DECL HttpAction HttpConnection::fail_body(unsigned status, std::string_view reason)
{
    return answer_begun_ ? leave(reason) : refuse(status, reason);
}

// ----------------------------------------------------------------------------------------------------------- answers

LIBNETXX_DECL HttpPersistence HttpConnection::begin_answer(const HttpAnswer& answer)
{
    if (phase_ == Phase::over) return HttpPersistence::close;                    // who comes too late changes nothing
    const bool reads_on = phase_ == Phase::streaming || phase_ == Phase::piece;  // the body, beside the answer
    if (!has_request_ || (!is_body_read() && !reads_on)) hang_up();
    if (is_at_last_request()) hang_up();
    // In a drain who has sent a whole request waits for the answer and sends nothing: a drain need not linger for that.
    keep_ = keep_ && !draining_ && answer.may_keep && exchange_->head.keep_alive;
    exchange_->answer = answer;
    exchange_->content_begin = 0;
    answer_begun_ = true;
    if (!reads_on) phase_ = Phase::answering;
    if (!keep_) return HttpPersistence::close;
    const bool is_old = exchange_->head.version == wire::HttpVersion::http_1_0;
    return is_old ? HttpPersistence::keep_alive : HttpPersistence::implied;
}

LIBNETXX_DECL void HttpConnection::end_answer(std::uint64_t content)
{
    if (phase_ == Phase::over) return;
    if (phase_ == Phase::piece) body_taken(received_at_);
    if (content > 0) exchange_->answer.content_length = content;
    if (!is_body_read()) hang_up();
    add_record();
    ++requests_;
    if (has_request_) spent_ += exchange_->head_size + std::exchange(exchange_->scanned, 0U);
    has_request_ = answer_begun_ = body_done_ = uninvited_ = false;
    phase_ = Phase::idle;
}

LIBNETXX_DECL void HttpConnection::answer_known(std::size_t head_size, bool keep, const HttpRecord* record,
                                                HttpTime now)
{
    if (logs_ && record != nullptr) {
        auto& kept = exchange_->log.add(*record);
        kept.began = begun_ ? began_ : received_at_;
        kept.queue = kept.first_byte = std::max(now - kept.began, HttpTime::duration::zero());
    }
    exchange_->parser.reset();
    spent_ += head_size;
    ++requests_;
    any_request_ = true;
    begun_ = waits_ = false;
    keep_ = keep_ && keep;
}

LIBNETXX_DECL void HttpConnection::fail(unsigned status, std::string_view reason) noexcept
{
    if (answer_begun_) return lost(reason);
    if (phase_ == Phase::over) return;
    status_ = status;
    reason_ = reason;
    phase_ = Phase::refusing;
}

LIBNETXX_DECL void HttpConnection::end_tunnel(std::uint64_t sent, std::uint64_t received, std::string_view reason)
{
    if (phase_ == Phase::over) return;
    if (!begun_) {  // whose record was kept
        phase_ = Phase::over;
        return;
    }
    exchange_->answer.content_length = sent;
    exchange_->answer.reason = reason;
    exchange_->body_size = received;
    leave(reason);
}

LIBNETXX_DECL void HttpConnection::turn_away(unsigned status, std::string_view reason, HttpFarewell farewell)
{
    is_curt_ = farewell == HttpFarewell::curt;
    begun_ = true;
    began_ = received_at_;
    if (status != 0) refuse(status, reason);
    else leave(reason);
}

LIBNETXX_DECL HttpRecord HttpConnection::keep_record()
{
    auto kept = record();
    begun_ = has_request_ = false;
    return kept;
}

/// The log is told of the request under way, once.
LIBNETXX_DECL void HttpConnection::add_record()
{
    if (!std::exchange(begun_, false) || !logs_) return;
    auto& line = exchange_->refused_line;
    if (!has_request_) hide_userinfo({const_cast<char*>(line.data()), line.size()});  // octets that `next` got
    exchange_->log.add(record());
}

LIBNETXX_DECL HttpRecord HttpConnection::record() const
{
    HttpRecord record{.began = began_, .status = exchange_->answer.status, .reason = exchange_->answer.reason};
    record.cache = exchange_->answer.cache;
    record.begin = exchange_->content_begin;
    record.end = exchange_->content_begin + exchange_->answer.content_length;
    record.forwarding = std::move(exchange_->forwarding);
    const auto since_began = [&record](HttpTime then) {
        return std::max(then - record.began, HttpTime::duration::zero());
    };
    if (exchange_->handled_at != HttpTime{})
        record.queue = since_began(std::exchange(exchange_->handled_at, HttpTime{}));
    if (exchange_->answer.began != HttpTime{})
        record.first_byte = since_began(std::exchange(exchange_->answer.began, HttpTime{}));
    if (has_request_) {
        const auto& head = exchange_->head;
        record.method = head.method;
        record.target = head.target;
        record.version = head.version == wire::HttpVersion::http_1_0 ? 10 : 11;
        record.body_received = exchange_->body_size;
        record.referer = head.fields.value_of("Referer");
        record.user_agent = head.fields.value_of("User-Agent");
        record.user = exchange_->answer.user;
        record.rule = exchange_->answer.rule;
        record.client = exchange_->client;
    } else {
        record.target = exchange_->refused_line;
    }
    return record;
}

// -------------------------------------------------------------------------------------------------------------- ends

LIBNETXX_DECL void HttpConnection::received(HttpTime now) noexcept
{
    received_at_ = now;
    expired_ = false;
    if (!begun_) waits_ = false;
    if (phase_ != Phase::streaming) return;
    if (!std::exchange(uninvited_, false)) body_waited_ += now - waiting_since_;
    waiting_since_ = now;
}

LIBNETXX_DECL void HttpConnection::lost(std::string_view why) noexcept
{
    lost_ = true;
    reason_ = why;
}

LIBNETXX_DECL void HttpConnection::finished(bool more, HttpTime now) noexcept
{
    phase_ = (hangs_up_ || more) && !is_curt_ ? Phase::lingering : Phase::over;
    expired_ = false;
    deadline_ = base::deadline_after(now, options_.linger_time);
}

LIBNETXX_DECL void HttpConnection::abandon()
{
    if (phase_ != Phase::over) leave(lost_ ? reason_ : handler_gone);
}

LIBNETXX_DECL HttpAction HttpConnection::linger(std::span<char> octets) noexcept
{
    spent_ += octets.size();
    thrown_away_ += octets.size();
    if (!ended_ && !expired_ && thrown_away_ < options_.linger_octets) return {HttpAction::Kind::linger, deadline_};
    phase_ = Phase::over;
    return {HttpAction::Kind::close};
}

LIBNETXX_DECL HttpAction HttpConnection::refuse(unsigned status, std::string_view reason) noexcept
{
    hang_up();
    fail(status, reason);
    return {HttpAction::Kind::refuse, {}, status_, reason_};
}

LIBNETXX_DECL HttpAction HttpConnection::finish() noexcept
{
    phase_ = Phase::finishing;
    return {HttpAction::Kind::finish};
}

/// The client has closed its half, and its answer is of no use any more. While its body is read, that finds the end.
LIBNETXX_DECL bool HttpConnection::has_left() const noexcept
{
    const bool awaited = phase_ == Phase::handling || phase_ == Phase::answering || phase_ == Phase::piece;
    return options_.end_means_leaving && ended_ && awaited && !reads_body();
}

/// The client and the handler are told nothing more.
LIBNETXX_DECL HttpAction HttpConnection::leave(std::string_view why)
{
    if (begun_ && !answer_begun_) {
        exchange_->answer = {.status = 0, .reason = why};
        exchange_->content_begin = 0;
    }
    if (begun_ && answer_begun_ && exchange_->answer.reason.empty()) exchange_->answer.reason = why;
    add_record();
    phase_ = Phase::over;
    return {HttpAction::Kind::close};
}

LIBNETXX_DECL void HttpConnection::hang_up() noexcept
{
    keep_ = false;
    hangs_up_ = true;
}

}  // namespace libnet::inline v0::engine
