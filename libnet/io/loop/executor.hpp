#pragma once
// The executor of everything that runs inside a server, and the completion token that goes with it.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Sessions run on the io_context's own executor: `any_io_executor` would cost an indirect call per operation.
using Executor = asio::io_context::executor_type;

/// A coroutine of a session.
template <typename T = void>
using Task = asio::awaitable<T, Executor>;

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;  ///< of a server

/// For operations whose failure is expected: `auto [error, size] = co_await socket.async_read_some(buffer, use_tuple);`
constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

/// The same without a coroutine frame of its own, for paths that are taken once a request.
constexpr auto use_tuple_now = asio::as_tuple(asio::deferred);

}  // namespace libnet::inline v0::io
