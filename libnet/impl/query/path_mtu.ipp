#pragma once
// Bodies of libnet/path_mtu.hpp.

#include <libnet/impl/probe_driver.hpp>
#include <libnet/impl/query/path_mtu_session.hpp>
#include <libnet/path_mtu.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL boost::asio::awaitable<std::optional<PathMtuStep>> next_finding(std::shared_ptr<PathMtuSession> session)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    io::Turnstile::Turn turn{session->nexts(), session->executor()};
    co_await turn.come();
    co_return co_await next_outcome(session);
}

}  // namespace detail

LIBNETXX_DECL PathMtuFinder::PathMtuFinder(const boost::asio::any_io_executor& executor,
                                           boost::asio::ip::address address, PathMtuOptions options)
    : session_{std::make_shared<detail::PathMtuSession>(executor, address, options)}
{}

LIBNETXX_DECL PathMtuFinder::~PathMtuFinder() = default;

LIBNETXX_DECL PathMtuFinder::PathMtuFinder(PathMtuFinder&&) noexcept = default;

LIBNETXX_DECL PathMtuFinder& PathMtuFinder::operator=(PathMtuFinder&&) noexcept = default;

LIBNETXX_DECL boost::asio::any_io_executor PathMtuFinder::get_executor() const { return session_->executor(); }

LIBNETXX_DECL boost::asio::awaitable<std::optional<PathMtuStep>> PathMtuFinder::next()
{
    return detail::next_finding(session_.share());
}

LIBNETXX_DECL const PathMtu& PathMtuFinder::result() const { return session_->result(); }

LIBNETXX_DECL boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor,
                                                            boost::asio::ip::address address, PathMtuOptions options)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    PathMtuFinder finder{executor, std::move(address), std::move(options)};
    for (;;) {
        const auto step = co_await finder.next();
        if (!step) co_return finder.result();
    }
}

LIBNETXX_DECL boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor,
                                                            boost::asio::ip::address address)
{
    return find_path_mtu(std::move(executor), std::move(address), PathMtuOptions{});
}

}  // namespace libnet::inline v0
