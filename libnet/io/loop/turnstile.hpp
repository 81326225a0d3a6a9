#pragma once
// Lets coroutines through one at a time, in the order in which they came.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <boost/system/system_error.hpp>

namespace libnet::inline v0::io {

/// For an operation that any number may ask for, but only one can perform at a time. Must outlive its turns.
class Turnstile {
public:
    /// A coroutine's place in the line, and its turn, until it is destroyed: lives in the coroutine's frame.
    class Turn : public boost::intrusive::list_base_hook<> {
    public:
        Turn(Turnstile& turnstile, const boost::asio::any_io_executor& executor)
            : turnstile_{turnstile},
              wake_{executor, boost::asio::steady_timer::time_point::max()}
        {
            turnstile_.line_.push_back(*this);
        }
        ~Turn()
        {
            const bool first = &turnstile_.line_.front() == this;
            turnstile_.line_.erase(turnstile_.line_.iterator_to(*this));
            if (first && !turnstile_.line_.empty()) turnstile_.line_.front().wake_.cancel();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        /// Completes when all that came before are gone. Throws `operation_aborted` when cancelled.
        boost::asio::awaitable<void> come()
        {
            constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
            if (&turnstile_.line_.front() == this) co_return;
            co_await wake_.async_wait(token);
            if (&turnstile_.line_.front() != this)
                throw boost::system::system_error{boost::asio::error::operation_aborted};
        }

    private:
        Turnstile& turnstile_;
        boost::asio::steady_timer wake_;  // never expires: is cancelled when it is this one's turn
    };

private:
    boost::intrusive::list<Turn> line_;
};

}  // namespace libnet::inline v0::io
