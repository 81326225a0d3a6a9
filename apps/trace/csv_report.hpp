#pragma once
// trace++ --csv: a line for each probe, below a line of names. Fields with a comma or a quote are quoted (RFC 4180).
//
//   target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation
//   web,10.0.6.2,1,1,1,10.0.1.1,r1,,0.060,
//   web,10.0.6.2,2,1,1,,,,,lost

#include <apps/common/csv_field.hpp>
#include <apps/common/output.hpp>
#include <apps/trace/report.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <variant>

namespace libnet::apps {

class CsvReport final : public TraceReport {
public:
    void begin(const std::string& host, const asio::ip::address& target, std::size_t) override
    {
        host_ = host;
        const bool first = address_.empty();
        address_ = target.to_string();
        if (first) print("target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation\n");
    }

    void probe(const TraceOutcome& outcome, const Describe& describe) override
    {
        std::visit(
            [&](const auto& told) {
                print("{},{},{},{},{},{}\n", csv_field(host_), address_, told.ttl, told.flow, told.probe,
                      fields_of(told, describe));
            },
            outcome);
    }

    void mtu(const FoundMtu&) override {}

    void end(const TracePath&, std::string_view, const Describe&) override {}

private:
    static std::string fields_of(const TraceLost&, const Describe&) { return ",,,,lost"; }

    static std::string fields_of(const TraceHop& hop, const Describe& describe)
    {
        const auto described = describe(hop.from);
        return fmt::format("{},{},{},{:.3f},{}", hop.from.to_string(), csv_field(described.name.value_or("")),
                           described.origin.value_or(""), std::chrono::duration<double, std::milli>{hop.rtt}.count(),
                           hop.annotation);
    }

    std::string host_, address_;
};

}  // namespace libnet::apps
