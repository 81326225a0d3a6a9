#pragma once
// ping++ for people, in the shape of iputils' ping, which scripts know how to read.

#include <apps/output.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/printer.hpp>
#include <apps/ping/settings.hpp>

#include <fmt/format.h>

#include <string>
#include <variant>

namespace libnet::apps {

/// Milliseconds with three significant digits, or all of the whole ones: 0.034, 1.25, 20.3, 145.
inline std::string short_milliseconds(std::chrono::nanoseconds time)
{
    const double milliseconds = std::chrono::duration<double, std::milli>{time}.count();
    const int decimals = milliseconds < 1 ? 3 : milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
    return fmt::format("{:.{}f}", milliseconds, decimals);
}

class TextPingPrinter final : public PingPrinter {
public:
    TextPingPrinter(const PingSettings& settings, ReverseNames& names) : settings_{settings}, names_{names} {}

    void start(const PingHost& host) override
    {
        constexpr std::size_t icmp_header = 8, ipv4_header = 20;
        const auto size = settings_.options.payload_size;
        const bool v4 = host.address.is_v4();
        const auto sizes = v4 ? fmt::format("{}({}) bytes of data.", size, size + icmp_header + ipv4_header)
                              : fmt::format("{} data bytes", size);
        print("PING {}{}({}){} {}\n", printable(host.name), v4 ? " " : "", host.address.to_string(), origin(v4), sizes);
    }

    void unresolved(const std::string&, std::string_view why) override { complain("ping++", why); }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (settings_.quiet) return;
        if (settings_.timestamps && !std::holds_alternative<PingSendError>(event)) print("{}", time_of_day());
        std::visit([&](const auto& e) { show(host, e); }, event);
        if (settings_.audible && std::holds_alternative<PingReply>(event)) print("\a");
    }

    /// To standard error, as iputils' ping does it.
    void status(const PingHost& host, const PingStatistics& n) override
    {
        const auto ms = [](std::chrono::nanoseconds t) { return std::chrono::duration<double, std::milli>{t}.count(); };
        const auto name = settings_.hosts.size() == 1 ? std::string{} : fmt::format("{}: ", printable(host.name));
        const auto times = n.received == 0 ? std::string{}
                                           : fmt::format(", min/avg/ewma/max = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms",
                                                         ms(n.rtt.min), ms(n.rtt.mean), ms(n.rtt.ewma), ms(n.rtt.max));
        fmt::print(stderr, "\r{}{}/{} packets, {:.0f}% loss{}\n", name, n.received, n.sent, n.loss_percent(), times);
    }

    void summary(const PingHost& host, const PingStatistics& n) override
    {
        if (host.address.is_unspecified()) return;  // never resolved: that was told
        const auto count = [](std::uint64_t number, std::string_view what) {
            return number == 0 ? std::string{} : fmt::format(", +{} {}", number, what);
        };
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(n.sending).count();
        print(
            "\n--- {} ping statistics ---\n{} packets transmitted, {} received{}{}{}{}{}{}, {:.6g}% packet loss, time "
            "{}ms\n",
            printable(host.name), n.sent, n.received, count(n.duplicates, "duplicates"), count(n.corrupt, "corrupted"),
            count(n.errors + n.send_errors, "errors"), count(n.late, "late"), count(n.foreign, "foreign"),
            n.pending == 0 ? "" : fmt::format(", {} pending", n.pending), n.loss_percent(), time);
        if (n.received == 0) return print("\n");
        const auto ms = [](std::chrono::nanoseconds t) { return std::chrono::duration<double, std::milli>{t}.count(); };
        print("rtt min/avg/max/mdev = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms\n", ms(n.rtt.min), ms(n.rtt.mean), ms(n.rtt.max),
              ms(n.rtt.mdev));
    }

    /// Each host has its summary: only what they may be wrong by is left to tell.
    void total(const PingTotal& total) override
    {
        if (total.rx_dropped == 0) return;
        complain("ping++",
                 fmt::format("our socket had no room for {} packets: so many of the lost probes may have been "
                             "answered; send more slowly, or raise net.core.rmem_max",
                             total.rx_dropped));
    }

private:
    std::string origin(bool v4) const
    {
        const auto& options = settings_.options;
        if (options.source && options.source->is_v4() == v4)
            return fmt::format(" from {} :", options.source->to_string());
        return options.interface.empty() ? "" : fmt::format(" via {}:", printable(options.interface));
    }

    /// "[1700000000.123456] ", for -D: seconds since 1970.
    static std::string time_of_day()
    {
        using namespace std::chrono;
        const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
        return fmt::format("[{}.{:06}] ", now / 1'000'000, now % 1'000'000);
    }

    /// "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.034 ms"
    template <typename Answer>
    void show_answer(const Answer& e, std::string_view remark)
    {
        const auto ttl = e.ttl ? fmt::format(" ttl={}", *e.ttl) : "";
        print("{} bytes from {}: icmp_seq={}{} time={} ms{}\n", e.bytes, names_.show(e.from), e.sequence, ttl,
              short_milliseconds(e.rtt), remark);
    }

    void show(const PingHost&, const PingReply& e) { show_answer(e, ""); }
    void show(const PingHost&, const PingDuplicate& e) { show_answer(e, " (DUP!)"); }
    void show(const PingHost&, const PingLate& e)
    {
        show_answer(e, fmt::format(" (late by {} ms)", short_milliseconds(e.late_by)));
    }
    void show(const PingHost&, const PingLost& e)
    {
        print("no answer from {}: icmp_seq={}\n", names_.show(e.to), e.sequence);
    }
    void show(const PingHost&, const PingOutstanding& e) { print("no answer yet for icmp_seq={}\n", e.sequence); }
    void show(const PingHost&, const PingError& e)
    {
        const auto mtu = e.mtu ? fmt::format(" (mtu = {})", *e.mtu) : "";
        print("From {} icmp_seq={} {}{}\n", names_.show(e.from), e.sequence, e.words(), mtu);
    }
    void show(const PingHost& host, const PingSendError& e)
    {
        complain("ping++",
                 fmt::format("{}: icmp_seq={} not sent: {}", printable(host.name), e.sequence, e.error.message()));
    }

    const PingSettings& settings_;
    ReverseNames& names_;
};

}  // namespace libnet::apps
