#pragma once
// A name's address on behalf of a client who waits so long, and no longer.

#include <libnet/io/dns/shared_resolver.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <optional>
#include <string>

namespace libnet::inline v0::io {

/// The first address of a name in this family, or nothing when there is none by then. Who asks for many names that hang
/// keeps no other client waiting. Throws `operation_aborted` when it is cancelled (terminal).
inline asio::awaitable<std::optional<asio::ip::address>> resolve_until(SharedResolver& resolver, std::string name,
                                                                       engine::ClientKey client, AddressFamily family,
                                                                       asio::steady_timer::time_point limit)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer done{executor, limit};
    const NameWait wait{resolver, name, client, engine::NameLookups::Wish::complete, [&done] { done.cancel(); }};
    if (wait.outcome() == nullptr) co_await done.async_wait(token);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error{asio::error::operation_aborted};
    if (wait.outcome() == nullptr) co_return std::nullopt;
    for (const auto& address : wait.outcome()->addresses)
        if (family == AddressFamily::any || address.is_v4() == (family == AddressFamily::ipv4)) co_return address;
    co_return std::nullopt;
}

}  // namespace libnet::inline v0::io
