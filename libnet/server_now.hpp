#pragma once
// A server at one moment: its connections, its caches and pools.

#include <libnet/config.hpp>
#include <libnet/io/tcp/connection_now.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

using io::ConnectionNow;  ///< a connection, and what it is at

/// What StaticFileServer and ForwardProxy say of themselves when they are asked. It costs them nothing before.
struct ServerNow {
    static constexpr std::size_t most_connections = 200, most_names = 50;  ///< that are told

    /// Those with something under way first; `most_connections` at the most.
    std::vector<ConnectionNow> connections{};

    /// What there is of things that are bounded, or are waited for, by their names in plain words; static.
    std::vector<std::pair<std::string_view, std::uint64_t>> amounts{};

    std::vector<std::string> names{};  ///< that are being looked up; `most_names` at the most

    /// Adds another server's. Where there are too many connections, idle ones are left out first.
    void add(ServerNow other);

    void add(std::string_view name, std::uint64_t amount);  ///< adds to the amount of this name
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/server/server_now.ipp>
#endif
