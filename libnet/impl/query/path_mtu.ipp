#pragma once
// Bodies of libnet/path_mtu.hpp.

#include <libnet/impl/query/path_mtu_session.hpp>
#include <libnet/path_mtu.hpp>

#include <utility>

namespace libnet::inline v0 {

LIBNETXX_DECL PathMtuFinder::PathMtuFinder(const boost::asio::any_io_executor& executor,
                                           boost::asio::ip::address address, PathMtuOptions options)
    : session_{std::make_shared<detail::PathMtuSession>(executor, address, options)}
{}

LIBNETXX_DECL PathMtuFinder::~PathMtuFinder()
{
    if (session_) session_->stop();
}

LIBNETXX_DECL PathMtuFinder::PathMtuFinder(PathMtuFinder&&) noexcept = default;

LIBNETXX_DECL PathMtuFinder& PathMtuFinder::operator=(PathMtuFinder&& other) noexcept
{
    std::swap(session_, other.session_);
    return *this;
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<PathMtuStep>> PathMtuFinder::next()
{
    return detail::PathMtuSession::next(session_);
}

LIBNETXX_DECL const PathMtu& PathMtuFinder::result() const { return session_->result(); }

LIBNETXX_DECL boost::asio::awaitable<PathMtu> find_path_mtu(boost::asio::any_io_executor executor,
                                                            boost::asio::ip::address address, PathMtuOptions options)
{
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
