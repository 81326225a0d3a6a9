#pragma once
// fping -N: charts of each host in the protocol of netdata's external plugins.

#include <apps/ping/fping/hosts.hpp>
#include <apps/ping/fping/plan.hpp>
#include <libnet/base/text.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps::fping {

/// The name as the identifier of a chart may be: other octets than letters and digits become "_".
inline std::string chart_name(std::string name)
{
    for (char& c : name)
        if (!base::is_digit(c) && (base::to_lower(c) < 'a' || base::to_lower(c) > 'z')) c = '_';
    return name;
}

/// The numbers since the last time, of all hosts; the first time with the definitions of the charts.
class NetdataLines {
public:
    explicit NetdataLines(const Plan& plan) : seconds_{std::chrono::duration<double>{plan.report}.count()} {}

    std::string next(const std::vector<Host>& hosts)
    {
        std::string text;
        for (const Host& host : hosts) {
            const Numbers& n = host.split;
            chart(text, host, "packets", "FPing Packets", "packets", "line 110020",
                  "DIMENSION xmt sent absolute 1 1\nDIMENSION rcv received absolute 1 1\n",
                  fmt::format("SET xmt = {}\nSET rcv = {}\n", n.sent, n.received));
            chart(text, host, "quality", "FPing Quality", "percentage", "area 110010",
                  "DIMENSION returned '' absolute 1 1\n", fmt::format("SET returned = {}\n", n.returned()));
            chart(text, host, "latency", "FPing Latency", "ms", "area 110000",
                  "DIMENSION min minimum absolute 1 1000000\nDIMENSION max maximum absolute 1 1000000\n"
                  "DIMENSION avg average absolute 1 1000000\n",
                  n.received == 0 ? std::string{}
                                  : fmt::format("SET min = {}\nSET avg = {}\nSET max = {}\n", n.min.count(),
                                                n.mean().count(), n.max.count()));
        }
        defined_ = true;
        return text;
    }

private:
    void chart(std::string& text, const Host& host, std::string_view kind, std::string_view title,
               std::string_view unit, std::string_view style, std::string_view dimensions,
               const std::string& values) const
    {
        const auto id = fmt::format("fping.{}_{}", chart_name(host.name), kind);
        if (!defined_)
            text += fmt::format("CHART {} '' '{}' {} '{}' fping.{} {} {:.0f}\n{}", id, title, unit, host.shown, kind,
                                style, seconds_, dimensions);
        text += fmt::format("BEGIN {}\n{}END\n", id, values);
    }

    double seconds_;
    bool defined_ = false;
};

}  // namespace libnet::apps::fping
