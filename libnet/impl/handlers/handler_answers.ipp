#pragma once
// Bodies of libnet/impl/handlers/handler_requests.hpp: from a handler's reply to the answer.

#include <libnet/engine/files/validators.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/impl/handlers/handler_files.ipp>
#include <libnet/impl/handlers/handler_requests.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <libnet/wire/http/http_date.hpp>
#include <libnet/wire/http/http_status.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::detail {

/// Contents that are smaller don't get smaller by compression.
inline constexpr std::size_t least_compressed = 256;

/// Beast has its own string_view.
template <typename Text>
std::string_view std_view(const Text& text) noexcept
{
    return {text.data(), text.size()};
}

/// Fields of an answer that the server writes itself.
inline bool is_ours(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 8> names{"Connection", "Content-Length", "Date",    "Keep-Alive",
                                                    "Server",     "Trailer",        "Upgrade", "Transfer-Encoding"};
    return std::ranges::any_of(names, [name](std::string_view ours) { return base::iequals(name, ours); });
}

/// Beast takes any octets for a field. A line break in one would be the end of it, and begin another one.
LIBNETXX_DECL void HandlerRequests::check_fields() const
{
    const auto& message = job_->message();
    const auto status = message.result_int();
    if (status < 200 || status > 599)
        throw std::invalid_argument{"its answer has the status " + std::to_string(status) +
                                    ", which is not 200 to 599"};
    for (const auto& field : message) {
        const auto name = std_view(field.name_string()), value = std_view(field.value());
        if (!wire::is_token(name)) throw std::invalid_argument{"its answer has a field whose name is no token"};
        if (!value.empty() && !wire::consists_of(wire::CharClass::field_value, value))
            throw std::invalid_argument{"the field " + std::string{name} +
                                        " of its answer has an octet that no field may have, such as a line break"};
    }
}

/// By the validators that the handler gave (RFC 9110 section 13).
LIBNETXX_DECL void HandlerRequests::judge_conditions(io::HttpSession& session)
{
    namespace http = boost::beast::http;
    auto& message = job_->message();
    const auto& request = session.request();
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    const auto etag = std_view(message[http::field::etag]);
    const auto modified = std_view(message[http::field::last_modified]);
    if (!is_read || message.result_int() != 200 || (etag.empty() && modified.empty())) return;
    const auto now = std::chrono::floor<engine::FileTime::duration>(session.now());
    const auto date = wire::parse_http_date(modified, std::chrono::floor<std::chrono::seconds>(now));
    switch (engine::judge_conditions(fields_.read(request), {etag, date}, now)) {
    case engine::Condition::holds:
        return;
    case engine::Condition::failed:
        throw HttpFailure{412, "A condition of the request doesn't hold."};
    case engine::Condition::not_modified:
        break;
    }
    message.result(304);
    message.erase(http::field::content_type);
    job_->drop_content();
}

/// Whether the content will be compressed: says so in the head.
LIBNETXX_DECL bool HandlerRequests::begin_compression(io::HttpSession& session)
{
    namespace http = boost::beast::http;
    auto& message = job_->message();
    if (!job_->is_compressed() || wire::has_no_content(message.result_int()) ||
        message.count(http::field::content_encoding) > 0)
        return false;
    message.insert(http::field::vary, "Accept-Encoding");
    if (!job_->source() && message.body().size() < least_compressed) return false;
    job_->gzip = io::GzipStream::for_client(session.request().fields);
    if (!job_->gzip) return false;
    message.set(http::field::content_encoding, "gzip");
    // Two representations have two strong tags, or one weak one.
    const auto etag = std::string{std_view(message[http::field::etag])};
    if (etag.starts_with('"')) message.set(http::field::etag, "W/" + etag);
    return true;
}

