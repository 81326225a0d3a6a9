#pragma once
// The hosts of an exporter: each name or address once, ranges taken apart, for each host is a series of its own.

#include <libnet/base/printable.hpp>
#include <libnet/wire/ip/address_range.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Thirty lines a host at each scrape: more belong to several exporters.
constexpr std::size_t max_exporter_hosts = 65'536;

/// The names and addresses in the order given. Throws std::invalid_argument for a range that is none, and for more hosts than
/// `most`.
inline std::vector<std::string> exporter_hosts(const std::vector<std::string>& given,
                                               std::size_t most = max_exporter_hosts)
{
    std::vector<std::string> hosts;
    std::unordered_set<std::string> known;
    const auto add = [&](std::string host) {
        if (!known.insert(host).second) return;  // two series with the same labels would spoil the whole exposition
        if (hosts.size() == most)
            throw std::invalid_argument{"more than " + std::to_string(most) +
                                        " hosts: share them out among several exporters"};
        hosts.push_back(std::move(host));
    };
    for (const auto& host : given) {
        const auto range = wire::parse_address_range(host);
        const bool block = host.find('/') != host.npos;
        if (!range && block)
            throw std::invalid_argument{base::printable(host) + ": expected " +
                                        std::string{wire::expected(range.error())}};
        if (!range || range->size() == 1) add(host);
        else if (range->size() > most)
            throw std::invalid_argument{base::printable(host) + ": " + std::to_string(range->size()) +
                                        " hosts are too many for one exporter, which takes " + std::to_string(most)};
        else
            for (std::uint64_t i = 0; i < range->size(); ++i) add(range->at(i).to_string());
    }
    return hosts;
}

}  // namespace libnet::inline v0::engine
