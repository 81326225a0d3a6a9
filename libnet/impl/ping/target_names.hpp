#pragma once
// The names of a pinger's targets.

#include <libnet/config.hpp>
#include <libnet/impl/ping/ping_driver.hpp>
#include <libnet/io/dns/name_source.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/ping_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0::detail {

/// Asks for the addresses of targets, and moves the targets to them, as long as a caller waits in the pinger.
///
/// A stream begins when its name's first question has been answered, or has failed. While there is no address its probes
/// end at their times, as errors: so a stream with a count ends, whatever becomes of its name.
class TargetNames final : public PingNames {
public:
    /// The driver owns it. Throws as NameKeeper's constructor does.
    TargetNames(PingDriver& driver, const NameLookup& look_up, std::optional<std::chrono::nanoseconds> refresh);

    PingTarget add(std::string name, const PingTargetOptions& options, AddressFamily family);

    /// The addresses that the pinger could send to, asked for now. Throws as Resolver::look_up does.
    boost::asio::awaitable<io::ResolvedName> look_up(std::string name, AddressFamily family);

    void resume() override { keeper_.resume(); }
    void pause() override { keeper_.pause(); }

private:
    struct Named {
        PingTarget target;
        std::chrono::nanoseconds delay{};
        bool started = false;
        bool has_address = false;
    };

    AddressFamily within(AddressFamily family) const;
    void on_address(KeptName name, const boost::asio::ip::address& address, NameNews news);
    void on_failure(KeptName name, NameFailure kind);
    void start(Named& named);

    PingDriver& driver_;
    io::NameSource source_;
    std::vector<Named> named_;  ///< by the index of their names
    NameKeeper keeper_;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/target_names.ipp>
#endif
