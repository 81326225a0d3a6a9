#pragma once
// The executors that a server's constructor takes.

#include <libnet/config.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/any_io_executor.hpp>

namespace libnet::inline v0::io {

namespace detail {

/// The io_context's own executor behind one whose type isn't known; throws `invalid_argument` where there is none.
Executor executor_behind(const asio::any_io_executor& any);

}  // namespace detail

/// What a server's constructor takes: any executor over an io_context, such as the context's own, `any_io_executor` (what
/// `co_await this_coro::executor` gives) or a strand. Made from one of them where it is wanted.
///
/// The server runs on the io_context itself, in whose one thread a strand's handlers run, too; so a strand orders nothing
/// that isn't ordered anyway. Throws `boost::system::system_error`, `invalid_argument`, for an executor of a thread_pool, say,
/// or one that is empty, and for an `any_io_executor` that holds a strand of a strand.
class ServerExecutor {
public:
    ServerExecutor(const Executor& executor) noexcept : executor_{executor} {}  ///< an io_context's own

    ServerExecutor(const asio::any_io_executor& executor) : executor_{detail::executor_behind(executor)} {}  ///< any

    /// A strand.
    template <typename Strand>
    requires requires(const Strand& strand) { strand.get_inner_executor(); }
    ServerExecutor(const Strand& strand) : ServerExecutor{strand.get_inner_executor()} {}

    operator const Executor&() const noexcept { return executor_; }  ///< the io_context's own

private:
    Executor executor_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/loop/server_executor.ipp>
#endif
