#pragma once
// What a FileSession answers to a request, and the waits on the way there.

#include <libnet/base/text.hpp>
#include <libnet/impl/files/file_session.hpp>
#include <libnet/io/tls/tls_handshake.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace libnet::inline v0::detail {

/// Contents up to this size are copied behind their head, and leave with what else is queued; larger ones are sent from
/// where they are.
inline constexpr std::uint64_t most_copied = 8 * 1024;

/// Answers up to this size, without what is sent from where it is, are kept for the next to ask the same.
inline constexpr std::size_t most_remembered = 2 * most_copied;

inline constexpr std::string_view handshake_too_slow = "The TLS handshake took too long.";
inline constexpr std::string_view no_tls = "This port speaks HTTPS, and the request came as plain HTTP.";

/// Makes the handshake of TLS. False: there is nobody left to answer.
LIBNETXX_DECL io::Task<bool> FileSession::shake_hands()
{
    using Handshake = io::TlsStream::Handshake;
    auto tls = server_.options.tls->accept(connection_.polled().native_handle());
    const auto handshake = co_await io::shake_hands(connection_, *tls, server_.options.header_timeout);
    if (handshake == Handshake::done) {
        transport_.use(std::move(tls));
        co_return true;
    }
    if (handshake == Handshake::plain_http) {
        now_ = io::HttpClock::now();
        refuse(400, no_tls);
        queue_answer();
        co_return true;
    }
    if (handshake == Handshake::failed) note(0, tls->failure(), 0);
    else if (connection_.deadline().expired()) note(0, handshake_too_slow, 0);
    report();
    co_return false;
}

/// Asks the guard about the request. False: it is refused, and the page that says so is the plan.
LIBNETXX_DECL io::Task<bool> FileSession::admit()
{
    const auto verdict = co_await guard_->judge(*request_);
    if (verdict.status == 0) co_return true;
    keep_ = keep_ && request_->keep_alive;
    if (has_body() || connection_.draining()) hang_up();
    auto& site = server_.site_of(request_->authority.host);
    const bool planned = exchange_->decision.start_refused(site, *request_, now_, verdict);
    if (!planned) co_await load();
    co_return false;
}

LIBNETXX_DECL bool FileSession::has_body() const noexcept
{
    using Kind = wire::BodyFraming::Kind;
    return request_->body.kind == Kind::chunked || (request_->body.kind == Kind::length && request_->body.length > 0);
}

/// The client waits to be told whether to send the body, and may be told so (RFC 9110 section 10.1.1).
LIBNETXX_DECL bool FileSession::awaits_invitation() const noexcept
{
    const auto& body = request_->body;
    const bool too_large =
        body.kind == wire::BodyFraming::Kind::length && body.length > server_.options.max_request_body;
    return request_->expect_continue && !too_large && !reader_.has_body_begun();
}

/// Makes a plan for a request with a body, which is of no use to anybody but has to be got out of the way. False: the
/// client is gone.
LIBNETXX_DECL io::Task<bool> FileSession::take_body()
{
    bool alive = co_await writer_.flush();
    report();  // the records' views don't outlive what follows
    if (alive && awaits_invitation()) {
        if (!decide()) co_await load();
        if (plan().status >= 400) {
            // No, without the body. The connection has to end, for the client may send it all the same.
            hang_up();
            co_return true;
        }
        writer_.queue().append("HTTP/1.1 100 Continue\r\n\r\n");
        alive = co_await writer_.flush();
    }
    if (!alive) note(0, client_left, 0);
    if (alive) alive = co_await discard_body();
    co_return alive;
}

LIBNETXX_DECL io::Task<bool> FileSession::discard_body()
{
    using Body = io::RequestReader::Body;
    const auto body = co_await reader_.discard_body(server_.options.max_request_body);
    now_ = io::HttpClock::now();
    const bool whole = body == Body::discarded || body == Body::too_large;
    if (whole && !decide()) co_await load();
    if (body == Body::too_large && plan().status < 400) refuse(413, "A request for a file has no use for such a body.");
    if (body == Body::refused) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
    if (body == Body::timed_out) refuse(408, request_too_slow);
    if (body == Body::closed) note(0, client_left, 0);
    if (body != Body::discarded) hang_up();
    co_return body != Body::closed;
}

