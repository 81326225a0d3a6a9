#pragma once
// What a NodeInquiry runs on: a NodeQueries with its ICMPv6 socket. Driven by impl/probe_driver.hpp.

#include <libnet/engine/query/node_queries.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/node_inquiry.hpp>

#include <deque>
#include <memory>
#include <variant>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

class NodeInquirySession {
public:
    using Outcome = NodeEvent;
    using Probe = engine::NodeQueries::Query;
    using Action = std::variant<engine::action::Send<Probe>, engine::action::Report<Outcome>, engine::action::WaitUntil,
                                engine::action::Done>;

    /// As NodeInquiry's constructor.
    NodeInquirySession(const asio::any_io_executor& executor, const asio::ip::address_v6& address,
                       const NodeInquiryOptions& options);

    const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// The calls of `next`, which get their events one after the other.
    io::Turnstile& nexts() noexcept { return nexts_; }

    NodeInquiryCounts counts() const noexcept;

    /// Ends the pending `next`, and every later one, with `operation_aborted`.
    void stop() { poll_->stop(); }

    // For the driver:
    const std::shared_ptr<io::ProbePoll>& poll() const noexcept { return poll_; }
    Action next(engine::action::TimePoint now);
    void send(const Probe& query);
    void take_answers();

private:
    void take_answer(const io::ProbeReader::Datagram& datagram);
    bool take_errors();

    asio::any_io_executor executor_;
    io::Turnstile nexts_;
    asio::ip::address_v6 address_;
    wire::NodeQuery query_;
    engine::NodeQueries queries_;
    io::ProbeSocket socket_;
    io::ProbeReader reader_;
    std::shared_ptr<io::ProbePoll> poll_;
    std::deque<NodeEvent> events_;  ///< that aren't told yet
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/node_inquiry_session.ipp>
#endif
