#pragma once
// Addresses with their names, as far as they are known: no line of output ever waits for a name.

#include <libnet/reverse_names.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <chrono>
#include <string>

namespace libnet::apps {

namespace asio = boost::asio;

/// Asks for the name of each address that is shown so, once, and shows it from then on.
class ShownAddresses {
public:
    explicit ShownAddresses(asio::any_io_executor executor)
        : names_{executor, {.patience = std::chrono::seconds{2}, .tries = 2}}
    {}

    /// "name (address)", or the address alone when it has no name or none that is known yet.
    std::string show(const asio::ip::address& address)
    {
        const auto literal = address.to_string();
        names_.look_up(address);
        const auto name = names_.find(address);
        return name ? fmt::format("{} ({})", *name, literal) : literal;
    }

private:
    ReverseNames names_;
};

}  // namespace libnet::apps
