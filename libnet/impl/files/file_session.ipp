#pragma once

#include <libnet/impl/files/file_session.hpp>
#include <libnet/wire/http/http_error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::detail {

/// So much is queued before it is sent, when a client has asked for many files at once.
inline constexpr std::size_t largest_queue = 256 * 1024;

/// A client that sends faster than it can be answered is answered so many reads in a row, of 32 KiB each at most.
inline constexpr std::uint8_t most_receptions = 4;

inline constexpr std::string_view connections_too_many = "This client has too many connections.";

LIBNETXX_DECL FileSession::FileSession(FileServerContext& server, io::Connection& connection)
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

LIBNETXX_DECL FileSession::~FileSession() { give_exchange_back(); }

LIBNETXX_DECL bool FileSession::go_on()
{
    if (driven_) return true;
    const auto wait = std::exchange(begun_, true) ? proceed() : begin();
    if (wait == Wait::end) return false;
    if (wait == Wait::request && rest()) return true;
    driven_ = true;
    boost::asio::co_spawn(connection_.executor(), drive(wait, connection_.keep_server()), boost::asio::detached);
    return true;
}

LIBNETXX_DECL FileSession::Wait FileSession::begin()
{
    if (!enter()) return Wait::end;
    return server_.options.tls ? Wait::handshake : proceed();
}

/// Asks the guard about the connection. False: it is one too many, and has been told so as far as that costs nothing.
LIBNETXX_DECL bool FileSession::enter()
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

/// Goes on until something has to be waited for.
LIBNETXX_DECL FileSession::Wait FileSession::proceed()
{
    auto wait = Wait::nothing;
    while (wait == Wait::nothing) wait = step();
    return wait;
}

LIBNETXX_DECL FileSession::Wait FileSession::step()
{
    using Parsed = io::RequestReader::Parsed;
    if (!keep_) return end_connection();
    if (!reader_.has_input()) return need_request();
    if (const auto finished = find_finished(); finished.answer != nullptr) return answer_finished(finished);
    const auto parsed = reader_.parse();
    if (parsed == Parsed::incomplete) return need_request();
    if (parsed == Parsed::request) return take_request();
    request_ = nullptr;
    refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
    return answer();
}

/// All that has come is answered: sends that, and takes what has come since.
LIBNETXX_DECL FileSession::Wait FileSession::need_request()
{
    using Received = io::RequestReader::Received;
    const auto flushed = writer_.try_flush();
    if (flushed == io::ResponseWriter::Progress::blocked) return Wait::output;
    if (flushed == io::ResponseWriter::Progress::failed) return lost();
    report();
    writer_.queue().release();
    if (receptions_ >= most_receptions && connection_.polled().ready(io::PolledSocket::read)) return Wait::turn;
    const auto received = reader_.try_receive();
    if (received == Received::nothing) {
        begin_slice();
        return Wait::request;
    }
    if (received == Received::bytes) {
        ++receptions_;
        now_ = reader_.received_at();
        exchange();
        return Wait::nothing;
    }
    request_ = nullptr;
    if (!reader_.has_input()) return lost();  // between two requests: nothing is amiss
    if (received == Received::closed) {
        note(0, client_left, 0);
        return lost();
    }
    now_ = io::HttpClock::now();
    refuse(408, request_too_slow);
    queue_answer();
    return Wait::nothing;
}

LIBNETXX_DECL FileSession::Wait FileSession::take_request()
{
    request_ = &reader_.head();
    return guard_ ? Wait::guard : plan_answer();
}

/// To the request, which may be answered.
LIBNETXX_DECL FileSession::Wait FileSession::plan_answer()
{
    if (has_body()) return Wait::body;
    return decide() ? answer() : Wait::files;
}

/// Does what is planned.
LIBNETXX_DECL FileSession::Wait FileSession::answer()
{
    queue_answer();
    remember();
    if (has_parts()) return Wait::parts;
    if (!has_content_apart()) return end_answer();
    if (!file()->in_memory()) {
        auto& part = exchange_->part.emplace(*file(), plan().first, plan().length);
        return after_content(writer_.try_send_file(part), Wait::part);
    }
    content_ = file()->content().substr(plan().first, plan().length);
    return after_content(writer_.try_send(content_), Wait::content);
}

/// Queues what was answered to the same request before, and is done with this one.
LIBNETXX_DECL FileSession::Wait FileSession::answer_finished(const FinishedAnswers::Found& found)
{
    using Progress = io::ResponseWriter::Progress;
    const auto& answer = *found.answer;
    if (server_.options.on_access) {
        AccessRecord record = begin_record(answer.status, answer.reason);
        record.method = answer.method.of(found.request);
        record.target = answer.target.of(found.request);
        record.referer = answer.referer.of(found.request);
        record.user_agent = answer.user_agent.of(found.request);
        const auto begin = writer_.queued() + answer.text.size() - (answer.content_length - answer.length);
        exchange_->unreported.add(record, reader_.started_steady(), begin, begin + answer.content_length);
    }
    writer_.queue().append(answer.text);
    content_file_ = answer.file;
    if (content_file_) content_ = content_file_->content().substr(answer.first, answer.length);
    request_ = nullptr;
    reader_.skip(found.request.size());
    keep_ = answer.keep;
    if (content_.empty() && writer_.queue().size() < largest_queue) return Wait::nothing;
    const auto progress = writer_.try_send(content_);
    if (progress == Progress::done) content_file_.reset();
    return progress == Progress::done ? Wait::nothing : progress == Progress::blocked ? Wait::content : lost();
}

