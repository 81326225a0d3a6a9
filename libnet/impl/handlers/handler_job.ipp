#pragma once
// Bodies of libnet/impl/handlers/handler_job.hpp.

#include <libnet/impl/handlers/handler_job.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL HandlerJob::HandlerJob(io::Connection& of)
    : HandledRequest{of},
      changed{of.executor(), Timer::time_point::max()}
{
    call.job_ = this;
    stream.job_ = this;
}

LIBNETXX_DECL void HandledRequest::take_head(io::HttpSession& session, const engine::RouteMatch& match)
{
    const auto& head = session.request();
    call.method_string(head.method);
    call.target(head.target);
    call.version(head.version == wire::HttpVersion::http_1_1 ? 11 : 10);
    for (const auto& [name, value] : head.fields) call.insert(name, value);
    for (const auto& [name, value] : match.parameters) call.parameters_.emplace_back(name, value);
    call.client = session.client();
    if (const auto* const guard = session.guard()) call.user = guard->user();
}

LIBNETXX_DECL void HandledRequest::leave() noexcept
try {
    connection = nullptr;
    abort.emit(boost::asio::cancellation_type::terminal);
} catch (...) {
    // There was no memory to tell the handler. It finds out when it reads, writes or answers.
}

LIBNETXX_DECL void HandlerJob::leave() noexcept
try {
    HandledRequest::leave();
    changed.cancel();
    abort_stream.emit(boost::asio::cancellation_type::terminal);
} catch (...) {
    // As above.
}

LIBNETXX_DECL void HandledRequest::tell()
{
    if (connection != nullptr && !quiet) connection->go_on_soon();
}

LIBNETXX_DECL void HandlerJob::check() const
{
    if (connection == nullptr)
        throw boost::system::system_error{boost::asio::error::operation_aborted, "the request's connection has ended"};
}

LIBNETXX_DECL boost::asio::awaitable<void> HandlerJob::wait()
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await changed.async_wait(token);
    check();
}

LIBNETXX_DECL boost::asio::awaitable<std::string> HandlerJob::read()
{
    check();
    if (body_ended && piece.empty()) co_return std::string{};
    wants_piece = piece.empty();
    if (wants_piece) tell();
    while (wants_piece) {
        auto waiting = wait();
        co_await std::move(waiting);
    }
    co_return std::exchange(piece, {});
}

LIBNETXX_DECL boost::asio::awaitable<void> HandlerJob::write(std::string_view text)
{
    check();
    if (gzip) pending += gzip->add(text);
    else pending += text;
    if (pending.empty()) co_return;
    tell();
    while (pending.size() > most_pending) {
        auto waiting = wait();
        co_await std::move(waiting);
    }
}

LIBNETXX_DECL boost::asio::awaitable<void> HandlerJob::answer(std::shared_ptr<HandlerJob> job,
                                                              const RequestHandler::Coroutine& handler)
{
    try {
        auto answering = handler(job->call);
        HttpReply made = co_await std::move(answering);
        job->reply.emplace(std::move(made));
    } catch (...) {
        job->failure = std::current_exception();
    }
    job->done = true;
    job->tell();
}

LIBNETXX_DECL boost::asio::awaitable<void> HandlerJob::write_stream(std::shared_ptr<HandlerJob> job)
{
    try {
        auto writing = job->source()(job->stream);
        co_await std::move(writing);
        if (job->gzip) job->pending += job->gzip->finish();
    } catch (...) {
        job->failure = std::current_exception();
    }
    job->done = true;
    job->tell();
}

}  // namespace libnet::inline v0::detail
