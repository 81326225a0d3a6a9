#pragma once
// The scenario's DNS server (RFC 1035): a query's bytes in, an answer's out.

#include <tests/lab/netsim/model.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace netsim {

/// The answer to a query, and how long it takes. nullopt: no answer (silence was asked for, or it isn't a query).
struct DnsReply {
    std::vector<std::byte> message;
    Duration delay{};
};
std::optional<DnsReply> answer_query(const DnsServer& server, std::span<const std::byte> query);

}  // namespace netsim
