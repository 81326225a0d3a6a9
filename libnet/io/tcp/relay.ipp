#pragma once

#include <libnet/config.hpp>
#include <libnet/io/tcp/relay.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace libnet::inline v0::io {

namespace detail {

/// What both directions of a tunnel share.
struct Relay {
    Relay(TcpSocket& a, TcpSocket& b, std::vector<char>& scratch_buffer, DeadlineWheel& wheel,
          std::chrono::milliseconds timeout)
        : first{a},
          second{b},
          scratch{scratch_buffer},
          idle_timeout{timeout},
          idle{wheel, [this] { stop(RelayEnd::idle); }}
    {}

    /// Ends both directions; the first reason counts.
    void stop(RelayEnd reason)
    {
        if (result.end == RelayEnd::finished) result.end = reason;
        boost::system::error_code ignored;
        first.cancel(ignored);
        second.cancel(ignored);
    }

    bool stopped() const { return result.end != RelayEnd::finished; }

    void progress()
    {
        if (idle_timeout.count() > 0) idle.expires_after(idle_timeout);
    }

    TcpSocket& first;
    TcpSocket& second;
    std::vector<char>& scratch;
    const std::chrono::milliseconds idle_timeout;
    Deadline idle;
    RelayResult result;
};

/// One direction.
class RelayDirection {
public:
    RelayDirection(Relay& relay, TcpSocket& from, TcpSocket& to, std::uint64_t& count)
        : relay_{relay},
          from_{from},
          to_{to},
          count_{count}
    {}

    Task<> run()
    {
        while (!relay_.stopped()) {
            const auto [error] = co_await from_.async_wait(TcpSocket::wait_read, use_tuple);
            if (error) co_return relay_.stop(RelayEnd::stopped);
            const auto burst = copy_burst();
            if (burst == Burst::ended) co_return;
            if (burst == Burst::blocked) co_await write_rest();
        }
    }

private:
    enum class Burst {
        drained,  // nothing more to read for now
        blocked,  // `rest_` waits for its receiver
        ended,    // the direction is over
    };

    /// Copies what is there, without a suspension: this is what makes a shared scratch buffer possible. Bounded, so
    /// that a fast tunnel leaves time for the others.
    Burst copy_burst()
    {
        constexpr int rounds = 8;
        for (int round = 0; round < rounds; ++round) {
            boost::system::error_code error;
            const auto received = from_.read_some(asio::buffer(relay_.scratch), error);
            if (error == asio::error::would_block) return Burst::drained;
            if (error) return end_of_input(error);
            relay_.progress();

            const auto sent = to_.write_some(asio::buffer(relay_.scratch.data(), received), error);
            if (error && error != asio::error::would_block) return broken();
            count_ += sent;
            if (sent < received) {
                rest_.assign(relay_.scratch.data() + sent, relay_.scratch.data() + received);
                return Burst::blocked;
            }
            if (received < relay_.scratch.size()) return Burst::drained;  // very likely; a wait tells for sure
        }
        return Burst::drained;
    }

    Task<> write_rest()
    {
        std::size_t written = 0;
        while (written < rest_.size()) {
            const auto bytes = asio::buffer(rest_) + written;
            const auto [error, size] = co_await to_.async_write_some(bytes, use_tuple);
            if (relay_.stopped()) co_return;
            if (error == asio::error::operation_aborted) co_return relay_.stop(RelayEnd::stopped);
            if (error) {
                broken();
                co_return;
            }
            written += size;
            count_ += size;
            relay_.progress();
        }
        rest_ = {};  // gives the memory back
    }

    Burst end_of_input(boost::system::error_code error)
    {
        if (error != asio::error::eof) return broken();
        relay_.progress();
        boost::system::error_code ignored;
        to_.shutdown(TcpSocket::shutdown_send, ignored);
        return Burst::ended;
    }

    /// The peers of a tunnel must not take a broken stream for one that ended well: what is closed from here on sends
    /// a RST.
    Burst broken()
    {
        relay_.stop(RelayEnd::broken);
        for (TcpSocket* socket : {&from_, &to_}) {
            boost::system::error_code ignored;
            socket->set_option(asio::socket_base::linger{true, 0}, ignored);
        }
        return Burst::ended;
    }

    Relay& relay_;
    TcpSocket& from_;
    TcpSocket& to_;
    std::uint64_t& count_;
    std::vector<char> rest_;
};

}  // namespace detail

LIBNETXX_DECL Task<RelayResult> relay(TcpSocket& first, TcpSocket& second, std::vector<char>& scratch,
                                      DeadlineWheel& wheel, std::chrono::milliseconds idle_timeout)
{
    const auto executor = co_await asio::this_coro::executor;
    boost::system::error_code failed;
    first.non_blocking(true, failed);
    if (!failed) second.non_blocking(true, failed);

    detail::Relay state{first, second, scratch, wheel, idle_timeout};
    if (failed) state.stop(RelayEnd::stopped);
    state.progress();
    detail::RelayDirection forward{state, first, second, state.result.forward};
    detail::RelayDirection backward{state, second, first, state.result.backward};

    auto both = asio::experimental::make_parallel_group(asio::co_spawn(executor, forward.run(), asio::deferred),
                                                        asio::co_spawn(executor, backward.run(), asio::deferred));
    const auto [order, forward_error, backward_error] =
        co_await both.async_wait(asio::experimental::wait_for_all{}, asio::use_awaitable_t<Executor>{});
    if (forward_error || backward_error) state.stop(RelayEnd::stopped);  // a cancellation; nothing else throws
    co_return state.result;
}

}  // namespace libnet::inline v0::io
