#pragma once
// trace++ --csv: a line for each probe, below a line of names. Fields with a comma or a quote are quoted (RFC 4180).
//
//   target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation
//   web,10.0.6.2,1,1,1,10.0.1.1,r1,,0.060,
//   web,10.0.6.2,2,1,1,,,,,lost
//
// With --mmdb there is one column more, `mmdb`. With --mtu too, `mtu`: behind the probes comes a line for each link that is
// narrower than those before it, with the hop before it (0: our own host), and `narrower` or `black hole` for its annotation;
// and at last one whose annotation is `path mtu`.

#include <apps/common/csv_field.hpp>
#include <apps/common/output.hpp>
#include <apps/trace/report.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::apps {

class CsvReport final : public TraceReport {
public:
    explicit CsvReport(const TraceSettings& settings) : settings_{settings} {}

    void begin(const std::string& host, const asio::ip::address& target, std::size_t) override
    {
        host_ = host;
        const bool first = address_.empty();
        address_ = target.to_string();
        if (first)
            print("target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation{}{}\n", has_entries() ? ",mmdb" : "",
                  settings_.mtu ? ",mtu" : "");
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

    void mtu(const FoundMtu& found) override
    {
        const auto line = [this](const std::string& ttl, const std::string& router, std::string_view what,
                                 std::uint32_t mtu) {
            print("{},{},{},,,{},,,,{}{},{}\n", csv_field(host_), address_, ttl, router, what, has_entries() ? "," : "",
                  mtu == 0 ? std::string{} : std::to_string(mtu));
        };
        for (const auto& link : found.narrow.links) {
            const auto router = link.router.is_unspecified() ? std::string{} : link.router.to_string();
            line(std::to_string(link.ttl), router, link.told ? "narrower" : "black hole", link.mtu);
        }
        const bool known = found.mtu.limit != PathMtuLimit::no_answer;
        line("", "", "path mtu", known ? found.mtu.mtu : 0);
    }

    void end(const TracePath&, std::string_view, const Describe&) override {}

private:
    bool has_entries() const { return !settings_.databases.empty(); }

    /// The columns that an option adds.
    std::string more_fields(const std::optional<std::string>& entry, std::optional<std::uint32_t> mtu) const
    {
        std::string text;
        if (has_entries()) text += ',' + csv_field(entry.value_or(""));
        if (settings_.mtu) text += mtu ? fmt::format(",{}", *mtu) : std::string{","};
        return text;
    }

    std::string fields_of(const TraceLost&, const Describe&) const
    {
        return ",,,,lost" + more_fields(std::nullopt, std::nullopt);
    }

    std::string fields_of(const TraceHop& hop, const Describe& describe) const
    {
        const auto described = describe(hop.from);
        return fmt::format("{},{},{},{:.3f},{}{}", hop.from.to_string(), csv_field(described.name.value_or("")),
                           described.origin.value_or(""), std::chrono::duration<double, std::milli>{hop.rtt}.count(),
                           hop.annotation, more_fields(described.entry, hop.mtu));
    }

    const TraceSettings& settings_;
    std::string host_, address_;
};

}  // namespace libnet::apps
