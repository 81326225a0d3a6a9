#pragma once

#include <libnet/server_now.hpp>

#include <algorithm>
#include <iterator>

namespace libnet::inline v0 {

LIBNETXX_DECL void ServerNow::add(ServerNow other)
{
    connections.insert(connections.end(), std::make_move_iterator(other.connections.begin()),
                       std::make_move_iterator(other.connections.end()));
    std::stable_partition(connections.begin(), connections.end(),
                          [](const ConnectionNow& one) { return one.phase != ConnectionNow::Phase::idle; });
    if (connections.size() > most_connections) connections.resize(most_connections);
    for (const auto& [name, amount] : other.amounts) add(name, amount);
    for (auto& name : other.names)
        if (names.size() < most_names) names.push_back(std::move(name));
}

LIBNETXX_DECL void ServerNow::add(std::string_view name, std::uint64_t amount)
{
    for (auto& [known, sum] : amounts)
        if (known == name) {
            sum += amount;
            return;
        }
    amounts.emplace_back(name, amount);
}

}  // namespace libnet::inline v0
