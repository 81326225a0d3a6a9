#pragma once
// Values of a scenario file: durations, shares, rates, addresses. Each throws ScenarioError with what was expected.

#include <tests/lab/netsim/section.hpp>

#include <initializer_list>
#include <limits>
#include <utility>

namespace netsim {

Duration read_duration(const Place& place);  ///< "5ms", "20us", "1.5s", "100ns", "1m"
double read_share(const Place& place);       ///< "10%" or "0.1": 0 to 1
double read_rate(const Place& place);        ///< "10/s", more than 0
double read_number(const Place& place);      ///< more than 0
std::uint64_t read_integer(const Place& place, std::uint64_t least, std::uint64_t most);
bool read_flag(const Place& place);  ///< true or false
std::string read_text(const Place& place);
Address read_address(const Place& place);
Prefix read_prefix(const Place& place);  ///< 10.0.0.0/8, host bits clear; an address alone is a prefix of one

template <typename Integer>
Integer read_small(const Place& place)
{
    return static_cast<Integer>(read_integer(place, 0, std::numeric_limits<Integer>::max()));
}

/// One of these words.
template <typename Enum>
Enum read_word(const Place& place, std::initializer_list<std::pair<const char*, Enum>> words)
{
    std::string all;
    for (const auto& [word, value] : words) {
        if (place.node.IsScalar() && place.node.Scalar() == word) return value;
        all += all.empty() ? word : std::string{", "} + word;
    }
    place.expected("one of: " + all);
}

}  // namespace netsim
