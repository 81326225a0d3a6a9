#pragma once
// Reads the answer to a question for a CNAME record.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <ares.h>

namespace libnet::inline v0::io::detail {

/// The type of a CNAME record, RFC 1035 section 3.2.2.
constexpr int alias_type = 5;

/// Walks over a message that came from the network.
class DnsMessageReader {
public:
    DnsMessageReader(const unsigned char* message, int size) : message_{message}, size_{size} {}

    bool skip(int octets)
    {
        if (octets > size_ - at_) return false;
        at_ += octets;
        return true;
    }

    std::optional<std::uint16_t> read_u16()
    {
        const int at = at_;
        if (!skip(2)) return std::nullopt;
        return static_cast<std::uint16_t>(message_[at] << 8 | message_[at + 1]);
    }

    /// A name, which may be compressed (RFC 1035 section 4.1.4).
    std::optional<std::string> read_name()
    {
        if (at_ >= size_) return std::nullopt;
        char* text = nullptr;
        long length = 0;
        if (ares_expand_name(message_ + at_, message_, size_, &text, &length) != ARES_SUCCESS) return std::nullopt;
        const std::unique_ptr<char, void (*)(void*)> owned{text, &ares_free_string};
        if (!skip(static_cast<int>(length))) return std::nullopt;
        return std::string{text};
    }

private:
    const unsigned char* message_;
    int size_;
    int at_ = 0;
};

//  | header: 12 octets | question: name, type, class | records: name, type, class, TTL, length, data |
/// The name that the first CNAME record leads to. nullopt: there is none, or the message is broken.
inline std::optional<std::string> read_alias(const unsigned char* message, int size)
{
    constexpr int to_answers = 6, counts = 4, type_and_class = 4, class_and_ttl = 6;
    DnsMessageReader reader{message, size};
    if (!reader.skip(to_answers)) return std::nullopt;
    const auto answers = reader.read_u16();
    if (!answers || !reader.skip(counts)) return std::nullopt;
    if (!reader.read_name() || !reader.skip(type_and_class)) return std::nullopt;
    for (unsigned i = 0; i < *answers; ++i) {
        if (!reader.read_name()) return std::nullopt;
        const auto type = reader.read_u16();
        if (!type || !reader.skip(class_and_ttl)) return std::nullopt;
        const auto length = reader.read_u16();
        if (!length) return std::nullopt;
        if (*type == alias_type) return reader.read_name();
        if (!reader.skip(*length)) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace libnet::inline v0::io::detail
