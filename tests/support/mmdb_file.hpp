#pragma once
// Databases in MaxMind's format that a test makes: one entry for one IPv4 prefix.
// https://maxmind.github.io/MaxMind-DB/ version 2.0

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::test {

/// A value as the data section has it: a control octet (type and size), then the octets.
class MmdbValue {
public:
    static MmdbValue text(std::string_view value) { return MmdbValue{sized(2, value.size()) + std::string{value}}; }
    static MmdbValue number(std::uint32_t value) { return MmdbValue{sized(6, 4) + big_endian(value, 4)}; }
    static MmdbValue short_number(std::uint16_t value) { return MmdbValue{sized(5, 2) + big_endian(value, 2)}; }
    static MmdbValue long_number(std::uint64_t value) { return MmdbValue{extended(9, 8) + big_endian(value, 8)}; }
    static MmdbValue texts(const std::vector<std::string>& values)
    {
        std::string octets = extended(11, values.size());
        for (const auto& value : values) octets += text(value).octets();
        return MmdbValue{octets};
    }
    static MmdbValue map(const std::vector<std::pair<std::string, MmdbValue>>& entries)
    {
        std::string octets = sized(7, entries.size());
        for (const auto& [key, value] : entries) octets += text(key).octets() + value.octets();
        return MmdbValue{octets};
    }

    const std::string& octets() const noexcept { return octets_; }

    static std::string big_endian(std::uint64_t value, int size)
    {
        std::string octets;
        for (int i = size; i-- > 0;) octets += static_cast<char>(value >> (8 * i) & 0xFF);
        return octets;
    }

private:
    explicit MmdbValue(std::string octets) : octets_{std::move(octets)} {}

    static std::string sized(unsigned type, std::size_t size)
    {
        constexpr std::size_t longest = 28;
        if (size <= longest) return {static_cast<char>(type << 5 | size)};
        return {static_cast<char>(type << 5 | 29), static_cast<char>(size - 29)};  // up to 284
    }
    static std::string extended(unsigned type, std::size_t size)
    {
        return {static_cast<char>(size), static_cast<char>(type - 7)};
    }

    std::string octets_;
};

/// The file: a search tree of a node for each bit of the prefix, the data, and what describes them.
inline std::string mmdb_file(std::uint32_t prefix, unsigned length, const MmdbValue& value)
{
    std::string file;
    for (unsigned bit = 0; bit < length; ++bit) {
        const std::uint32_t data = length + 16, next = bit + 1 == length ? data : bit + 1, nothing = length;
        const bool one = (prefix >> (31 - bit) & 1) != 0;
        file += MmdbValue::big_endian(one ? nothing : next, 3) + MmdbValue::big_endian(one ? next : nothing, 3);
    }
    file += std::string(16, '\0') + value.octets() + "\xab\xcd\xefMaxMind.com";
    return file + MmdbValue::map({{"node_count", MmdbValue::number(length)},
                                  {"record_size", MmdbValue::short_number(24)},
                                  {"ip_version", MmdbValue::short_number(4)},
                                  {"database_type", MmdbValue::text("Test")},
                                  {"languages", MmdbValue::texts({"en"})},
                                  {"binary_format_major_version", MmdbValue::short_number(2)},
                                  {"binary_format_minor_version", MmdbValue::short_number(0)},
                                  {"build_epoch", MmdbValue::long_number(1'700'000'000)},
                                  {"description", MmdbValue::map({{"en", MmdbValue::text("of a test")}})}})
                      .octets();
}

}  // namespace libnet::test
