#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_answer.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

LIBNETXX_DECL std::string_view http_date_now(wire::HttpDateBuffer& buffer)
{
    return wire::format_http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()), buffer);
}

LIBNETXX_DECL ProxySession::ProxySession(ForwardProxyState& proxy, io::Connection& connection)
    : proxy_{proxy},
      connection_{connection},
      client_{connection.socket(), connection.deadline()},
      parser_{proxy.options.limits},
      input_(first_input_size),
      response_parser_{proxy.options.limits}
{
    connection_.on_close([this] { abort(); });
}

LIBNETXX_DECL ProxySession::~ProxySession() { connection_.on_close(nullptr); }

LIBNETXX_DECL io::Task<> ProxySession::run()
{
    while (keep_) {
        begin_request();
        const ReportAtEnd report_at_end{*this};
        const bool complete = co_await receive_request();
        if (!complete) break;
        co_await answer_request();
    }
    if (exchange_.status != 0) co_await linger();
}

/// Makes the bytes behind the last request the front of the buffer.
LIBNETXX_DECL void ProxySession::begin_request()
{
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(consumed_),
              input_.begin() + static_cast<std::ptrdiff_t>(filled_), input_.begin());
    filled_ -= consumed_;
    consumed_ = 0;
    if (input_.size() < filled_ + surplus_.size()) input_.resize(filled_ + surplus_.size());
    std::ranges::copy(surplus_, input_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += surplus_.size();
    surplus_ = {};
    request_ = {};  // its views are those of the request before
    exchange_ = {};
    upload_ = ProxyUploadEnd::complete;
}

/// True: there is a request. False: the connection ends, and what was to say has been said.
LIBNETXX_DECL io::Task<bool> ProxySession::receive_request()
{
    if (filled_ == 0) {
        connection_.idle();
        const auto [error, size] = co_await client_.read_some(input_, proxy_.options.idle_timeout);
        if (error) co_return false;
        filled_ = size;
    }
    connection_.busy();
    exchange_.open = true;
    exchange_.started = std::chrono::system_clock::now();
    exchange_.begin = Clock::now();
    co_return co_await receive_head();
}

LIBNETXX_DECL io::Task<bool> ProxySession::receive_head()
{
    const auto end = base::deadline_after(exchange_.begin, proxy_.options.request_timeout);
    for (;;) {
        const auto size = parser_.parse({input_.data(), filled_}, request_);
        if (!size) {
            forget_head();
            co_await refuse(wire::status_of(size.error()), std::string{wire::reason_of(size.error())});
            co_return false;
        }
        consumed_ = *size;
        if (consumed_ > 0) co_return true;

        if (filled_ == input_.size()) input_.resize(2 * input_.size());  // the parser bounds it
        const auto space = std::span{input_}.subspan(filled_);
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        const auto [error, received] = co_await client_.read_some(space, left);
        if (error) {
            co_await fail_head(error);
            co_return false;
        }
        filled_ += received;
    }
}

/// What was received is no request: the log shows its first line. The views of a head that isn't complete are of no use,
/// since the buffer may have moved under them.
LIBNETXX_DECL void ProxySession::forget_head()
{
    request_ = {};
    request_.target = wire::refused_line({input_.data(), filled_});
}

LIBNETXX_DECL io::Task<> ProxySession::fail_head(boost::system::error_code error)
{
    forget_head();
    if (error == asio::error::timed_out) co_await refuse(408, "The request took too long to arrive.");
    else if (error == asio::error::eof) co_await refuse(400, "The request ended in the middle of its head.");
    else exchange_.reason = "The client went away.";
}

LIBNETXX_DECL io::Task<> ProxySession::answer_request()
{
    const auto decision = engine::decide(request_, proxy_.rules);
    if (const auto* to = std::get_if<engine::ProxyForward>(&decision)) {
        co_await forward(to->destination);
    } else if (const auto* through = std::get_if<engine::ProxyTunnel>(&decision)) {
        co_await tunnel(through->destination);
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
    wire::HttpDateBuffer date;
    head_.clear();
    engine::append_answer(head_, {200, request_.method, http_date_now(date), keep_}, type, content);
    exchange_.status = 200;
    const auto error = co_await client_.write({head_}, proxy_.options.transfer_timeout);
    if (error) keep_ = false;
    else exchange_.sent = content.size();
}

/// Answers with an error page; the connection ends behind it. For CONNECT that is a must (RFC 9931 section 8): what
/// follows could be anything.
LIBNETXX_DECL io::Task<> ProxySession::refuse(unsigned status, std::string reason)
{
    keep_ = false;
    wire::HttpDateBuffer date;
    head_.clear();
    engine::append_error_answer(head_, {status, request_.method, http_date_now(date)}, reason);
    exchange_.status = status;
    exchange_.reason = std::move(reason);
    const auto gone = co_await client_.write({head_}, proxy_.options.transfer_timeout);
    if (!gone) exchange_.sent = head_.size() - (head_.find("\r\n\r\n") + 4);
}

/// Reads for a while what the client is still sending: closing at once would reset the connection, and might take the
/// answer away from a client that hasn't read it yet (RFC 9112 section 9.6).
LIBNETXX_DECL io::Task<> ProxySession::linger()
{
    boost::system::error_code ignored;
    connection_.socket().shutdown(io::TcpSocket::shutdown_send, ignored);
    const auto end = Clock::now() + std::chrono::seconds{3};
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
        // Everybody's scratch: nobody looks at what this puts there.
        const auto [error, size] = co_await client_.read_some(proxy_.scratch, left);
        if (error) co_return;
    }
}

LIBNETXX_DECL void ProxySession::report()
{
    if (!std::exchange(exchange_.open, false) || !proxy_.options.on_access) return;
    const auto value_of = [this](std::string_view name) {
        const auto* field = request_.fields.find(name);
        return field ? field->value : std::string_view{};
    };
    AccessRecord record;
    record.client = connection_.peer();
    record.started = exchange_.started;
    record.method = request_.method;
    record.target = request_.target;
    record.version = request_.version == wire::HttpVersion::http_1_0 ? 10 : 11;
    record.status = exchange_.status;
    record.bytes_sent = exchange_.sent;
    record.bytes_received = exchange_.received;
    record.duration = Clock::now() - exchange_.begin;
    record.referer = value_of("Referer");
    record.user_agent = value_of("User-Agent");
    record.reason = exchange_.reason;
    proxy_.options.on_access(record);
}

}  // namespace libnet::inline v0::detail