/// Makes a plan for the request. False: `load` has to go on with it.
LIBNETXX_DECL bool FileSession::decide()
{
    keep_ = keep_ && request_->keep_alive;
    if (connection_.draining()) hang_up();
    changes_ = server_.share.changes;
    if (request_->unknown_expectation) {
        refuse(417, "The server meets no expectation but 100-continue.");
        return true;
    }
    if (engine::is_misdirected(*request_, server_.options.tls ? engine::Channel::tls : engine::Channel::plain)) {
        refuse(421, "The server doesn't speak for such URLs on this port.");
        return true;
    }
    return exchange_->decision.start(server_.site_of(request_->authority.host), *request_, now_, guard_.get());
}

/// Goes on with a plan where files have to come from a disk or the guard has to be asked. Meanwhile what is queued
/// already is sent.
LIBNETXX_DECL io::Task<> FileSession::load()
{
    writer_.try_flush();
    co_await exchange_->decision.load();
    now_ = io::HttpClock::now();
}

/// Plans an error page as the connection's last answer.
LIBNETXX_DECL void FileSession::refuse(unsigned status, std::string_view why)
{
    exchange().decision.refuse(status, why, request_);
    hang_up();
}

/// Ends the connection behind the answer in hand.
LIBNETXX_DECL void FileSession::hang_up() noexcept
{
    keep_ = false;
    hang_up_ = true;
}

/// The answer to the next request, if the same request was answered a moment ago. A guard wants to see each of them.
LIBNETXX_DECL FinishedAnswers::Found FileSession::find_finished() const
{
    if (guard_ || connection_.draining()) return {};
    const auto second = std::chrono::floor<std::chrono::seconds>(now_);
    return server_.finished.find(reader_.received(), second, server_.share.changes);
}

/// Keeps an answer for whoever sends the same request, if it depends on nothing else than the request, the files and
/// the time.
LIBNETXX_DECL void FileSession::remember()
{
    const bool is_plain = request_ != nullptr && !guard_ && exchange_->decision.is_regular() && !has_body() &&
                          !hang_up_ && request_->version == wire::HttpVersion::http_1_1 && plan().status < 500 &&
                          !has_parts();
    const bool is_apart = is_plain && has_content_apart();
    if (!is_plain || (is_apart && !file()->in_memory()) || changes_ != server_.share.changes) return;
    const auto text = writer_.queue().view().substr(answer_begin_);
    if (text.size() > most_remembered) return;
    const auto request = reader_.head_bytes();
    auto* const answer = server_.finished.place_for(request);
    if (answer == nullptr) return;

    const auto part_of = [request](std::string_view text_of_request) -> FinishedAnswer::Part {
        if (text_of_request.empty()) return {};
        return {static_cast<std::uint16_t>(text_of_request.data() - request.data()),
                static_cast<std::uint16_t>(text_of_request.size())};
    };
    answer->text = text;
    answer->file = is_apart ? file() : nullptr;
    answer->first = is_apart ? plan().first : 0;
    answer->length = is_apart ? plan().length : 0;
    answer->status = plan().status;
    answer->reason = plan().reason;
    answer->content_length = plan().head_only ? 0 : plan().content_length();
    answer->method = part_of(request_->method);
    answer->target = part_of(request_->target);
    answer->referer = part_of(request_->fields.value_of("Referer"));
    answer->user_agent = part_of(request_->fields.value_of("User-Agent"));
    answer->second = std::chrono::floor<std::chrono::seconds>(now_);
    answer->changes = changes_;
    answer->keep = keep_;
}

LIBNETXX_DECL void FileSession::queue_answer()
{
    answer_begin_ = writer_.queue().size();
    queue_head();
    note(plan().status, plan().reason, plan().head_only ? 0 : plan().content_length());
    if (!plan().head_only && !has_content_apart()) queue_content();
}

