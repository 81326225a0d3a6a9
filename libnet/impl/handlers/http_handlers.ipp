#pragma once
// Bodies of libnet/http_handlers.hpp.

#include <libnet/http_handlers.hpp>
#include <libnet/impl/handlers/handler_job.hpp>
#include <libnet/impl/handlers/mounted_routes.hpp>
#include <libnet/wire/http/mime.hpp>

#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

LIBNETXX_DECL std::string_view HttpCall::parameter(std::string_view name) const
{
    for (const auto& [known, value] : parameters_)
        if (known == name) return value;
    throw std::out_of_range{"libnet: the route has no parameter \"" + std::string{name} + '"'};
}

LIBNETXX_DECL wire::Query HttpCall::query() const
{
    const auto all = target();
    const std::string_view text{all.data(), all.size()};
    const auto mark = text.find('?');
    auto query = wire::Query::parse(mark == text.npos ? std::string_view{} : text.substr(mark + 1));
    if (!query) throw HttpFailure{400, "The query can't be read: " + std::string{wire::reason_of(query.error())} + '.'};
    return std::move(*query);
}

namespace detail {

/// The body of a request that has none.
LIBNETXX_DECL boost::asio::awaitable<std::string> no_body() { co_return std::string{}; }

}  // namespace detail

LIBNETXX_DECL boost::asio::awaitable<std::string> HttpCall::read()
{
    return job_ == nullptr ? detail::no_body() : job_->read();
}

LIBNETXX_DECL boost::asio::awaitable<void> HttpStream::write(std::string_view piece) { return job_->write(piece); }

LIBNETXX_DECL bool HttpStream::draining() const noexcept
{
    return job_->connection == nullptr || job_->connection->draining();
}

// ------------------------------------------------------------------------------------------------------------ replies

LIBNETXX_DECL HttpReply HttpReply::text(std::string body, std::string_view type, unsigned status)
{
    Message message;
    message.result(status);
    message.set(boost::beast::http::field::content_type, type);
    message.body() = std::move(body);
    return HttpReply{std::move(message)};
}

LIBNETXX_DECL HttpReply HttpReply::json(std::string body, unsigned status)
{
    return text(std::move(body), "application/json", status);
}

LIBNETXX_DECL HttpReply HttpReply::empty(unsigned status)
{
    Message message;
    message.result(status);
    return HttpReply{std::move(message)};
}

LIBNETXX_DECL HttpReply HttpReply::file(std::string path, std::string_view type)
{
    Message message;
    message.set(boost::beast::http::field::content_type, type.empty() ? wire::media_type_of(path) : type);
    HttpReply reply{std::move(message)};
    reply.file_ = std::move(path);
    if (reply.file_.empty()) throw std::invalid_argument{"libnet: HttpReply::file got an empty name"};
    return reply;
}

LIBNETXX_DECL HttpReply HttpReply::stream(Message head, Source source)
{
    HttpReply reply{std::move(head)};
    reply.message_.body().clear();
    reply.source_ = std::move(source);
    if (!reply.source_) throw std::invalid_argument{"libnet: HttpReply::stream got an empty function"};
    return reply;
}

// ------------------------------------------------------------------------------------------------- server-sent events

namespace detail {

/// Appends a line for each line of the text.
LIBNETXX_DECL void append_event_lines(std::string& out, std::string_view name, std::string_view text)
{
    for (;;) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        out.append(name).append(": ").append(text.substr(0, end)).append("\n");
        if (end == text.size()) return;
        const bool is_pair = text.substr(end).starts_with("\r\n");
        text.remove_prefix(end + (is_pair ? 2 : 1));
    }
}

}  // namespace detail

LIBNETXX_DECL boost::asio::awaitable<void> EventStream::send(ServerSentEvent event)
{
    constexpr std::string_view unfit{"\r\n\0", 3};
    for (const auto text : {event.event, event.id})
        if (text.find_first_of(unfit) != text.npos)
            throw std::invalid_argument{"libnet: there is a line break or NUL in the type or id of an event"};
    std::string lines;
    if (!event.event.empty()) detail::append_event_lines(lines, "event", event.event);
    if (!event.id.empty()) detail::append_event_lines(lines, "id", event.id);
    detail::append_event_lines(lines, "data", event.data);
    lines += '\n';
    auto writing = stream_.write(lines);
    co_await std::move(writing);
}

LIBNETXX_DECL boost::asio::awaitable<void> EventStream::keep_alive()
{
    constexpr std::string_view comment = ":\n\n";
    auto writing = stream_.write(comment);
    co_await std::move(writing);
}

LIBNETXX_DECL boost::asio::awaitable<void> EventStream::retry_after(std::chrono::milliseconds time)
{
    const auto line = "retry: " + std::to_string(std::max<std::chrono::milliseconds::rep>(time.count(), 0)) + "\n\n";
    auto writing = stream_.write(line);
    co_await std::move(writing);
}

LIBNETXX_DECL std::string EventStream::last_id(const HttpCall& call)
{
    const auto id = call["Last-Event-ID"];
    return {id.data(), id.size()};
}

LIBNETXX_DECL HttpReply EventStream::reply(std::function<boost::asio::awaitable<void>(EventStream&)> source)
{
    HttpReply::Message head;
    head.set(boost::beast::http::field::content_type, "text/event-stream");
    head.set(boost::beast::http::field::cache_control, "no-store");
    // nginx would gather a stream before it passes it on.
    head.set("X-Accel-Buffering", "no");
    return HttpReply::stream(std::move(head),
                             [source = std::move(source)](HttpStream& stream) -> boost::asio::awaitable<void> {
                                 EventStream events{stream};
                                 auto writing = source(events);
                                 co_await std::move(writing);
                             });
}

// ------------------------------------------------------------------------------------------------------------ mounting

LIBNETXX_DECL void StaticFileServer::handle(std::string_view method, std::string_view pattern, RequestHandler handler)
{
    const RouteOptions usual;
    handle(method, pattern, std::move(handler), usual);
}

LIBNETXX_DECL void StaticFileServer::handle(std::string_view method, std::string_view pattern, RequestHandler handler,
                                            const RouteOptions& options)
{
    auto& routes = detail::MountedRoutes::of(context_to_mount_on());
    routes.add(method, pattern, detail::MountedRoute{std::move(handler), options});
}

}  // namespace libnet::inline v0
