#pragma once
// The hosts of an exporter: each name or address once, ranges taken apart, for each host is a series of its own.

#include <apps/common/option_values.hpp>
#include <libnet/wire/ip/address_range.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace libnet::apps {

/// Thirty lines a host at each scrape: nobody wants more of them from one exporter.
constexpr std::size_t max_exporter_hosts = 65'536;

/// The names and addresses in the order given. Throws BadValue for a range that is none, and for too many hosts.
inline std::vector<std::string> exporter_hosts(const std::vector<std::string>& given)
{
    std::vector<std::string> hosts;
    std::unordered_set<std::string> known;
    const auto add = [&](std::string host) {
        if (!known.insert(host).second) return;  // two series with the same labels would spoil the whole exposition
        if (hosts.size() == max_exporter_hosts)
            throw BadValue{
                fmt::format("more than {} hosts: share them out among several exporters", max_exporter_hosts)};
        hosts.push_back(std::move(host));
    };
    for (const auto& host : given) {
        const auto range = wire::parse_address_range(host);
        const bool block = host.find('/') != host.npos;
        if (!range && block)
            throw BadValue{fmt::format("{}: expected {}", printable(host), wire::expected(range.error()))};
        if (!range || range->size() == 1) add(host);
        else if (range->size() > max_exporter_hosts)
            throw BadValue{fmt::format("{}: {} hosts are too many for one exporter, which takes {}", printable(host),
                                       range->size(), max_exporter_hosts)};
        else
            for (std::uint64_t i = 0; i < range->size(); ++i) add(range->at(i).to_string());
    }
    return hosts;
}

}  // namespace libnet::apps
