#pragma once
// ping++ for people. For one host it has the shape of iputils' ping, which scripts know how to read; several hosts have
// their names in front of the lines, and a table at the end.

#include <apps/common/output.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/ping/flood_dots.hpp>
#include <apps/ping/host_table.hpp>
#include <apps/ping/iputils/known_mtu.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/printer.hpp>
#include <apps/ping/recorded_options.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/io/icmp/source_address.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <string>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

/// Milliseconds with three significant digits, or all of the whole ones: 0.034, 1.25, 20.3, 145.
inline std::string short_milliseconds(std::chrono::nanoseconds time)
{
    const double milliseconds = std::chrono::duration<double, std::milli>{time}.count();
    const int decimals = milliseconds < 1 ? 3 : milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
    return fmt::format("{:.{}f}", milliseconds, decimals);
}

inline double in_milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>{time}.count();
}

/// "[1700000000.123456] ", for -D: seconds since 1970.
inline std::string time_of_day()
{
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    return fmt::format("[{}.{:06}] ", now / 1'000'000, now % 1'000'000);
}

/// "4 packets transmitted, 3 received, 25% packet loss, time 600ms, +1 late": up to the time it is iputils' line, since
/// many programs read that by the places of its words. Their loss is all that was sent and has no answer in time, also
/// what is pending. What iputils doesn't know comes behind.
inline std::string summary_line(const PingStatistics& n, bool plain = false)
{
    auto line = fmt::format("{} packets transmitted, {} received", n.sent, n.received);
    const auto add = [&line](std::uint64_t number, std::string_view what) {
        if (number != 0) line += fmt::format(", +{} {}", number, what);
    };
    add(n.duplicates, "duplicates");
    add(n.corrupt, "corrupted");
    add(n.errors + n.send_errors, "errors");
    if (n.sent != 0)
        line += fmt::format(", {:.6g}% packet loss, time {}ms",
                            100 * static_cast<double>(n.sent - n.received) / static_cast<double>(n.sent),
                            std::chrono::round<std::chrono::milliseconds>(n.sending).count());
    if (plain) return line;
    add(n.late, "late");
    add(n.foreign, "foreign");
    if (n.pending != 0) line += fmt::format(", {} pending", n.pending);
    return line;
}

class TextPingPrinter final : public PingPrinter {
public:
    /// `hosts`: how many there are.
    TextPingPrinter(const PingSettings& settings, const IcmpPinger& pinger, std::size_t hosts, ShownAddresses& names)
        : settings_{settings},
          pinger_{pinger},
          several_{hosts > 1},
          names_{names}
    {
        const auto octets = settings.options.pattern.octets();
        if (octets.empty() || settings.quiet) return;
        std::string digits;
        for (const std::byte octet : octets) digits += fmt::format("{:02x}", std::to_integer<unsigned>(octet));
        print("PATTERN: 0x{}\n", digits);
    }

    void start(const PingHost& host) override
    {
        if (several_ && settings_.quiet) return;  // the table has all of it
        const bool v4 = host.address.is_v4();
        const auto size = settings_.options.payload_size;
        const auto sizes =
            v4 ? fmt::format("{}({}) bytes of data.", size, size + headers()) : fmt::format("{} data bytes", size);
        const auto label = settings_.options.flow_label.value_or(0);
        const auto flow = v4 || label == 0 ? "" : fmt::format(", flow 0x{:05x}, ", label);
        print("PING {} ({}) {}{}{}\n", printable_name(host.name), host.address.to_string(), flow, origin(host.address),
              sizes);
    }

    void moved(const PingHost& host, const asio::ip::address& before) override
    {
        if (!settings_.quiet)
            print("{}{} has another address: {}, no longer {}\n", time(), printable_name(host.name),
                  host.address.to_string(), before.to_string());
    }

