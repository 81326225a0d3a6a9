#pragma once
// trace++ for people: the lines that traceroute prints.
//
//   trace++ to web (10.0.6.2), 30 hops max, 60 byte packets
//    1  r1 (10.0.1.1)  0.060 ms  0.015 ms  0.011 ms
//    2  * * *
//    3  r3 (10.0.3.2) [AS64500]  0.024 ms r3b (10.0.3.6)  0.018 ms r3 (10.0.3.2)  0.017 ms
//    4  r3 (10.0.3.2) <MPLS:L=16,E=0,S=1,T=1> '-2'  0.020 ms !H  0.015 ms !H *

#include <apps/common/output.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/trace/extension_text.hpp>
#include <apps/trace/method_options.hpp>
#include <apps/trace/report.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

class TextReport final : public TraceReport {
public:
    explicit TextReport(const TraceSettings& settings) : settings_{settings} {}

    void begin(const std::string& host, const asio::ip::address& target, std::size_t packet_size) override
    {
        print("{} to {} ({}), {} hops max, {} byte packets\n", settings_.program(), printable_name(host),
              target.to_string(), settings_.trace.max_ttl, packet_size);
    }

    void probe(const TraceOutcome& outcome, const Describe& describe) override
    {
        std::visit(
            [&](const auto& told) {
                std::string text = begin_of(told.ttl, told.flow);
                text += text_of(told, describe);
                print_text(text);
            },
            outcome);
        if (--left_in_line_ == 0) end_line();
    }

    void mtu(const FoundMtu& found) override
    {
        end_line();
        if (found.mtu.limit == PathMtuLimit::no_answer) return print("path MTU unknown: no answer to echo requests\n");
        print("path MTU {}{} bytes\n", found.mtu.found() ? "" : "at least ", found.mtu.mtu);
        for (const auto& link : found.narrow.links) print("  {}\n", link_text(link));
    }

    void end(const TracePath& path, std::string_view, const Describe&) override
    {
        end_line();
        if (path.stop_reason == TraceStop::gap)
            print("    no answer from {} hops in a row: stopped (--max-gap 0 goes on)\n", settings_.trace.max_gap);
    }

private:
    static std::string link_text(const NarrowLink& link)
    {
        const auto router =
            link.router.is_unspecified() ? std::string{} : fmt::format(" ({})", link.router.to_string());
        if (!link.told)
            return link.ttl == 0
                       ? fmt::format("{} from here to hop {}: larger packets are dropped, and no error says so",
                                     link.mtu, link.next_ttl)
                       : fmt::format("{} between hop {}{} and hop {}: larger packets are dropped, and no error says so",
                                     link.mtu, link.ttl, router, link.next_ttl);
        const auto mtu = link.mtu == 0 ? std::string{"less"} : std::to_string(link.mtu);
        if (link.ttl != 0) return fmt::format("{} behind hop {}{}, which says so", mtu, link.ttl, router);
        if (router.empty()) return fmt::format("{} by our own interface", mtu);
        return fmt::format("{} behind a router that the trace hasn't seen{}, which says so", mtu, router);
    }

    /// A line for each hop, and of several flows for each flow of it.
    std::string begin_of(std::uint8_t ttl, std::uint8_t flow)
    {
        if (left_in_line_ != 0) return {};
        const bool again = std::exchange(line_ttl_, ttl) == ttl;
        left_in_line_ = settings_.trace.probes;
        last_.reset();
        const auto number = again ? std::string(3, ' ') : fmt::format("{:2} ", ttl);
        return settings_.trace.flows > 1 ? fmt::format("{}{}:", number, flow) : number;
    }

    void end_line()
    {
        if (in_line_) print("\n");
        in_line_ = false;
        left_in_line_ = 0;
    }

    std::string text_of(const TraceLost&, const Describe&)
    {
        in_line_ = true;
        return " *";
    }

    std::string text_of(const TraceHop& hop, const Describe& describe)
    {
        in_line_ = true;
        std::string text;
        auto extensions = settings_.extensions ? extension_text(hop.extensions) : std::string{};
        auto changes = settings_.extensions ? changes_text(hop) : std::string{};
        // The address is told once, and again when another probe of the hop is answered by another one.
        if (!last_ || std::get<0>(*last_) != hop.from) text += address_text(hop, describe);
        if (!extensions.empty() && (!last_ || std::get<1>(*last_) != extensions || !text.empty()))
            text += ' ' + extensions;
        if (!changes.empty() && (!last_ || std::get<2>(*last_) != changes || !text.empty())) text += ' ' + changes;
        last_.emplace(hop.from, std::move(extensions), std::move(changes));
        if (settings_.tcp_info && hop.tcp_flags) text += fmt::format(" <{}>", tcp_flags_text(*hop.tcp_flags));
        text += fmt::format("  {:.3f} ms", std::chrono::duration<double, std::milli>{hop.rtt}.count());
        return hop.annotation.empty() ? text : text + ' ' + hop.annotation;
    }

    std::string address_text(const TraceHop& hop, const Describe& describe) const
    {
        const auto address = hop.from.to_string();
        const auto described = describe(hop.from);
        auto text = settings_.numeric ? fmt::format(" {}", address)
                                      : fmt::format(" {} ({})", described.name.value_or(address), address);
        if (settings_.origins) text += fmt::format(" [{}]", described.origin.value_or("*"));
        if (described.entry) text += fmt::format(" [{}]", *described.entry);
        // As traceroute: only where the way back isn't as long as the way there.
        if (settings_.back && hop.reply_ttl && hops_back(*hop.reply_ttl) != hop.ttl)
            text += fmt::format(" '-{}'", hops_back(*hop.reply_ttl));
        return text;
    }

    const TraceSettings& settings_;
    unsigned left_in_line_ = 0;  ///< probes that the line still has to tell
    std::uint8_t line_ttl_ = 0;
    bool in_line_ = false;
    std::optional<std::tuple<asio::ip::address, std::string, std::string>> last_;  ///< what the line told last
};

}  // namespace libnet::apps
