#pragma once
// What is known of the addresses on a path: names and autonomous systems, asked for while something else goes on.

#include <apps/trace/address_database.hpp>
#include <apps/trace/report.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/address_origins.hpp>
#include <libnet/reverse_names.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace libnet::apps {

class Descriptions {
public:
    /// `on_settled` is called whenever something is known, or known not to come. It must not throw. Throws
    /// std::runtime_error for a database that can't be read.
    Descriptions(const asio::any_io_executor& executor, const TraceSettings& settings,
                 const std::function<void()>& on_settled = {})
        : databases_{settings.databases}
    {
        constexpr std::chrono::milliseconds patience{2000};
        if (!settings.numeric)
            names_.emplace(executor, ReverseNamesOptions{.patience = patience, .tries = 2, .on_settled = on_settled});
        if (!settings.origins) return;
        AddressOriginsOptions options;
        options.on_settled = on_settled;
        origins_.emplace(executor, std::move(options));
    }

    void look_up(const asio::ip::address& address)
    {
        if (names_) names_->look_up(address);
        if (origins_) origins_->look_up(address);
    }

    bool is_settled(const asio::ip::address& address) const
    {
        return (!names_ || names_->is_settled(address)) && (!origins_ || origins_->is_settled(address));
    }

    Described of(const asio::ip::address& address) const
    {
        return {names_ ? names_->find(address) : std::nullopt, origins_ ? origins_->find(address) : std::nullopt,
                databases_.find(address)};
    }

private:
    AddressDatabases databases_;  ///< which answer at once
    std::optional<ReverseNames> names_;
    std::optional<AddressOrigins> origins_;
};

}  // namespace libnet::apps
