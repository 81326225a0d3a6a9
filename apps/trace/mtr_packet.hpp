#pragma once
// trace++ --as mtr-packet: the prober that mtr runs (MTR_PACKET=trace++ with that name, see mtr(8)). Requests come on
// standard input, replies go to standard output as they are known.

#include <apps/common/output.hpp>
#include <apps/trace/mtr_command.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace libnet::apps {

namespace asio = boost::asio;

class MtrPacket {
public:
    explicit MtrPacket(const asio::any_io_executor& executor)
        : executor_{executor},
          idle_{executor, asio::steady_timer::time_point::max()},
          input_{executor, ::dup(STDIN_FILENO)}
    {}

    /// Completes with the exit code, when there are no more requests and all are answered.
    asio::awaitable<int> run()
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        constexpr std::size_t longest_line = 4096;
        std::string text;
        for (;;) {
            auto buffer = asio::dynamic_buffer(text, longest_line);
            const auto [failed, size] = co_await asio::async_read_until(input_, buffer, '\n', token);
            if (failed == asio::error::operation_aborted) co_return 0;
            if (failed) break;  // the end, or a line that is too long to be one
            on_line(std::string_view{text}.substr(0, size));
            text.erase(0, size);
        }
        if (under_way_ != 0) co_await idle_.async_wait(token);
        co_return 0;
    }

private:
    static constexpr std::size_t most_under_way = 1024;

    void on_line(std::string_view line)
    {
        const auto command = read_mtr_command(line);
        if (!command) return;
        if (command->name == "check-support") return reply(command->token, mtr_support(*command));
        if (command->name != "send-probe") return reply(command->token, "unknown-command");
        if (under_way_ == most_under_way) return reply(command->token, "probes-exhausted");
        try {
            const auto probe = read_mtr_probe(*command);
            ++under_way_;
            asio::co_spawn(executor_, send(probe),
                           [this, number = command->token](std::exception_ptr failure, TracePath path) {
                               on_sent(number, failure, path);
                           });
        } catch (const MtrRefusal& refusal) {
            reply(command->token, refusal.what());
        }
    }

    /// Each probe has a tracer of its own: any of its options may differ from the last one's.
    static asio::awaitable<TracePath> send(MtrProbe probe)
    {
        const auto executor = co_await asio::this_coro::executor;
        Tracer tracer{executor, probe.options};
        auto path = co_await tracer.trace(probe.target);
        co_return path;
    }

    void on_sent(std::uint32_t number, const std::exception_ptr& failure, TracePath path)
    {
        if (--under_way_ == 0) idle_.cancel();
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            path.error = error.code();
        }
        reply(number, mtr_reply(path));
    }

    static void reply(std::uint32_t number, std::string_view text) { print("{} {}\n", number, text); }

    asio::any_io_executor executor_;
    std::size_t under_way_ = 0;
    asio::steady_timer idle_;  // cancelled when nothing is under way any more
    asio::posix::stream_descriptor input_;
};

/// Completes with the exit code.
inline asio::awaitable<int> run_mtr_packet()
{
    const auto executor = co_await asio::this_coro::executor;
    MtrPacket packet{executor};
    const int exit_code = co_await packet.run();
    co_return exit_code;
}

}  // namespace libnet::apps
