#pragma once
// c-ares, driven by Asio.

#include <libnet/config.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <unordered_map>

#include <ares.h>

namespace libnet::inline v0::io::detail {

/// A c-ares channel whose sockets and timeouts the executor's io_context waits for. One thread, as all of io.
///
/// c-ares calls back in the middle of its own work: what it calls must not throw, run code of a caller or close the
/// channel.
class AresChannel : public std::enable_shared_from_this<AresChannel> {
public:
    /// `on_progress` is called after each step that c-ares was given, when more may be asked of it. Throws `ResolveError`
    /// where the configuration can't be read.
    AresChannel(asio::any_io_executor executor, const ResolverOptions& options, std::function<void()> on_progress);

    /// The channel; null once closed.
    ares_channel get() const { return channel_.get(); }

    /// To be called when questions have been asked, and after each step while some are open: waits for their timeouts.
    void arm_timer();

    /// No question is open: nothing keeps the io_context from ending.
    void rest();

    /// Ends every question with `ARES_EDESTRUCTION`, before it returns. No callback comes after that.
    void close();

private:
    using Clock = std::chrono::steady_clock;
    enum Direction { reading, writing };

    /// One of c-ares' sockets. c-ares opens and closes it; Asio only watches it meanwhile.
    struct Socket {
        explicit Socket(const asio::any_io_executor& executor) : descriptor{executor} {}
        asio::posix::stream_descriptor descriptor;
        bool wanted[2] = {};   ///< c-ares waits for it to become readable, writable
        bool pending[2] = {};  ///< so do we
    };
    struct Destroy {
        void operator()(ares_channel channel) const { ares_destroy(channel); }
    };

    static void on_socket_state(void* self, ares_socket_t fd, int readable, int writable);
    void watch(const std::shared_ptr<Socket>& socket, Direction direction);
    void on_ready(const std::shared_ptr<Socket>& socket, Direction direction);
    void on_timer();

    asio::any_io_executor executor_;
    std::function<void()> on_progress_;
    std::chrono::milliseconds timeout_;
    asio::steady_timer timer_;
    Clock::time_point armed_until_ = Clock::time_point::max();  ///< max: the timer doesn't run
    std::unordered_map<ares_socket_t, std::shared_ptr<Socket>> sockets_;
    std::unique_ptr<std::remove_pointer_t<ares_channel>, Destroy>
        channel_;  // last: it calls back while it is destroyed
};

}  // namespace libnet::inline v0::io::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/dns/ares_channel.ipp>
#endif
