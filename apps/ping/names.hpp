#pragma once
// Addresses with their names, as far as they are known: no line of output ever waits for a name.

#include <libnet/io/dns/resolver.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace libnet::apps {

namespace asio = boost::asio;

/// Asks for the name of each address that is shown, once, and shows it from then on.
class ReverseNames {
public:
    ReverseNames(asio::any_io_executor executor, io::Resolver& resolver) : executor_{executor}, resolver_{resolver} {}

    /// From now on, addresses are shown with their names.
    void enable() { enabled_ = true; }

    /// "name (address)", or the address alone when it has no name or none that is known yet.
    std::string show(const asio::ip::address& address)
    {
        const auto literal = address.to_string();
        if (!enabled_) return literal;
        const auto [entry, first] = names_->try_emplace(address);
        if (first) look_up(address);
        return entry->second ? fmt::format("{} ({})", *entry->second, literal) : literal;
    }

private:
    using Names = std::map<asio::ip::address, std::optional<std::string>>;

    void look_up(const asio::ip::address& address)
    {
        // Whoever prints may be gone when the answer comes.
        const auto remember = [names = names_, address](std::exception_ptr failed, std::optional<std::string> name) {
            if (!failed) (*names)[address] = std::move(name);
        };
        asio::co_spawn(executor_, resolver_.name_of(address), remember);
    }

    asio::any_io_executor executor_;
    io::Resolver& resolver_;
    bool enabled_ = false;
    std::shared_ptr<Names> names_ = std::make_shared<Names>();
};

}  // namespace libnet::apps
