#pragma once
// What routers wrote into the header of a reply, as iputils' ping shows it.

#include <libnet/wire/ip/ipv4_options.hpp>

#include <fmt/format.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace libnet::apps {

/// Puts the options behind the line of a reply. Shows a route once, until it changes.
class RecordedOptions {
public:
    /// `show` makes a text of an address.
    using Show = std::function<std::string(const boost::asio::ip::address&)>;

    std::string text(const wire::Ipv4OptionOctets& options, const Show& show)
    {
        std::string text;
        for (const auto& option : wire::decode_ipv4_options(options.octets()))
            std::visit([&](const auto& each) { add(text, each, show); }, option);
        return text;
    }

private:
    void add(std::string& text, const wire::RecordedRoute& route, const Show& show)
    {
        if (route.addresses.empty()) return;
        if (route.addresses == last_route_) {
            text += "\t(same route)";
            return;
        }
        last_route_ = route.addresses;
        text += "\nRR: ";
        for (const auto& address : route.addresses) text += fmt::format("\t{}\n", show(address));
    }

    static void add(std::string& text, const wire::SourceRoute& route, const Show& show)
    {
        text += route.strict ? "\nSSRR: " : "\nLSRR: ";
        for (const auto& address : route.addresses) text += fmt::format("\t{}\n", show(address));
    }

    /// The first time is told as it is, the others as what they are more than the one before.
    static void add(std::string& text, const wire::RecordedTimes& recorded, const Show& show)
    {
        if (recorded.times.empty()) return;
        text += "\nTS: ";
        std::int64_t last_standard = 0, last_other = 0;
        for (const auto& time : recorded.times) {
            if (time.address) text += fmt::format("\t{}", show(*time.address));
            std::int64_t& last = time.standard ? last_standard : last_other;
            text += fmt::format("\t{}{}{}\n", time.milliseconds - last, last == 0 ? " absolute" : "",
                                time.standard ? "" : " not-standard");
            last = time.milliseconds;
        }
        if (recorded.unrecorded != 0) text += fmt::format("Unrecorded hops: {}\n", recorded.unrecorded);
    }

    static void add(std::string& text, const wire::NoOperation&, const Show&) { text += "\nNOP"; }
    static void add(std::string& text, const wire::UnknownIpv4Option& option, const Show&)
    {
        text += fmt::format("\nunknown option {:x}", option.type);
    }

    std::vector<boost::asio::ip::address_v4> last_route_;
};

}  // namespace libnet::apps
