#pragma once
// The protocol between mtr and its prober, mtr-packet(8): a request or a reply is a line.
//
//   12 send-probe ip-4 10.0.6.2 ttl 3 protocol udp port 33434 timeout 10
//   12 ttl-expired ip-4 10.0.3.1 round-trip-time 412 mpls 16,0,1,1

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/trace_options.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::apps {

/// A request, not understood yet.
struct MtrCommand {
    std::uint32_t token = 0;
    std::string name{};
    std::vector<std::pair<std::string, std::string>> arguments{};  ///< 16 at the most
};

/// Reads a line. Nothing: it has no token and no name, or an argument without a value; mtr-packet says nothing to that, as
/// it doesn't know to whom.
inline std::optional<MtrCommand> read_mtr_command(std::string_view line)
{
    constexpr std::size_t most_arguments = 16;
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto token = base::parse_number<std::uint32_t>(base::take_word(line));
    const auto name = base::take_word(line);
    if (!token || name.empty()) return std::nullopt;
    MtrCommand command{*token, std::string{name}, {}};
    for (auto key = base::take_word(line); !key.empty(); key = base::take_word(line)) {
        const auto value = base::take_word(line);
        if (value.empty() || command.arguments.size() == most_arguments) return std::nullopt;
        command.arguments.emplace_back(key, value);
    }
    return command;
}

/// A probe that is asked for.
struct MtrProbe {
    boost::asio::ip::address target{};
    TraceOptions options{};
};

/// What a request is answered at once, where it isn't a good probe.
struct MtrRefusal : std::runtime_error {
    using runtime_error::runtime_error;
};

namespace detail {

template <std::unsigned_integral T>
T mtr_number(std::string_view text, T least = 0)
{
    const auto number = base::parse_number<T>(text);
    if (!number || *number < least) throw MtrRefusal{"invalid-argument"};
    return *number;
}

inline boost::asio::ip::address mtr_address(const std::string& text, bool v4)
{
    boost::system::error_code bad;
    const auto address = boost::asio::ip::make_address(text, bad);
    if (bad || address.is_v4() != v4) throw MtrRefusal{"invalid-argument"};
    return address;
}

inline TraceProbe mtr_protocol(std::string_view name)
{
    if (name == "icmp") return TraceProbe::icmp;
    if (name == "udp") return TraceProbe::udp_constant;
    if (name == "tcp") return TraceProbe::tcp;
    throw MtrRefusal{"invalid-argument reason protocol-not-supported"};
}

/// `size` is that of the whole packet.
inline void set_mtr_size(MtrProbe& probe, std::size_t size)
{
    constexpr std::size_t least = 16, most = 65'000, udp_header = 8;
    const auto headers = (probe.target.is_v4() ? 20U : 40U) + udp_header;
    probe.options.payload_size =
        static_cast<std::uint16_t>(std::clamp(size > headers ? size - headers : 0, least, most));
}

inline void set_mtr_argument(MtrProbe& probe, const std::string& name, const std::string& value)
{
    auto& options = probe.options;
    if (name == "ttl") options.first_ttl = options.max_ttl = mtr_number<std::uint8_t>(value, 1);
    else if (name == "protocol") options.method = mtr_protocol(value);
    else if (name == "port") options.port = mtr_number<std::uint16_t>(value, 1);
    else if (name == "local-port") options.source_port = mtr_number<std::uint16_t>(value, 1);
    else if (name == "timeout") options.timeout = std::chrono::seconds{mtr_number<std::uint16_t>(value, 1)};
    else if (name == "tos") options.traffic_class = mtr_number<std::uint8_t>(value);
    else if (name == "mark") options.mark = mtr_number<std::uint32_t>(value);
    else if (name == "local-ip-4" || name == "local-ip-6") options.source = mtr_address(value, name.ends_with('4'));
    else if (name == "local-device" && value.size() <= InterfaceName::max_size)
        options.interface = InterfaceName{value};
    else if (name == "bit-pattern") mtr_number<std::uint8_t>(value);  // the payload is what answers are proved with
    else throw MtrRefusal{"invalid-argument"};
}

}  // namespace detail

/// Reads what a `send-probe` wants. Throws MtrRefusal with the reply.
inline MtrProbe read_mtr_probe(const MtrCommand& command)
{
    using namespace std::chrono_literals;
    constexpr std::uint8_t most_hops = 255;
    MtrProbe probe;
    auto& options = probe.options;
    options.method = TraceProbe::icmp;
    options.probes = 1;
    options.first_ttl = options.max_ttl = most_hops;
    options.timeout = 10s;
    options.here_factor = options.near_factor = 0;
    options.max_gap = 0;
    bool has_target = false;
    std::size_t size = 64;
    for (const auto& [name, value] : command.arguments) {
        if (name == "ip-4" || name == "ip-6") {
            probe.target = detail::mtr_address(value, name == "ip-4");
            has_target = true;
        } else if (name == "size") {
            size = detail::mtr_number<std::uint16_t>(value);
        } else {
            detail::set_mtr_argument(probe, name, value);
        }
    }
    if (!has_target) throw MtrRefusal{"invalid-argument reason ip-version-not-supported"};
    detail::set_mtr_size(probe, size);
    return probe;
}

/// The reply to `check-support`. mtr looks for a version that it knows.
inline std::string mtr_support(const MtrCommand& command)
{
    if (command.arguments.size() != 1 || command.arguments.front().first != "feature") return "invalid-argument";
    const auto& feature = command.arguments.front().second;
    if (feature == "version") return "feature-support support " LIBNETXX_VERSION;
    for (const std::string_view known : {"ip-4", "ip-6", "send-probe", "icmp", "udp", "tcp", "mark", "local-device"})
        if (feature == known) return "feature-support support ok";
    return "feature-support support no";
}

/// The reply to a probe that was sent.
inline std::string mtr_reply(const TracePath& path)
{
    if (path.error == boost::asio::error::network_down) return "network-down";
    if (path.error == boost::asio::error::network_unreachable || path.error == boost::asio::error::host_unreachable)
        return "no-route";
    if (path.error == boost::asio::error::access_denied || path.error == boost::asio::error::no_permission)
        return "permission-denied";
    if (path.error == boost::asio::error::address_in_use) return "address-in-use";
    if (path.error == boost::system::errc::address_not_available) return "address-not-available";
    if (path.error) return "unexpected-error errno " + std::to_string(path.error.value());
    const auto* hop = path.hops.empty() || path.hops.front().probes.empty()
                          ? nullptr
                          : std::get_if<TraceHop>(&path.hops.front().probes.front());
    if (hop == nullptr) return "no-reply";
    if (hop->kind == TraceAnswer::unreachable) return "no-route";
    auto text = fmt::format("{} {} {} round-trip-time {}", hop->kind == TraceAnswer::reached ? "reply" : "ttl-expired",
                            hop->from.is_v4() ? "ip-4" : "ip-6", hop->from.to_string(),
                            std::chrono::duration_cast<std::chrono::microseconds>(hop->rtt).count());
    for (std::size_t i = 0; i < hop->extensions.mpls.size(); ++i) {
        const auto& label = hop->extensions.mpls[i];
        text += fmt::format("{}{},{},{},{}", i == 0 ? " mpls " : ",", label.label, label.traffic_class,
                            label.bottom ? 1 : 0, label.ttl);
    }
    return text;
}

}  // namespace libnet::apps
