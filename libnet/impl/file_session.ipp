#pragma once

#include <libnet/base/text.hpp>
#include <libnet/impl/file_session.hpp>
#include <libnet/io/tls_handshake.hpp>
#include <libnet/wire/http_status.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <unistd.h>

namespace libnet::detail {

/// Contents up to this size are copied behind their head, and leave with what else is queued; larger ones are sent from
/// where they are.
inline constexpr std::uint64_t most_copied = 8 * 1024;

/// Answers up to this size, without what is sent from where it is, are kept for the next to ask the same.
inline constexpr std::size_t most_remembered = 2 * most_copied;

/// So much is queued before it is sent, when a client has asked for many files at once.
inline constexpr std::size_t largest_queue = 256 * 1024;

inline constexpr std::string_view client_left = "The connection ended before the request did.";
inline constexpr std::string_view connections_too_many = "This client has too many connections.";
inline constexpr std::string_view handshake_too_slow = "The TLS handshake took too long.";
inline constexpr std::string_view no_tls = "This port speaks HTTPS, and the request came as plain HTTP.";
inline constexpr std::string_view request_too_slow = "The request took too long to arrive.";

LIBNET_DECL FileSession::FileSession(FileServerContext& server, io::Connection& connection)
    : server_{server},
      connection_{connection},
      transport_{connection.polled()},
      reader_{connection,
              transport_,
              {.header = server.options.header_timeout,
               .idle = server.options.idle_timeout,
               .least_rate = server.options.min_receive_rate}},
      writer_{
          connection, transport_, {.timeout = server.options.write_timeout, .least_rate = server.options.min_send_rate}}
{}

LIBNET_DECL io::Task<> FileSession::run()
{
    using io::RequestReader;
    bool alive = enter();
    if (alive && server_.options.tls) alive = co_await secure();
    while (alive && keep_) {
        if (const auto finished = find_finished(); finished.answer != nullptr) {
            auto content = queue_finished(finished);
            const bool sends = !content.empty() || writer_.queue().size() >= largest_queue;
            if (sends && writer_.try_send(content) != io::ResponseWriter::Progress::done)
                alive = co_await writer_.send(content);
            file_.reset();
            continue;
        }
        const auto parsed = reader_.parse();
        if (parsed == RequestReader::Parsed::incomplete) {
            // Here, not in receive(): a coroutine frame for each request less.
            if (writer_.try_flush() != io::ResponseWriter::Progress::done) alive = co_await writer_.flush();
            report();
            if (alive) alive = co_await receive();
            continue;
        }
        request_ = parsed == RequestReader::Parsed::request ? &reader_.head() : nullptr;
        bool admitted = true;
        if (guard_ && request_ != nullptr) admitted = co_await admit();
        if (request_ == nullptr) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
        else if (!admitted) {
            // There is a plan that says why.
        } else if (has_body()) alive = co_await take_body();
        else if (!decide()) co_await load();
        if (!alive) break;

        queue_answer();
        remember();
        if (has_content_apart()) alive = co_await send_content();
        else if (has_parts()) alive = co_await send_parts();
        file_.reset();
        if (request_ != nullptr) reader_.next();
        if (alive && writer_.queue().size() >= largest_queue) alive = co_await writer_.flush();
    }
    if (alive) alive = co_await writer_.flush();
    report();
    if (alive) transport_.end();
    if (alive && (hang_up_ || reader_.has_input())) co_await reader_.linger();
}

/// Asks the guard about the connection. False: it is one too many, and has been told so as far as that costs nothing.
LIBNET_DECL bool FileSession::enter()
{
    if (!server_.guard) return true;
    guard_ = std::make_unique<RequestGuard>(*server_.guard, connection_.peer().address());
    if (guard_->admits_connection()) {
        if (auto* const meter = guard_->meter()) transport_.use(*meter);
        return true;
    }
    if (server_.options.tls) {
        note(0, connections_too_many, 0);
    } else {
        refuse(429, connections_too_many);
        queue_answer();
        writer_.try_flush();
    }
    report();
    return false;
}

/// Makes the handshake of TLS. False: there is nobody left to answer.
LIBNET_DECL io::Task<bool> FileSession::secure()
{
    using Handshake = io::TlsStream::Handshake;
    auto tls = server_.options.tls->accept(connection_.polled().native_handle());
    const auto handshake = co_await io::shake_hands(connection_, *tls, server_.options.header_timeout);
    if (handshake == Handshake::done) {
        transport_.use(std::move(tls));
        co_return true;
    }
    if (handshake == Handshake::plain_http) {
        refuse(400, no_tls);
        queue_answer();
        co_return true;
    }
    if (handshake == Handshake::failed) note(0, tls->failure(), 0);
    else if (connection_.deadline().expired()) note(0, handshake_too_slow, 0);
    report();
    co_return false;
}

/// Waits for more of a request. False: there is nobody left to answer.
LIBNET_DECL io::Task<bool> FileSession::receive()
{
    writer_.queue().release();
    const auto received = co_await reader_.receive();
    now_ = io::HttpClock::now();
    if (received == io::RequestReader::Received::bytes) co_return true;
    if (!reader_.has_input()) co_return false;  // between two requests: nothing is amiss
    request_ = nullptr;
    if (received == io::RequestReader::Received::closed) {
        note(0, client_left, 0);
        co_return false;
    }
    refuse(408, request_too_slow);
    queue_answer();
    co_return true;
}

LIBNET_DECL bool FileSession::has_body() const noexcept
{
    using Kind = wire::BodyFraming::Kind;
    return request_->body.kind == Kind::chunked || (request_->body.kind == Kind::length && request_->body.length > 0);
}

/// The client waits to be told whether to send the body, and may be told so (RFC 9110 section 10.1.1).
LIBNET_DECL bool FileSession::awaits_invitation() const noexcept
{
    const auto& body = request_->body;
    const bool too_large =
        body.kind == wire::BodyFraming::Kind::length && body.length > server_.options.max_request_body;
    return request_->expect_continue && !too_large && !reader_.has_body_begun();
}

/// Makes a plan for a request with a body, which is of no use to anybody but has to be got out of the way. False: the
/// client is gone.
LIBNET_DECL io::Task<bool> FileSession::take_body()
{
    using Body = io::RequestReader::Body;
    bool alive = co_await writer_.flush();
    report();  // the records' views don't outlive what follows
    if (alive && awaits_invitation()) {
        if (!decide()) co_await load();
        if (plan_->status >= 400) {
            // No, without the body. The connection has to end, for the client may send it all the same.
            keep_ = false;
            hang_up_ = true;
            co_return true;
        }
        writer_.queue().append("HTTP/1.1 100 Continue\r\n\r\n");
        alive = co_await writer_.flush();
    }
    if (!alive) note(0, client_left, 0);
    if (!alive) co_return false;
    const auto body = co_await reader_.discard_body(server_.options.max_request_body);
    now_ = io::HttpClock::now();
    const bool whole = body == Body::discarded || body == Body::too_large;
    if (whole && !decide()) co_await load();
    if (body == Body::too_large && plan_->status < 400) refuse(413, "A request for a file has no use for such a body.");
    if (body == Body::refused) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
    if (body == Body::timed_out) refuse(408, request_too_slow);
    if (body == Body::closed) note(0, client_left, 0);
    if (body != Body::discarded) {
        keep_ = false;
        hang_up_ = true;
    }
    co_return body != Body::closed;
}

/// Asks the guard about the request. False: it is refused, and that is the plan.
LIBNET_DECL io::Task<bool> FileSession::admit()
{
    const auto verdict = co_await guard_->judge(*request_);
    if (verdict.status == 0) co_return true;
    refuse(verdict.status, verdict.reason);
    if (!verdict.name.empty()) refusal_.more.push_back({verdict.name, verdict.value});
    if (has_body() || connection_.draining()) co_return false;
    keep_ = request_->keep_alive;
    hang_up_ = false;
    co_return false;
}

/// Makes a plan for the request. False: `load` has to go on with it.
LIBNET_DECL bool FileSession::decide()
{
    keep_ = keep_ && request_->keep_alive;
    if (connection_.draining()) {
        keep_ = false;
        hang_up_ = true;
    }
    changes_ = server_.share.changes;
    const auto fields = read_fields();
    if (request_->unknown_expectation) {
        refuse(417, "The server meets no expectation but 100-continue.");
        return true;
    }
    if (engine::is_misdirected(*request_, server_.options.tls ? engine::Channel::tls : engine::Channel::plain)) {
        refuse(421, "The server doesn't speak for such URLs on this port.");
        return true;
    }
    site_ = &server_.site_of(request_->authority.host);
    action_ = responder_.start(site_->site, fields);
    return go_on();
}

/// Does what the responder asks for as far as it goes without waiting for a disk. True: there is a plan.
LIBNET_DECL bool FileSession::go_on()
{
    while (!std::holds_alternative<engine::Respond>(action_)) {
        if (const auto* look_up = std::get_if<engine::LookUp>(&action_)) {
            auto file = site_->files.find(look_up->name);
            if (!file) return false;
            take(std::move(file));
        } else if (!std::holds_alternative<engine::Encode>(action_) || !go_on_encoding()) {
            return false;
        }
    }
    plan_ = &responder_.plan();
    return true;
}

/// False: the file has to be encoded first, or even loaded.
LIBNET_DECL bool FileSession::go_on_encoding()
{
    const auto wanted = std::get<engine::Encode>(action_);
    const auto plain = site_->files.find(wanted.name);
    if (!plain) return false;
    if (!plain->found) {  // it has just been there
        action_ = responder_.on_failure(engine::LookUpFailure::not_found);
        return true;
    }
    auto file = site_->encoded.find(wanted.name, wanted.coding, *plain);
    if (!file) return false;
    take(std::move(file));
    return true;
}

/// Tells the responder what was found.
LIBNET_DECL void FileSession::take(io::FilePointer file)
{
    if (!file->found) {
        action_ = responder_.on_failure(file->failure);
        return;
    }
    file_ = std::move(file);
    action_ = responder_.on_file(file_->facts, now_);
}

/// Goes on with a plan where files have to come from a disk. Meanwhile what is queued already is sent.
LIBNET_DECL io::Task<> FileSession::load()
{
    do {
        writer_.try_flush();
        if (const auto* list = std::get_if<engine::ListDirectory>(&action_)) {
            DirectoryReading reading{site_->files.root(), *list};
            auto read = server_.share.threads.run(reading, boost::asio::deferred);
            co_await std::move(read);
            now_ = io::HttpClock::now();
            take(std::move(reading));
        } else if (std::holds_alternative<engine::Encode>(action_)) {
            co_await encode();
        } else {
            const std::string_view name = std::get<engine::LookUp>(action_).name;
            auto file = co_await site_->files.load(name);
            now_ = io::HttpClock::now();
            take(std::move(file));
        }
    } while (!go_on());
}

/// Has the plain file put into a coding.
LIBNET_DECL io::Task<> FileSession::encode()
{
    const auto wanted = std::get<engine::Encode>(action_);
    auto plain = site_->files.find(wanted.name);
    if (!plain) plain = co_await site_->files.load(wanted.name);
    if (!plain->found) {
        action_ = responder_.on_failure(plain->failure);
        co_return;
    }
    auto file = co_await site_->encoded.encode(wanted.name, wanted.coding, plain);
    now_ = io::HttpClock::now();
    take(std::move(file));
}

LIBNET_DECL void FileSession::take(DirectoryReading reading)
{
    if (!reading.content) action_ = responder_.on_failure(engine::LookUpFailure::overloaded);
    else if (!*reading.content) action_ = responder_.on_failure(io::failure_of(reading.content->error()));
    else action_ = responder_.on_listing(**std::move(reading.content));
}

/// What the request says to the responder and the log.
LIBNET_DECL engine::FileRequest FileSession::read_fields()
{
    const auto value_of = [this](std::string_view name) {
        const auto* field = request_->fields.find(name);
        return field == nullptr ? std::string_view{} : field->value;
    };
    referer_ = value_of("Referer");
    user_agent_ = value_of("User-Agent");
    return fields_.read(*request_);
}

/// Plans an error page as the connection's last answer.
LIBNET_DECL void FileSession::refuse(unsigned status, std::string_view why)
{
    refusal_.refuse(status, why);
    refusal_.head_only = request_ != nullptr && request_->method == "HEAD";
    plan_ = &refusal_;
    keep_ = false;
    hang_up_ = true;
}

/// The answer to the next request, if the same request was answered a moment ago. A guard wants to see each of them.
LIBNET_DECL FinishedAnswers::Found FileSession::find_finished() const
{
    if (guard_ || connection_.draining()) return {};
    const auto second = std::chrono::floor<std::chrono::seconds>(now_);
    return server_.finished.find(reader_.received(), second, server_.share.changes);
}

/// Queues it, and is done with the request. Returns the content that is to be sent behind the queue; it is `file_`'s.
LIBNET_DECL std::string_view FileSession::queue_finished(const FinishedAnswers::Found& found)
{
    const auto& answer = *found.answer;
    if (server_.options.on_access) {
        AccessRecord record = begin_record(answer.status, answer.reason);
        record.method = answer.method.of(found.request);
        record.target = answer.target.of(found.request);
        record.referer = answer.referer.of(found.request);
        record.user_agent = answer.user_agent.of(found.request);
        const auto content_begin = writer_.queued() + answer.text.size() - (answer.content_length - answer.length);
        note(record, content_begin, answer.content_length);
    }
    writer_.queue().append(answer.text);
    file_ = answer.file;
    reader_.skip(found.request.size());
    return file_ ? file_->content().substr(answer.first, answer.length) : std::string_view{};
}

/// Keeps an answer for whoever sends the same request, if it depends on nothing else than the request, the files and the
/// time.
LIBNET_DECL void FileSession::remember()
{
    const bool is_plain = request_ != nullptr && !guard_ && plan_ == &responder_.plan() && !has_body() && keep_ &&
                          request_->version == wire::HttpVersion::http_1_1 && plan_->status < 500 && !has_parts();
    const bool is_apart = is_plain && has_content_apart();
    if (!is_plain || (is_apart && !file_->in_memory()) || changes_ != server_.share.changes) return;
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
    answer->file = is_apart ? file_ : nullptr;
    answer->first = is_apart ? plan_->first : 0;
    answer->length = is_apart ? plan_->length : 0;
    answer->status = plan_->status;
    answer->reason = plan_->reason;
    answer->content_length = plan_->head_only ? 0 : plan_->content_length();
    answer->method = part_of(request_->method);
    answer->target = part_of(request_->target);
    answer->referer = part_of(referer_);
    answer->user_agent = part_of(user_agent_);
    answer->second = std::chrono::floor<std::chrono::seconds>(now_);
    answer->changes = changes_;
}

LIBNET_DECL void FileSession::queue_answer()
{
    answer_begin_ = writer_.queue().size();
    queue_head();
    note(plan_->status, plan_->reason, plan_->head_only ? 0 : plan_->content_length());
    if (!plan_->head_only && !has_content_apart()) queue_content();
}

LIBNET_DECL void FileSession::queue_head()
{
    auto& queue = writer_.queue();
    std::array<char, 3> digits;
    std::to_chars(digits.data(), digits.data() + digits.size(), plan_->status);
    queue.append("HTTP/1.1 ");
    queue.append({digits.data(), digits.size()});
    queue.append(" ");
    queue.append(wire::reason_phrase(plan_->status));
    queue.append("\r\nServer: libnet/" LIBNET_VERSION "\r\nDate: ");
    queue.append(server_.clock.date(now_));
    queue.append("\r\n");
    engine::for_each_field(*plan_, [&queue](std::string_view name, std::string_view value) {
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
LIBNET_DECL bool FileSession::has_content_apart() const noexcept
{
    const bool is_file = plan_->content == engine::ResponsePlan::Content::file && !plan_->head_only;
    return is_file && plan_->length > 0 && (!file_->in_memory() || plan_->length > most_copied);
}

LIBNET_DECL bool FileSession::has_parts() const noexcept
{
    return plan_->content == engine::ResponsePlan::Content::parts && !plan_->head_only;
}

LIBNET_DECL void FileSession::queue_content()
{
    if (plan_->content == engine::ResponsePlan::Content::page) writer_.queue().append(plan_->page);
    if (plan_->content == engine::ResponsePlan::Content::file && plan_->length > 0)
        writer_.queue().append(file_->content().substr(plan_->first, plan_->length));
}

/// Sends what is queued, and the content behind it. False: the connection can't be used any more.
LIBNET_DECL io::Task<bool> FileSession::send_content()
{
    if (file_->in_memory()) return writer_.send(file_->content().substr(plan_->first, plan_->length));
    return writer_.send_file(*file_, plan_->first, plan_->length, server_.share.threads);
}

/// Sends the pieces of a multipart content behind the head, which is queued. False: the connection can't be used any
/// more.
LIBNET_DECL io::Task<bool> FileSession::send_parts()
{
    std::string_view text{plan_->page};
    for (const auto& part : plan_->parts) {
        writer_.queue().append(text.substr(0, part.text));
        text.remove_prefix(part.text);
        if (part.length == 0) continue;
        if (file_->in_memory()) {
            writer_.queue().append(file_->content().substr(part.first, part.length));
            continue;
        }
        const bool sent = co_await writer_.send_file(*file_, part.first, part.length, server_.share.threads);
        if (!sent) co_return false;
    }
    co_return true;
}

/// Remembers an answer whose content is about to be queued.
LIBNET_DECL void FileSession::note(unsigned status, std::string_view reason, std::uint64_t content_length)
{
    if (!server_.options.on_access) return;
    AccessRecord record = begin_record(status, reason);
    if (request_ != nullptr) {
        record.method = request_->method;
        record.target = request_->target;
        record.version = request_->version == wire::HttpVersion::http_1_0 ? 10 : 11;
        record.bytes_received = reader_.body_bytes();
        record.referer = referer_;
        record.user_agent = user_agent_;
    }
    note(record, writer_.queued(), content_length);
    if (guard_ && request_ != nullptr) unreported_.back().user = guard_->user();
}

/// What the log says of whatever was received.
LIBNET_DECL AccessRecord FileSession::begin_record(unsigned status, std::string_view reason) const
{
    AccessRecord record;
    record.client = connection_.peer();
    record.started = reader_.started();
    record.status = status;
    record.reason = reason;
    return record;
}

LIBNET_DECL void FileSession::note(const AccessRecord& record, std::uint64_t content_begin,
                                   std::uint64_t content_length)
{
    unreported_.push_back({record, reader_.started_steady(), content_begin, content_begin + content_length, {}});
}

/// Tells of the answers that are sent, or never will be.
LIBNET_DECL void FileSession::report()
{
    if (unreported_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    for (auto& [record, started, begin, end, user] : unreported_) {
        record.user = user;
        record.bytes_sent = std::clamp(writer_.sent(), begin, end) - begin;
        record.duration = now - started;
        if (writer_.sent() < end && record.reason.empty()) record.reason = writer_.failure();
        server_.options.on_access(record);
    }
    unreported_.clear();
}

}  // namespace libnet::detail
