#pragma once
// Coroutines as asynchronous operations with any completion token, whose errors are codes.

#include <libnet/io/loop/rtti.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <new>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// The code of a system_error, or that of memory which has run out. Anything else isn't a matter of codes, and is thrown
/// on, out of the event loop.
inline boost::system::error_code code_of(const std::exception_ptr& failure)
{
    if (!failure) return {};
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code();
    } catch (const std::bad_alloc&) {
        return make_error_code(boost::system::errc::not_enough_memory);
    }
}

template <typename T>
struct AsyncSignature {
    using Type = void(boost::system::error_code, T);
};
template <>
struct AsyncSignature<void> {
    using Type = void(boost::system::error_code);
};

/// What the completion of a coroutine does: the handler gets the code, and the result where there is one.
template <typename Handler>
struct CodeHandler {
    Handler handler;

    template <typename... Result>
    void operator()(const std::exception_ptr& failure, Result&&... result)
    {
        std::move(handler)(code_of(failure), std::forward<Result>(result)...);
    }
};

/// Spawns the coroutine with what is associated with the handler: its executor, allocator and cancellation slot.
template <typename Executor>
struct SpawnCoroutine {
    using executor_type = Executor;  // tokens such as use_promise ask for it

    Executor executor;

    executor_type get_executor() const noexcept { return executor; }

    template <typename Handler, typename Make>
    void operator()(Handler handler, Make make) const
    {
        namespace asio = boost::asio;
        const auto place = asio::get_associated_executor(handler, executor);
        const auto allocator = asio::get_associated_allocator(handler);
        const auto slot = asio::get_associated_cancellation_slot(handler);
        asio::co_spawn(executor, make(),
                       asio::bind_cancellation_slot(
                           slot, asio::bind_executor(place, asio::bind_allocator(
                                                                allocator, CodeHandler<Handler>{std::move(handler)}))));
    }
};

}  // namespace detail

/// The signature that an operation completes with whose coroutine returns a T.
template <typename T>
using AsyncSignature = typename detail::AsyncSignature<T>::Type;

/// Starts the coroutine that `make()` returns when the token says so: at once for most, later for `deferred`.
template <typename T, typename Executor, typename Make, typename Token>
auto async_operation(const Executor& executor, Make make, Token&& token)
{
    return boost::asio::async_initiate<Token, AsyncSignature<T>>(detail::SpawnCoroutine<Executor>{executor}, token,
                                                                 std::move(make));
}

}  // namespace libnet::inline v0::io
