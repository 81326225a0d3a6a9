#pragma once
// What a PathMtuFinder runs on: a PathMtuSearch with its ICMP socket. Driven by impl/probe_driver.hpp.

#include <libnet/engine/query/path_mtu_search.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/path_mtu_options.hpp>

#include <memory>
#include <optional>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// One search.
class PathMtuSession {
public:
    using Outcome = PathMtuStep;
    using Probe = engine::PathMtuProbe;

    /// As PathMtuFinder's constructor.
    PathMtuSession(const asio::any_io_executor& executor, const asio::ip::address& address,
                   const PathMtuOptions& options);

    const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// The calls of `next`, which get their findings one after the other.
    io::Turnstile& nexts() noexcept { return nexts_; }

    const PathMtu& result() const noexcept { return search_.result(); }

    /// Ends the pending `next`, and every later one, with `operation_aborted`.
    void stop() { poll_->stop(); }

    // For the driver:
    const std::shared_ptr<io::ProbePoll>& poll() const noexcept { return poll_; }
    engine::PathMtuAction next(engine::action::TimePoint now) { return search_.next(now); }
    void send(const engine::PathMtuProbe& probe);
    void take_answers();

private:
    bool take_errors();
    void take_error(const io::ProbeReader::Entry& entry);

    asio::any_io_executor executor_;
    io::Turnstile nexts_;
    asio::ip::address address_;
    io::ProbeSocket socket_;
    io::ProbeReader reader_;
    std::shared_ptr<io::ProbePoll> poll_;
    engine::PathMtuSearch search_;
    std::optional<std::uint32_t> refused_mtu_;  ///< our own system has just said that a packet is larger than this
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/path_mtu_session.ipp>
#endif
