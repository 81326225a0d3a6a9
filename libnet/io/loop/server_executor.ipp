#pragma once
// Bodies of libnet/io/loop/server_executor.hpp.

#include <libnet/io/loop/server_executor.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace libnet::inline v0::io::detail {

/// An io_context's executors are of as many types as there are sets of their three properties (blocking, relationship,
/// outstanding work), and its context's type can't be asked for.
template <std::uintptr_t... Sets>
std::optional<Executor> io_context_executor(const asio::any_io_executor& any,
                                            std::integer_sequence<std::uintptr_t, Sets...>)
{
    std::optional<Executor> found;
    const auto look = [&](const auto* executor) {
        if (executor != nullptr) found = asio::query(*executor, asio::execution::context).get_executor();
    };
    (look(any.target<asio::io_context::basic_executor_type<std::allocator<void>, Sets>>()), ...);
    return found;
}

LIBNETXX_DECL Executor executor_behind(const asio::any_io_executor& any)
{
    const auto found = io_context_executor(any, std::make_integer_sequence<std::uintptr_t, 8>{});
    if (found) return *found;
    if (const auto* strand = any.target<asio::strand<Executor>>()) return strand->get_inner_executor();
    if (const auto* strand = any.target<asio::strand<asio::any_io_executor>>())
        return executor_behind(strand->get_inner_executor());
    throw boost::system::system_error{asio::error::invalid_argument,
                                      "a server's executor: that of an io_context, or a strand of one"};
}

}  // namespace libnet::inline v0::io::detail