LIBNETXX_DECL FileSession::Wait FileSession::after_content(io::ResponseWriter::Progress progress, Wait blocked)
{
    using Progress = io::ResponseWriter::Progress;
    if (progress == Progress::done) return end_answer();
    return progress == Progress::failed ? lost() : blocked;
}

/// The content is sent or queued: on to the next request.
LIBNETXX_DECL FileSession::Wait FileSession::end_answer()
{
    exchange_->decision.drop_file();
    content_file_.reset();
    if (request_ != nullptr) reader_.next();
    request_ = nullptr;
    if (writer_.queue().size() < largest_queue) return Wait::nothing;
    const auto progress = writer_.try_flush();
    if (progress == io::ResponseWriter::Progress::failed) return lost();
    return progress == io::ResponseWriter::Progress::done ? Wait::nothing : Wait::output;
}

LIBNETXX_DECL FileSession::Wait FileSession::end_connection()
{
    const auto progress = writer_.try_flush(MSG_MORE);  // the last bytes and the end go in one packet
    if (progress == io::ResponseWriter::Progress::blocked) return Wait::output;
    if (progress == io::ResponseWriter::Progress::failed) return lost();
    report();
    transport_.end();
    // To close the socket would answer what hasn't been received with a reset, which may overtake what was sent.
    const bool unread = reader_.has_input() || connection_.polled().ready(io::PolledSocket::read);
    return hang_up_ || unread ? Wait::linger : Wait::end;
}

/// The client is gone, or as good as that.
LIBNETXX_DECL FileSession::Wait FileSession::lost()
{
    report();
    return Wait::end;
}

/// Others have had their turn.
LIBNETXX_DECL void FileSession::begin_slice() noexcept
{
    receptions_ = 0;
    writer_.begin_slice();
}

/// Between two requests, or within one. False: somebody has to wait actively.
LIBNETXX_DECL bool FileSession::rest()
{
    if (!reader_.has_input()) give_exchange_back();
    return reader_.side() == io::PolledSocket::read && connection_.polled().watch();
}

/// Waits for what has to be waited for, until the connection has come to rest, or to its end.
LIBNETXX_DECL io::Task<> FileSession::drive(Wait wait, [[maybe_unused]] std::shared_ptr<void> server)
{
    bool rests = false;
    try {
        while (wait != Wait::end && !rests) {
            auto waiting = wait_for(wait);
            wait = co_await std::move(waiting);
            if (wait == Wait::nothing) wait = proceed();
            rests = wait == Wait::request && rest();
        }
    } catch (const std::exception&) {
        // This connection has had it, nobody else.
    }
    driven_ = false;
    if (!rests) connection_.end();
}

/// Waits, and does what comes right after it.
LIBNETXX_DECL io::Task<FileSession::Wait> FileSession::wait_for(Wait wait)
{
    bool alive = true;
    switch (wait) {
    case Wait::nothing:
    case Wait::end:
        break;
    case Wait::request:
    case Wait::turn: {
        using io::PolledSocket;
        const auto pace = wait == Wait::turn ? PolledSocket::Pace::in_turn : PolledSocket::Pace::at_once;
        auto ready = connection_.polled().wait(wait == Wait::turn ? PolledSocket::read : reader_.side(), pace);
        const bool open = co_await std::move(ready);
        begin_slice();
        alive = open || connection_.closed() || connection_.deadline().expired();
        break;
    }
    case Wait::handshake:
        alive = co_await shake_hands();
        break;
    case Wait::guard: {
        const bool admitted = co_await admit();
        co_return admitted ? plan_answer() : answer();
    }
    case Wait::body: {
        alive = co_await take_body();
        co_return alive ? answer() : lost();
    }
    case Wait::files: {
        co_await load();
        co_return answer();
    }
    case Wait::output:
        alive = co_await writer_.flush();
        break;
    case Wait::content: {
        alive = co_await writer_.send(content_);
        content_ = {};
        co_return alive ? end_answer() : lost();
    }
    case Wait::part: {
        alive = co_await writer_.send_file(*exchange_->part, server_.share.threads);
        co_return alive ? end_answer() : lost();
    }
    case Wait::parts: {
        alive = co_await send_parts();
        co_return alive ? end_answer() : lost();
    }
    case Wait::linger:
        co_await reader_.linger();
        co_return Wait::end;
    }
    co_return alive ? Wait::nothing : lost();
}

LIBNETXX_DECL FileExchange& FileSession::exchange()
{
    if (!exchange_) {
        exchange_ = server_.exchanges.take();
        reader_.use(&exchange_->parsing);
    }
    return *exchange_;
}

LIBNETXX_DECL void FileSession::give_exchange_back()
{
    if (!exchange_) return;
    reader_.use(nullptr);
    server_.exchanges.give(std::move(exchange_));
}

}  // namespace libnet::inline v0::detail