/// Queues the head of the reply, with its length where that is known.
LIBNETXX_DECL engine::HttpPersistence HandlerRequests::queue_head(io::HttpSession& session,
                                                                  std::optional<std::uint64_t> length)
{
    namespace http = boost::beast::http;
    const auto& message = job_->message();
    const auto status = message.result_int();
    const bool head_only = session.request().method == "HEAD";
    const bool may_keep = (length || chunked_) && !base::iequals(std_view(message[http::field::connection]), "close");
    const auto persistence = session.begin_answer(
        {.status = status, .reason = {}, .content_length = head_only ? 0 : length.value_or(0), .may_keep = may_keep});
    io::ResponseHead head{session.writer().queue(), status, session.date()};
    for (const auto& field : message)
        if (const auto name = std_view(field.name_string()); !is_ours(name)) head.field(name, std_view(field.value()));
    if (message.count("X-Content-Type-Options") == 0) head.field("X-Content-Type-Options", "nosniff");
    if (length && status != 204 && status != 304) {
        std::array<char, 20> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *length).ptr;
        head.field("Content-Length", {digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    if (!length && chunked_) head.field("Transfer-Encoding", "chunked");
    add_cors_fields(session, head);
    session.end_head(persistence);
    return persistence;
}

/// As for the site's files (the Fetch standard's CORS). `preflight`: the methods, where they are asked for.
LIBNETXX_DECL void HandlerRequests::add_cors_fields(io::HttpSession& session, io::ResponseHead& head,
                                                    std::string_view preflight)
{
    const auto& request = session.request();
    if (!routes_->server().site_of) return;
    const auto& site = routes_->server().site_of(request.authority.host);
    if (site.options().cors_origins.empty()) return;
    const auto origin = request.fields.value_of("Origin");
    if (!site.allows_every_origin()) {
        head.field("Vary", "Origin");
        if (origin.empty() || !site.allows_origin(origin)) return;
    }
    head.field("Access-Control-Allow-Origin", site.allows_every_origin() ? "*" : origin);
    if (preflight.empty()) return head.field("Access-Control-Expose-Headers", "*");
    if (request.fields.find("Access-Control-Request-Method") == nullptr) return;
    head.field("Access-Control-Allow-Methods", preflight);
    head.field("Access-Control-Allow-Headers", "*");
    head.field("Access-Control-Max-Age", "86400");
}

/// The path has no route for the method: says which it has.
LIBNETXX_DECL void HandlerRequests::refuse_method(io::HttpSession& session, std::string_view allow)
{
    const bool asks = session.request().method == "OPTIONS";
    const std::string_view why = asks ? std::string_view{} : "The method is none that this path has.";
    const std::string text = asks ? std::string{} : "405 Method Not Allowed: " + std::string{why} + '\n';
    const bool head_only = session.request().method == "HEAD";
    const auto persistence = session.begin_answer(
        {.status = asks ? 204U : 405U, .reason = why, .content_length = head_only ? 0 : text.size()});
    io::ResponseHead head{session.writer().queue(), asks ? 204U : 405U, session.date()};
    head.field("Allow", allow);
    if (!asks) head.field("Content-Type", "text/plain; charset=utf-8");
    if (!asks) head.field("Content-Length", std::to_string(text.size()));
    add_cors_fields(session, head, asks ? allow : std::string_view{});
    session.end_head(persistence);
    if (!head_only) session.writer().queue().append(text);
    session.end_answer();
}

/// The whole answer is there.
LIBNETXX_DECL bool HandlerRequests::answer_with_text(io::HttpSession& session)
{
    auto& body = job_->message().body();
    if (begin_compression(session)) {
        auto compressed = job_->gzip->add(body);
        compressed += job_->gzip->finish();
        body = std::move(compressed);
    }
    if (wire::has_no_content(job_->message().result_int())) body.clear();
    queue_head(session, body.size());
    if (session.request().method != "HEAD") session.writer().queue().append(body);
    session.end_answer();
    finish();
    return true;
}

/// The answer is made as the client takes it.
LIBNETXX_DECL bool HandlerRequests::begin_stream(io::HttpSession& session)
{
    if (wire::has_no_content(job_->message().result_int())) {
        job_->drop_content();
        return answer_with_text(session);
    }
    const auto& request = session.request();
    chunked_ = request.version == wire::HttpVersion::http_1_1;
    begin_compression(session);
    queue_head(session, std::nullopt);
    if (request.method == "HEAD") {
        session.end_answer();
        finish();
        return true;
    }
    phase_ = Phase::stream;
    auto& job = *job_;
    job.done = false;
    job.quiet = true;
    auto writing = HandlerJob::write_stream(job_);
    boost::asio::co_spawn(
        session.connection().executor(), std::move(writing),
        boost::asio::bind_cancellation_slot(job.abort_stream.slot(), [held = job_](std::exception_ptr) {}));
    job.quiet = false;
    return go_on_stream(session);
}

/// Sends what the handler has written. True: the answer has ended.
LIBNETXX_DECL bool HandlerRequests::go_on_stream(io::HttpSession& session)
{
    if (has_left(session)) return true;
    auto& job = *job_;
    if (!session.is_blocked() && !job.pending.empty()) {
        const auto piece = std::exchange(job.pending, {});
        std::array<char, 18> size;
        auto* const end = std::to_chars(size.data(), size.data() + 16, piece.size(), 16).ptr;
        *end = '\r', *(end + 1) = '\n';
        const std::string_view line{size.data(), static_cast<std::size_t>(end + 2 - size.data())};
        session.content_queued(piece.size());
        session.send(chunked_ ? line : std::string_view{}, piece, chunked_ ? "\r\n" : "");
        job.changed.cancel();
    } else {
        session.send_queued();
    }
    if (session.given_up()) {
        leave();
        return true;
    }
    if (!job.done || !job.pending.empty()) return false;
    if (job.failure) return fail_stream(session);
    if (chunked_) session.writer().queue().append("0\r\n\r\n");
    session.end_answer();
    finish();
    return true;
}

/// The client must see that it hasn't got all of it.
LIBNETXX_DECL bool HandlerRequests::fail_stream(io::HttpSession& session)
{
    try {
        std::rethrow_exception(std::exchange(job_->failure, nullptr));
    } catch (...) {
        const auto& request = session.request();
        session.connection().diagnostics().tell_exception(
            "a handler failed within its answer: " + std::string{request.method} + ' ' + std::string{request.path});
    }
    leave();
    if (!chunked_) io::reset(session.connection().polled());  // else it would look complete
    session.fail(500, std::string{engine::handler_failed});
    return true;
}

}  // namespace libnet::inline v0::detail
