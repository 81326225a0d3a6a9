#pragma once
// Keeping the addresses of many names up to date.

#include <libnet/config.hpp>
#include <libnet/engine/dns/name_refresh.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
class NameKeeperState;
}

using engine::NameAttempts, engine::NameFailure, engine::NameNews;

/// A name that a NameKeeper keeps. Numbered from 0 on in the order of `add`; no number is used twice.
struct KeptName {
    std::size_t index = 0;  ///< in the order of `add`, from 0 on

    friend bool operator==(const KeptName&, const KeptName&) = default;
};

/// Options of a NameKeeper. The callbacks are called on its executor, never by `add`; they may add and drop names, and
/// must not throw. Empty ones are not called.
struct NameKeeperOptions {
    AddressFamily family = AddressFamily::any;          ///< which addresses a name is asked for
    std::optional<std::chrono::nanoseconds> refresh{};  ///< longest life of an answer; empty: as its TTL says

    /// A name server has answered: this is the address of the name, new, changed or the same as before.
    std::function<void(KeptName name, const boost::asio::ip::address& address, NameNews news)> on_address{};

    /// A question has failed, for this reason in words. An address that the name had before stays.
    std::function<void(KeptName name, const std::string& why, NameFailure kind)> on_failure{};

    std::vector<boost::asio::ip::udp::endpoint> servers{};  ///< name servers; empty: the system's
    NameLookup look_up{};                                   ///< asked in their place; empty: a Resolver of its own
};

/// Keeps the addresses of any number of names up to date: asks for all of them soon, for each again when its answer is
/// as old as its TTL allows, and after a failure with a growing pause (a second at first, a minute at most). At most
/// 1,024 questions are under way; a name whose servers are silent delays no other one.
///
///     NameKeeper names{executor, {.on_address = [&](KeptName name, const auto& address, NameNews news) {
///         if (news == NameNews::changed) pinger.move(targets[name.index], address);
///     }}};
///     names.add("example.org");
///
/// It trusts its name servers as far as plain DNS lets one. A literal address is a name that never changes. Distinct
/// objects are independent; one object belongs to the thread of its executor. Destroying it, or moving another one into
/// it, ends its questions, and makes no callback any more.
class NameKeeper {
public:
    /// Reads the system's resolver configuration. Throws `boost::system::system_error`: `invalid_argument` for a
    /// `refresh` of zero or less, or what the configuration's reading reports.
    explicit NameKeeper(boost::asio::any_io_executor executor, NameKeeperOptions options = {});
    ~NameKeeper();
    NameKeeper(NameKeeper&&) noexcept;
    NameKeeper& operator=(NameKeeper&&) noexcept;

    /// Keeps this name from now on: it is asked for in the next turn of the executor. `family`: as the options say, where
    /// it is empty.
    KeptName add(std::string name, std::optional<AddressFamily> family = std::nullopt);

    /// Asks for this name no more; a question under way may still be told of.
    void drop(KeptName name);

    /// Asks nothing new until `resume`, and has no timer that keeps an io_context running. Questions under way end, and are
    /// told of.
    void pause();

    /// Goes on: what has come due is asked in the next turn of the executor.
    void resume();

    /// Asks for nothing any more, and makes no callback.
    void close();

    /// Whether a name at least has no address and is worth waiting for: it has failed less often than that.
    bool any_awaited(const NameAttempts& attempts = {}) const;

    /// Completes when that is false: each name has an address, or has failed so often, or was dropped. Any number may wait.
    /// Throws `boost::system::system_error`, `operation_aborted`: cancelled (any type), or the object is closed or gone.
    boost::asio::awaitable<void> settled(NameAttempts attempts = {});

    /// The same for any completion token: `void(boost::system::error_code)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code)) Token>
    auto async_settled(NameAttempts attempts, Token&& token)
    {
        return io::async_operation<void>(
            get_executor(), [this, attempts] { return settled(attempts); }, std::forward<Token>(token));
    }

    boost::asio::any_io_executor get_executor() const;

private:
    std::shared_ptr<detail::NameKeeperState> state_;  ///< its questions share it weakly
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/dns/name_keeper.ipp>
#endif
