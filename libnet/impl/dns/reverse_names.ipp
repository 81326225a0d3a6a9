#pragma once
// Bodies of libnet/reverse_names.hpp.

#include <libnet/io/dns/resolver.hpp>
#include <libnet/reverse_names.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <map>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

inline io::ResolverOptions reverse_resolver_options(const ReverseNamesOptions& options)
{
    if (options.patience.count() <= 0)
        throw boost::system::system_error{boost::asio::error::invalid_argument, "ReverseNamesOptions::patience"};
    return {.timeout = options.patience, .tries = options.tries, .servers = options.servers};
}

class ReverseNamesState : public std::enable_shared_from_this<ReverseNamesState> {
public:
    ReverseNamesState(const boost::asio::any_io_executor& executor, ReverseNamesOptions options)
        : executor_{executor},
          options_{std::move(options)},
          resolver_{executor, reverse_resolver_options(options_)}
    {}

    void look_up(const boost::asio::ip::address& address)
    {
        const auto [entry, is_new] = names_.try_emplace(address, executor_);
        if (!is_new) return;
        const auto weak = weak_from_this();
        boost::asio::co_spawn(executor_, resolver_.name_of(address),
                              [weak, address](std::exception_ptr, std::optional<std::string> found) {
                                  if (const auto self = weak.lock()) self->on_answer(address, std::move(found));
                              });
        entry->second.limit.expires_after(options_.patience);
        entry->second.limit.async_wait([weak, address](boost::system::error_code cancelled) {
            const auto self = weak.lock();
            if (!cancelled && self) self->settle(self->names_.at(address));
        });
    }

    bool is_settled(const boost::asio::ip::address& address) const
    {
        const auto entry = names_.find(address);
        return entry == names_.end() || entry->second.settled;
    }

    std::optional<std::string> find(const boost::asio::ip::address& address) const
    {
        const auto entry = names_.find(address);
        return entry == names_.end() ? std::nullopt : entry->second.name;
    }

private:
    struct Entry {
        explicit Entry(const boost::asio::any_io_executor& executor) : limit{executor} {}
        std::optional<std::string> name;
        bool settled = false;
        boost::asio::steady_timer limit;
    };

    /// A name that comes too late to be waited for is good for the next time that its address is shown.
    void on_answer(const boost::asio::ip::address& address, std::optional<std::string> found)
    {
        auto& entry = names_.at(address);
        entry.name = std::move(found);
        entry.limit.cancel();
        settle(entry);
    }

    void settle(Entry& entry)
    {
        if (std::exchange(entry.settled, true)) return;
        if (options_.on_settled) options_.on_settled();
    }

    boost::asio::any_io_executor executor_;
    ReverseNamesOptions options_;
    io::Resolver resolver_;
    std::map<boost::asio::ip::address, Entry> names_;
};

}  // namespace detail

LIBNETXX_DECL ReverseNames::ReverseNames(boost::asio::any_io_executor executor, ReverseNamesOptions options)
    : state_{std::make_shared<detail::ReverseNamesState>(executor, std::move(options))}
{}

LIBNETXX_DECL ReverseNames::~ReverseNames() = default;
LIBNETXX_DECL ReverseNames::ReverseNames(ReverseNames&&) noexcept = default;
LIBNETXX_DECL ReverseNames& ReverseNames::operator=(ReverseNames&&) noexcept = default;

LIBNETXX_DECL void ReverseNames::look_up(const boost::asio::ip::address& address) { state_->look_up(address); }

LIBNETXX_DECL bool ReverseNames::is_settled(const boost::asio::ip::address& address) const
{
    return state_->is_settled(address);
}

LIBNETXX_DECL std::optional<std::string> ReverseNames::find(const boost::asio::ip::address& address) const
{
    return state_->find(address);
}

}  // namespace libnet::inline v0
