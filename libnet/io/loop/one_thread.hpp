#pragma once
// What may be used by one thread only, and notices when it isn't.

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <thread>

namespace libnet::inline v0::io {

/// The thread that runs a server. The first one to come is it; it costs a comparison to ask.
class OneThread {
public:
    /// Whether this is the thread, or the first one to ask.
    bool is_this() noexcept
    {
        const auto here = std::this_thread::get_id();
        auto owner = owner_.load(std::memory_order_relaxed);
        if (owner == here) return true;
        return owner == std::thread::id{} && owner_.compare_exchange_strong(owner, here, std::memory_order_relaxed);
    }

    /// Throws `invalid_argument` on any other thread. Out of a handler that leaves `io_context::run` of that thread.
    void require()
    {
        if (!is_this())
            throw boost::system::system_error{boost::asio::error::invalid_argument,
                                              "libnet: the io_context of a server is run by more than one thread"};
    }

private:
    std::atomic<std::thread::id> owner_{};
};

}  // namespace libnet::inline v0::io