    void trouble(const PingHost& host, std::string_view why) override
    {
        const bool again = host.state == PingHost::State::unresolved && host.asked_again && settings_.count == 0;
        complain(settings_.program, again ? fmt::format("{} (will be asked for again)", why) : std::string{why});
    }
    void bad_target(std::string_view why) override { complain("ping++", why); }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (settings_.flood || (settings_.quiet && !is_told_anyway(event))) return;
        std::visit([&](const auto& e) { show(host, e); }, event);
    }

    /// To standard error, as iputils' ping does it.
    void status(const PingHost& host, const PingStatistics& n) override
    {
        const auto name = several_ ? fmt::format("{}: ", printable_name(host.name)) : std::string{};
        const auto times = n.received == 0 ? std::string{}
                                           : fmt::format(", min/avg/ewma/max = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms",
                                                         in_milliseconds(n.rtt.min), in_milliseconds(n.rtt.mean),
                                                         in_milliseconds(n.rtt.ewma), in_milliseconds(n.rtt.max));
        fmt::print(stderr, "\r{}{}/{} packets, {:.0f}% loss{}\n", name, n.received, n.sent, n.loss_percent(), times);
    }

    void results(const PingHosts& hosts, const PingTotal& total) override
    {
        repaint(hosts);
        if (several_) table(hosts, total);
        else if (hosts.host(0).known()) summary(hosts.host(0), hosts.numbers(0));  // if not, that was told
        if (total.rx_dropped == 0 || settings_.plain) return;
        complain("ping++",
                 fmt::format("our socket had no room for {} packets: so many of the lost probes may have been "
                             "answered; send more slowly, or raise net.core.rmem_max",
                             total.rx_dropped));
    }

    std::optional<std::chrono::nanoseconds> repaints_each() const override
    {
        if (!settings_.flood || settings_.quiet) return std::nullopt;
        return std::chrono::milliseconds{50};
    }

    void repaint(const PingHosts& hosts) override
    {
        if (!repaints_each()) return;
        PingStatistics sum;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto n = hosts.numbers(i);
            sum.lost += n.lost;
            sum.pending += n.pending;
            sum.errors += n.errors;
            sum.send_errors += n.send_errors;
            sum.corrupt += n.corrupt;
        }
        if (const auto text = dots_.update(sum); !text.empty()) print_text(text);
    }