LIBNETXX_DECL void FileSession::queue_head()
{
    auto& queue = writer_.queue();
    std::array<char, 3> digits;
    std::to_chars(digits.data(), digits.data() + digits.size(), plan().status);
    queue.append("HTTP/1.1 ");
    queue.append({digits.data(), digits.size()});
    queue.append(" ");
    queue.append(wire::reason_phrase(plan().status));
    queue.append("\r\nServer: libnet/" LIBNETXX_VERSION "\r\nDate: ");
    queue.append(server_.clock.date(now_));
    queue.append("\r\n");
    engine::for_each_field(plan(), [&queue](std::string_view name, std::string_view value) {
        queue.append(name);
        queue.append(": ");
        queue.append(value);
        queue.append("\r\n");
    });
    if (!keep_) queue.append("Connection: close\r\n");
    else if (request_->version == wire::HttpVersion::http_1_0) queue.append("Connection: keep-alive\r\n");
    queue.append("\r\n");
}

/// The content is not to be copied.
LIBNETXX_DECL bool FileSession::has_content_apart() const noexcept
{
    const bool is_file = plan().content == engine::ResponsePlan::Content::file && !plan().head_only;
    return is_file && plan().length > 0 && (!file()->in_memory() || plan().length > most_copied);
}

LIBNETXX_DECL bool FileSession::has_parts() const noexcept
{
    return plan().content == engine::ResponsePlan::Content::parts && !plan().head_only;
}

LIBNETXX_DECL void FileSession::queue_content()
{
    if (plan().content == engine::ResponsePlan::Content::page) writer_.queue().append(plan().page);
    if (plan().content == engine::ResponsePlan::Content::file && plan().length > 0)
        writer_.queue().append(file()->content().substr(plan().first, plan().length));
}

/// Sends the pieces of a multipart content behind the head, which is queued. False: the connection can't be used any
/// more.
LIBNETXX_DECL io::Task<bool> FileSession::send_parts()
{
    std::string_view text{plan().page};
    for (const auto& part : plan().parts) {
        writer_.queue().append(text.substr(0, part.text));
        text.remove_prefix(part.text);
        if (part.length == 0) continue;
        if (file()->in_memory()) {
            writer_.queue().append(file()->content().substr(part.first, part.length));
            continue;
        }
        io::ResponseWriter::FilePart on_its_way{*file(), part.first, part.length};
        const bool sent = co_await writer_.send_file(on_its_way, server_.share.threads);
        if (!sent) co_return false;
    }
    co_return true;
}

/// Remembers an answer whose content is about to be queued.
LIBNETXX_DECL void FileSession::note(unsigned status, std::string_view reason, std::uint64_t content_length)
{
    if (!server_.options.on_access) return;
    AccessRecord record = begin_record(status, reason);
    const bool is_request = request_ != nullptr;
    if (is_request) {
        record.method = request_->method;
        record.target = request_->target;
        record.version = request_->version == wire::HttpVersion::http_1_0 ? 10 : 11;
        record.bytes_received = reader_.body_bytes();
        record.referer = request_->fields.value_of("Referer");
        record.user_agent = request_->fields.value_of("User-Agent");
    } else {
        record.target = wire::refused_line(reader_.received());
    }
    const auto user = guard_ && is_request ? guard_->user() : std::string_view{};
    const auto begin = writer_.queued();
    exchange().unreported.add(record, reader_.started_steady(), begin, begin + content_length, user);
}

/// What the log says of whatever was received.
LIBNETXX_DECL AccessRecord FileSession::begin_record(unsigned status, std::string_view reason) const
{
    AccessRecord record;
    record.client = connection_.peer();
    record.started = reader_.started();
    record.status = status;
    record.reason = reason;
    return record;
}

/// Tells of the answers that are sent, or never will be.
LIBNETXX_DECL void FileSession::report()
{
    if (exchange_) exchange_->unreported.report(server_.options.on_access, writer_.sent(), writer_.failure());
}

}  // namespace libnet::inline v0::detail
