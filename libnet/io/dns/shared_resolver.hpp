#pragma once
// One resolver for many clients: each name is asked for once, its answer is remembered, and no client waits for another's.

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/dns/name_lookups.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace libnet::inline v0::io {

namespace detail {
class SharedResolverState;
}

/// Looks up names on behalf of clients, see `engine::NameLookups`: what it remembers, how long, and whose turn it is.
///
/// Names mean what they mean to a `Resolver`, and failures have its error codes. `ResolverOptions::max_in_flight` is
/// how many names are asked for at the same time as long as they may soon be answered; those that hang don't count, and
/// one client may take three quarters of it.
///
/// One per thread, on the thread that runs its executor. Must outlive its `NameWait`s.
class SharedResolver {
public:
    /// Reads the system's configuration. Throws `boost::system::system_error` where that fails.
    explicit SharedResolver(asio::any_io_executor executor, ResolverOptions options = {},
                            engine::NameLookupOptions lookups = {});
    ~SharedResolver();
    SharedResolver(const SharedResolver&) = delete;
    SharedResolver& operator=(const SharedResolver&) = delete;

    /// Questions that are under way, and some of the names that they are about.
    std::size_t open_questions() const noexcept;
    std::vector<std::string> open_names(std::size_t most) const;

private:
    friend class NameWait;
    std::shared_ptr<detail::SharedResolverState> state_;
};

/// A client's wait for the addresses of a name. Destroying it ends the wait, and with the last one's for a name that is
/// not under way yet the question.
class NameWait {
public:
    /// `on_done` is called from the event loop once there is an outcome, not from here; it may destroy this. Where the
    /// outcome is there already when the constructor returns, it is not called at all.
    NameWait(SharedResolver& resolver, std::string_view name, engine::ClientKey client, engine::NameLookups::Wish wish,
             std::function<void()> on_done);
    ~NameWait();
    NameWait(const NameWait&) = delete;
    NameWait& operator=(const NameWait&) = delete;

    /// Null: it isn't there yet.
    const engine::NameOutcome* outcome() const noexcept { return outcome_ ? &*outcome_ : nullptr; }

private:
    friend class detail::SharedResolverState;

    std::shared_ptr<detail::SharedResolverState> state_;
    engine::NameLookups::Ticket ticket_;
    std::optional<engine::NameOutcome> outcome_;
    std::function<void()> on_done_;  // empty while it is constructed
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/dns/shared_resolver.ipp>
#endif
