#pragma once
// A HttpConnection with the octets that a test sends it, the time that it is, and what the log was told.

#include <libnet/engine/http/http_connection.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::test {

/// Drives a connection as io/http does, but for the socket.
class HttpTalk {
public:
    using Action = engine::HttpAction;
    using Kind = Action::Kind;

    explicit HttpTalk(const engine::HttpConnectionOptions& some = {}) : options{some}
    {
        memory.reserve(256 * 1024);  // what comes stays where it is
        connection.use(&exchange);
    }

    /// What is to be done next. What is done with is dropped.
    Action next()
    {
        const auto action = connection.next(octets(), now);
        drop();
        return action;
    }

    /// Octets come, and then this is to be done.
    Action comes(std::string_view text)
    {
        memory += text;
        connection.received(now);
        return next();
    }

    Action passes(std::chrono::milliseconds time)
    {
        now += time;
        connection.expired();
        return next();
    }

    /// The handler answers, with so many octets of content. Returns what the Connection field says.
    engine::HttpPersistence answers(unsigned status = 200, std::uint64_t content = 0, std::string_view reason = {})
    {
        const auto persistence =
            connection.begin_answer({.status = status, .reason = reason, .content_length = content});
        connection.head_queued(sent + 100);
        sent += 100 + content;
        connection.end_answer();
        drop();
        return persistence;
    }

    /// All requests that the log has been told of: "GET /a 200 +4; ..." where 4 octets of content were sent, and the
    /// reason behind a "(" where there is one.
    std::string told()
    {
        exchange.log.settle(now, sent, "not all was sent", [this](const engine::HttpRecord& record) {
            std::ostringstream text;
            if (!log.empty()) text << "; ";
            text << (record.method.empty() ? "-" : record.method) << ' ' << record.target << ' ' << record.status;
            if (record.content_sent > 0) text << " +" << record.content_sent;
            if (record.body_received > 0) text << " -" << record.body_received;
            if (!record.reason.empty()) text << " (" << record.reason << ')';
            log += text.str();
        });
        return log;
    }

    /// What has come and isn't done with.
    std::span<char> octets() { return std::span{memory}.subspan(begin); }
    std::string_view text() { return std::string_view{memory}.substr(begin); }

    /// Drops what is done with, as a buffer does: what is at the front stays where it is.
    void drop()
    {
        const auto spent = connection.spent();
        if (spent.offset == 0) begin += spent.size;
        else memory.erase(begin + spent.offset, spent.size);
    }

    engine::HttpConnectionOptions options;
    engine::HttpTime now{};
    engine::HttpExchange exchange;
    engine::HttpConnection connection{options, now, true};
    std::string memory, log;
    std::size_t begin = 0;  // of what isn't done with
    std::uint64_t sent = 0;
};

inline engine::HttpAction receive(std::chrono::milliseconds until)
{
    return {engine::HttpAction::Kind::receive, engine::HttpTime{until}};
}
inline engine::HttpAction linger(std::chrono::milliseconds until)
{
    return {engine::HttpAction::Kind::linger, engine::HttpTime{until}};
}
inline engine::HttpAction refuse(unsigned status, std::string_view reason)
{
    return {engine::HttpAction::Kind::refuse, {}, status, reason};
}
inline engine::HttpAction piece_of_body() { return {engine::HttpAction::Kind::body}; }
inline engine::HttpAction last_of_body() { return {.kind = engine::HttpAction::Kind::body, .last = true}; }
inline constexpr engine::HttpAction handle{engine::HttpAction::Kind::handle};
inline constexpr engine::HttpAction invite{engine::HttpAction::Kind::invite};
inline constexpr engine::HttpAction body_end{engine::HttpAction::Kind::body_end};
inline constexpr engine::HttpAction finish{engine::HttpAction::Kind::finish};
inline constexpr engine::HttpAction hold{engine::HttpAction::Kind::wait};
inline constexpr engine::HttpAction over{engine::HttpAction::Kind::close};

}  // namespace libnet::test
