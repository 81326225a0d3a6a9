#pragma once
// Which of several sites a host name belongs to.

#include <libnet/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// Names with a number each. Host names have no case, and a dot at their end makes no difference.
class HostTable {
public:
    /// Adds a host name, an address (IPv6 without brackets), or "*.example.org" for all the names below one.
    /// @throws std::invalid_argument  it is neither, or is there already
    void add(std::string_view name, std::size_t number);

    /// The number of a host: of its name, else of the longest wildcard that covers it. Nothing: it is not known.
    std::optional<std::size_t> find(std::string_view host) const;

private:
    struct Entry {
        std::string name;  // in lower case; ".example.org" for a wildcard
        std::size_t number;
    };
    const Entry* look_up(std::string_view lower) const noexcept;

    std::vector<Entry> entries_;  // sorted by name
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/host_table.ipp>
#endif
