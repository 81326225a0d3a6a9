#pragma once
// What else ping++ can find out about hosts, instead of pinging them.

#include <apps/common/options.hpp>
#include <libnet/interface_probe.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

/// The interface that --probe asks about.
struct ProbedInterface {
    InterfaceId id;
    InterfacePlace place = InterfacePlace::node;
};

struct PingQuestions {
    bool mtu = false;                      ///< --mtu: how large packets to the hosts can be
    std::optional<ProbedInterface> probe;  ///< --probe: whether this interface of theirs is up

    bool any() const noexcept { return mtu || probe; }
};

/// Reads an interface: a number is an index, an address is one, everything else is a name. "neighbour:ADDRESS" is an
/// address that isn't the host's own.
inline auto probed_interface()
{
    return [](std::string_view given) {
        constexpr std::string_view neighbour = "neighbour:";
        constexpr std::size_t longest_name = 255;
        if (given.starts_with(neighbour))
            return ProbedInterface{address()(given.substr(neighbour.size())), InterfacePlace::neighbour};
        boost::system::error_code no_address;
        const auto as_address = asio::ip::make_address(given, no_address);
        if (!no_address) return ProbedInterface{as_address};
        if (const auto index = base::parse_number<std::uint32_t>(given)) return ProbedInterface{*index};
        if (given.empty() || given.size() > longest_name || given.find('\0') != given.npos)
            throw BadValue{
                fmt::format("'{}' is not an interface: give a name, an index or an address", printable(given))};
        return ProbedInterface{std::string{given}};
    };
}

inline void add_question_options(Options& table, PingQuestions& questions)
{
    table.rare_group("Instead of pinging")
        .flag("mtu", "the largest packet that gets through, and why", questions.mtu)
        .value("probe", "IFACE", "ask if this interface of HOST is up", probed_interface(), questions.probe);
}

}  // namespace libnet::apps
