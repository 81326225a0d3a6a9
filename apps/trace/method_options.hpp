#pragma once
// traceroute's -O: options of the method, which are words with a comma between them.

#include <apps/common/option_values.hpp>
#include <apps/trace/option_readers.hpp>
#include <libnet/tracer.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// What -O help prints.
constexpr std::string_view method_options_help =
    "Options (-O) of the methods, with commas between them:\n"
    "  tcp      syn ack fin rst psh urg ece cwr  these flags, and no others\n"
    "           flags=N                          all flags as a number\n"
    "           ecn                              a SYN that asks for ECN: syn,ece,cwr\n"
    "           sack timestamps window_scaling   these options in the header\n"
    "           mss=N                            and the maximum segment size\n"
    "           sysctl                           options and ECN as the system's own connections have them\n"
    "           info                             show the flags of the target's answer\n"
    "  icmp     raw dgram                        which kind of sockets\n"
    "  udplite  coverage=N                       so many octets are covered by the checksum\n"
    "  dccp     service=N                        the service code\n"
    "  raw      protocol=N                       the IP protocol\n";

/// The flags of TCP by traceroute's names, in the order in which it tells them.
constexpr std::array<std::pair<std::string_view, std::uint8_t>, 8> tcp_flag_names{{{"fin", tcp_flag::fin},
                                                                                   {"syn", tcp_flag::syn},
                                                                                   {"rst", tcp_flag::rst},
                                                                                   {"psh", tcp_flag::psh},
                                                                                   {"ack", tcp_flag::ack},
                                                                                   {"urg", tcp_flag::urg},
                                                                                   {"ece", tcp_flag::ece},
                                                                                   {"cwr", tcp_flag::cwr}}};

/// "syn,ack".
inline std::string tcp_flags_text(std::uint8_t flags)
{
    std::string text;
    for (const auto& [name, bit] : tcp_flag_names)
        if ((flags & bit) != 0) text += (text.empty() ? "" : ",") + std::string{name};
    return text;
}

/// Whether a switch of /proc/sys/net/ipv4 is on for connections that this host begins.
inline bool tcp_sysctl(const std::string& name)
{
    std::ifstream file{"/proc/sys/net/ipv4/tcp_" + name};
    int value = 0;
    constexpr int only_when_asked = 2;  // of tcp_ecn: connections of others may have it
    return file >> value && value != 0 && (name != "ecn" || value != only_when_asked);
}

/// Applies the words of -O to the options of one method.
class MethodOptions {
public:
    MethodOptions(TraceOptions& options, bool& info) : options_{options}, info_{info} {}

    /// What is wrong with a word, or an empty text.
    std::string apply(std::string_view word)
    {
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const auto value = equals == word.npos ? std::string_view{} : word.substr(equals + 1);
        const bool known = equals == word.npos ? switch_on(name) : assign(name, value);
        return known ? std::string{}
                     : fmt::format("-O: '{}' is no option of this method: see trace++ -O help", printable(word));
    }

private:
    bool switch_on(std::string_view name)
    {
        if (options_.method == TraceProbe::icmp) return choose_socket(name);
        if (options_.method != TraceProbe::tcp) return false;
        auto& tcp = options_.tcp;
        for (const auto& [flag, bit] : tcp_flag_names)
            if (flag == name) return set_flag(bit);
        if (name == "ecn") return set_flag(tcp_flag::syn | tcp_flag::ece | tcp_flag::cwr);
        if (name == "sack") return tcp.sack = true;
        if (name == "timestamps") return tcp.timestamps = true;
        if (name == "window_scaling") return tcp.window_scaling = true;
        if (name == "info") return info_ = true;
        if (name != "sysctl") return false;
        tcp.sack = tcp_sysctl("sack");
        tcp.timestamps = tcp_sysctl("timestamps");
        tcp.window_scaling = tcp_sysctl("window_scaling");
        return !tcp_sysctl("ecn") || set_flag(tcp_flag::syn | tcp_flag::ece | tcp_flag::cwr);
    }

    bool assign(std::string_view name, std::string_view value)
    {
        if (options_.method == TraceProbe::tcp && name == "flags") {
            options_.tcp.flags = any_base<std::uint8_t>(0xFF)(value);
            return flags_given_ = true;
        }
        if (options_.method == TraceProbe::tcp && name == "mss")
            return set(options_.tcp.mss, integer<std::uint16_t>(1)(value));
        if (options_.method == TraceProbe::udp_lite && name == "coverage")
            return set(options_.coverage, integer<std::uint16_t>(8)(value));
        if (options_.method == TraceProbe::dccp && name == "service")
            return set(options_.dccp_service, any_base<std::uint32_t>(0xFFFFFFFF)(value));
        if (options_.method == TraceProbe::raw && name == "protocol")
            return set(options_.protocol, raw_protocol(value));
        return false;
    }

    bool choose_socket(std::string_view name)
    {
        if (name != "raw" && name != "dgram") return false;
        options_.access = name == "raw" ? TraceAccess::raw : TraceAccess::datagram;
        return true;
    }

    /// The first flag takes the place of the usual SYN.
    bool set_flag(unsigned bits)
    {
        if (!std::exchange(flags_given_, true)) options_.tcp.flags = 0;
        options_.tcp.flags = static_cast<std::uint8_t>(options_.tcp.flags | bits);
        return true;
    }

    template <typename T>
    static bool set(T& option, T value)
    {
        option = value;
        return true;
    }

    TraceOptions& options_;
    bool& info_;
    bool flags_given_ = false;
};

/// Applies all of them. Returns what is wrong with them, or an empty text.
inline std::string apply_method_options(const std::vector<std::string>& given, TraceOptions& options, bool& info)
try {
    MethodOptions of_method{options, info};
    for (const auto& words : given)
        for (const auto& word : texts("option of the method")(words))
            if (auto wrong = of_method.apply(word); !wrong.empty()) return wrong;
    return {};
} catch (const BadValue& error) {
    return std::string{"-O: "} + error.what();
}

}  // namespace libnet::apps
