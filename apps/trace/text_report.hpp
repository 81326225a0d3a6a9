#pragma once
// trace++ for people: the lines that traceroute prints.
//
//   trace++ to web (10.0.6.2), 30 hops max, 60 byte packets
//    1  r1 (10.0.1.1)  0.060 ms  0.015 ms  0.011 ms
//    2  * * *
//    3  r3 (10.0.3.2)  0.024 ms r3b (10.0.3.6)  0.018 ms r3 (10.0.3.2)  0.017 ms
//    4  r3 (10.0.3.2)  0.020 ms !H  0.015 ms !H *

#include <apps/common/output.hpp>
#include <apps/trace/report.hpp>
#include <libnet/tracer.hpp>

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace libnet::apps {

namespace asio = boost::asio;

class TextReport final : public TraceReport {
public:
    explicit TextReport(TraceSubject subject) : subject_{std::move(subject)} {}

    void begin(const asio::ip::address& target) override
    {
        print("trace++ to {} ({}), {} hops max, {} byte packets\n", subject_.host, target.to_string(), subject_.max_ttl,
              trace_probe_size(target));
    }

    void probe(const TraceOutcome& outcome, const NameOf& name_of) override
    {
        std::visit(
            [&](const auto& told) {
                std::string text = begin_of(told);
                text += text_of(told, name_of);
                text += end_of(told);
                print_text(text);
            },
            outcome);
    }

    void end(const TracePath&, std::string_view, const NameOf&) override
    {
        if (std::exchange(in_line_, false)) print("\n");
    }

private:
    template <typename Outcome>
    std::string begin_of(const Outcome& told)
    {
        if (told.probe != 1) return {};
        in_line_ = true;
        last_from_.reset();
        return fmt::format("{:2} ", told.ttl);
    }

    template <typename Outcome>
    std::string end_of(const Outcome& told)
    {
        if (told.probe != subject_.probes) return {};
        in_line_ = false;
        return "\n";
    }

    std::string text_of(const TraceLost&, const NameOf&) { return " *"; }

    std::string text_of(const TraceHop& hop, const NameOf& name_of)
    {
        std::string text;
        const auto address = hop.from.to_string();
        // The address is told once, and again when another probe of the hop is answered by another one.
        if (std::exchange(last_from_, hop.from) != hop.from)
            text = subject_.numeric ? fmt::format(" {}", address)
                                    : fmt::format(" {} ({})", name_of(hop.from).value_or(address), address);
        text += fmt::format("  {:.3f} ms", std::chrono::duration<double, std::milli>{hop.rtt}.count());
        return hop.annotation.empty() ? text : text + ' ' + hop.annotation;
    }

    TraceSubject subject_;
    std::optional<asio::ip::address> last_from_;
    bool in_line_ = false;
};

}  // namespace libnet::apps