private:
    /// Octets of the headers in front of the payload.
    std::size_t headers() const
    {
        const bool options = settings_.options.record != PingRecord::nothing || !settings_.options.ip_options.empty();
        return wire::icmp_header_size + wire::ipv4_header_size + (options ? wire::ipv4_max_options_size : 0);
    }

    std::string origin(const asio::ip::address& to) const
    {
        const auto& options = settings_.options;
        if (options.source && options.source->is_v4() == to.is_v4())
            return fmt::format("from {} : ", options.source->to_string());
        if (options.interface.empty()) return "";
        const auto source = io::source_address_to(to, options.interface.str());
        return fmt::format("from {} {}: ", source ? source->to_string() : "?", printable(options.interface.view()));
    }

    std::string time() const { return settings_.timestamps ? time_of_day() : std::string{}; }

    /// In front of a line about one of several hosts, unless the address in the line says as much, or the name with it.
    std::string whose(const PingHost& host, const asio::ip::address& address)
    {
        const auto shown = show_address(host, address);
        if (!several_ || host.name == shown || shown.starts_with(host.name + " (")) return time();
        return fmt::format("{}{}: ", time(), printable_name(host.name));
    }

    /// As iputils' ping marks it: an answer for a group has no mark.
    template <typename Answer>
    std::string_view mark(const Answer& e) const
    {
        const bool group = e.to.is_multicast() || settings_.options.broadcast;
        return e.from == e.to || group ? "" : " (DIFFERENT ADDRESS!)";
    }

    std::string round_trip(std::chrono::nanoseconds rtt) const
    {
        if (settings_.plain && !settings_.plain->timed) return {};
        if (settings_.plain && settings_.plain->precise) return fmt::format(" time={:.3f} ms", in_milliseconds(rtt));
        return fmt::format(" time={} ms", short_milliseconds(rtt));
    }

    std::string show_address(const PingHost& host, const asio::ip::address& address)
    {
        return host.named ? names_.show(address) : address.to_string();
    }

    /// "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.034 ms"
    /// Under the name ping, -O tells of what is unanswered with -q, too.
    bool is_told_anyway(const PingEvent& event) const
    {
        return settings_.plain && std::holds_alternative<PingOutstanding>(event);
    }

    template <typename Answer>
    std::string answer(const PingHost& host, const Answer& e)
    {
        const bool told = settings_.verbose && (!settings_.plain || settings_.plain->tells_identifier);
        const auto identifier = told ? pinger_.identifier(wire::version_of(e.from)) : std::nullopt;
        return fmt::format("{}{} bytes from {}: icmp_seq={}{}{}{}", whose(host, e.from), e.bytes,
                           show_address(host, e.from), e.sequence,
                           identifier ? fmt::format(" ident={}", *identifier) : "",
                           e.ttl ? fmt::format(" ttl={}", *e.ttl) : "", round_trip(e.rtt));
    }

    void show(const PingHost& host, const PingReply& e)
    {
        const auto show = [&](const asio::ip::address& address) { return show_address(host, address); };
        const auto split = settings_.latency_split
                               ? fmt::format(" (and in our stack {} ms to send, {} ms to receive)",
                                             short_milliseconds(e.stack_sent), short_milliseconds(e.stack_received))
                               : "";
        print("{}{}{}{}{}\n", answer(host, e), mark(e), split, settings_.audible ? "\a" : "",
              recorded_.text(e.ip_options, show));
    }
    void show(const PingHost& host, const PingDuplicate& e)
    {
        const bool of_group = (e.to.is_multicast() || settings_.options.broadcast) && !settings_.verbose;
        print("{}{}{}\n", answer(host, e), of_group ? "" : " (DUP!)", mark(e));
    }
    void show(const PingHost& host, const PingLate& e)
    {
        const auto late =
            settings_.plain ? std::string{} : fmt::format(" (late by {} ms)", short_milliseconds(e.late_by));
        print("{}{}{}\n", answer(host, e), mark(e), late);
    }
    void show(const PingHost& host, const PingLost& e)
    {
        if (settings_.plain) return;
        print("{}no answer from {}: icmp_seq={}\n", whose(host, e.to), show_address(host, e.to), e.sequence);
    }
    void show(const PingHost& host, const PingOutstanding& e)
    {
        const auto name = several_ ? fmt::format("{}: ", printable_name(host.name)) : std::string{};
        print("{}{}no answer yet for icmp_seq={}\n", time(), name, e.sequence);
    }
    void show(const PingHost& host, const PingError& e)
    {
        const auto mtu = e.mtu ? fmt::format(" (mtu = {})", *e.mtu) : "";
        print("{}From {} icmp_seq={} {}{}\n", whose(host, e.from), show_address(host, e.from), e.sequence, e.words(),
              mtu);
    }
    void show(const PingHost& host, const PingSendError& e)
    {
        const auto reason = e.error.message();
        if (!settings_.plain)
            complain(settings_.program,
                     fmt::format("{}: icmp_seq={} not sent: {}", printable_name(host.name), e.sequence, reason));
        else if (e.error == boost::asio::error::message_size)
            complain(settings_.program, iputils::too_long(e.to, settings_.options.interface.str()));
        else complain(settings_.program, "sendmsg: " + reason);
    }

    void table(const PingHosts& hosts, const PingTotal& total) const
    {
        const HostTable table{hosts};
        print("\n--- {} hosts, {} alive{} ---\n{}\n", total.targets, total.alive,
              total.unresolved == 0 ? "" : fmt::format(", {} unresolved", total.unresolved), table.head());
        constexpr std::size_t enough = 64 * 1024;  // there may be many rows, and each print is a system call
        std::string rows;
        for (const auto index : ordered(hosts, settings_.sort.value_or(PingSort::given))) {
            rows += table.row(index) + '\n';
            if (rows.size() <= enough) continue;
            print_text(rows);
            rows.clear();
        }
        print_text(rows);
    }

    void summary(const PingHost& host, PingStatistics n) const
    {
        if (settings_.plain) n.received += std::exchange(n.late, 0);
        print("\n--- {} ping statistics ---\n{}\n{}\n", printable_name(host.name),
              summary_line(n, settings_.plain.has_value()), times(n));
        if (host.range) print("{} hosts, {} alive\n", n.hosts, n.hosts_answered);
        if (settings_.latency_split && n.received != 0)
            print("our stack: {:.3f} ms to send, {:.3f} ms to receive, on average; not part of the above\n",
                  in_milliseconds(n.stack.sent), in_milliseconds(n.stack.received));
    }

    /// The last line of iputils' summary, with the parts of it that apply.
    std::string times(PingStatistics n) const
    {
        std::string text;
        const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
        if (settings_.plain && !settings_.plain->timed) n.received = 0;
        if (n.received != 0)
            add(fmt::format("rtt min/avg/max/mdev = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms", in_milliseconds(n.rtt.min),
                            in_milliseconds(n.rtt.mean), in_milliseconds(n.rtt.max), in_milliseconds(n.rtt.mdev)));
        if (n.pipe > 1) add(fmt::format("pipe {}", n.pipe));
        if (n.received != 0 && n.sent > 1 && (settings_.flood || settings_.rhythm() != PingRhythm::steady))
            add(fmt::format("ipg/ewma {:.3f}/{:.3f} ms", in_milliseconds(n.sending) / static_cast<double>(n.sent - 1),
                            in_milliseconds(n.rtt.ewma)));
        return text;
    }

    const PingSettings& settings_;
    const IcmpPinger& pinger_;
    bool several_;
    ShownAddresses& names_;
    RecordedOptions recorded_;
    FloodDots dots_;
};

}  // namespace libnet::apps
