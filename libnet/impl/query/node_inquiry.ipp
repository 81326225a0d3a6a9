#pragma once
// Bodies of libnet/node_inquiry.hpp.

#include <libnet/impl/probe_driver.hpp>
#include <libnet/impl/query/node_inquiry_session.hpp>
#include <libnet/node_inquiry.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL boost::asio::awaitable<std::optional<NodeEvent>> next_node_event(
    std::shared_ptr<NodeInquirySession> session)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    io::Turnstile::Turn turn{session->nexts(), session->executor()};
    co_await turn.come();
    co_return co_await next_outcome(session);
}

}  // namespace detail

LIBNETXX_DECL NodeInquiry::NodeInquiry(const boost::asio::any_io_executor& executor,
                                       const boost::asio::ip::address_v6& address, const NodeInquiryOptions& options)
    : session_{std::make_shared<detail::NodeInquirySession>(executor, address, options)}
{}

LIBNETXX_DECL NodeInquiry::~NodeInquiry() = default;

LIBNETXX_DECL NodeInquiry::NodeInquiry(NodeInquiry&&) noexcept = default;

LIBNETXX_DECL NodeInquiry& NodeInquiry::operator=(NodeInquiry&&) noexcept = default;

LIBNETXX_DECL boost::asio::any_io_executor NodeInquiry::get_executor() const { return session_->executor(); }

LIBNETXX_DECL boost::asio::awaitable<std::optional<NodeEvent>> NodeInquiry::next()
{
    return detail::next_node_event(session_.share());
}

LIBNETXX_DECL NodeInquiryCounts NodeInquiry::counts() const { return session_->counts(); }

}  // namespace libnet::inline v0
