#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/host_name.hpp>
#include <libnet/wire/tls/client_hello.hpp>

#include <algorithm>
#include <bitset>
#include <memory>
#include <optional>

namespace libnet::inline v0::wire {

namespace detail {

/// Takes parts off the front of octets. One that isn't there whole makes it fail, and everything after it is empty.
class TlsReader {
public:
    explicit TlsReader(std::string_view bytes) noexcept : rest_{bytes} {}

    std::string_view take(std::size_t size) noexcept
    {
        if (rest_.size() < size) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const auto part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

    /// A number of `width` octets.
    std::size_t take_number(std::size_t width) noexcept
    {
        std::size_t value = 0;
        for (const char c : take(width)) value = value << 8 | static_cast<std::uint8_t>(c);
        return value;
    }

    /// A part whose length stands in front of it, in `width` octets.
    std::string_view take_vector(std::size_t width) noexcept { return take(take_number(width)); }

    bool empty() const noexcept { return rest_.empty(); }
    bool failed() const noexcept { return failed_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

/// The handshake messages in the records that have come, put together.
struct TlsHandshake {
    ClientHelloKind kind = ClientHelloKind::incomplete;  // complete: the first message is there whole
    std::string message{};                               // without its type and length
};

/// Whether the octets can begin a record of a handshake. All that has come is looked at, so that what is no TLS is known at
/// once.
LIBNETXX_DECL bool begins_record(std::string_view bytes) noexcept
{
    constexpr char handshake = 22, major = 3;
    if (!bytes.empty() && bytes[0] != handshake) return false;
    if (bytes.size() > 1 && bytes[1] != major) return false;
    return bytes.size() <= 2 || static_cast<std::uint8_t>(bytes[2]) <= 4;
}

LIBNETXX_DECL TlsHandshake read_first_handshake(std::string_view received)
{
    constexpr std::size_t record_header = 5, message_header = 4, longest_record = 16'384;
    constexpr char client_hello = 1;
    TlsHandshake handshake;
    std::string joined;
    for (std::size_t records = 0;; ++records) {
        if (records == max_client_hello_records) return {ClientHelloKind::too_long, {}};
        if (!begins_record(received)) return {records == 0 ? ClientHelloKind::not_tls : ClientHelloKind::malformed, {}};
        if (received.size() < record_header) return handshake;
        const std::size_t length = TlsReader{received.substr(3)}.take_number(2);
        if (length == 0 || length > longest_record) return {ClientHelloKind::malformed, {}};
        joined += received.substr(record_header, length);
        if (joined.size() >= 1 && joined[0] != client_hello) return {ClientHelloKind::not_tls, {}};
        if (joined.size() >= message_header) {
            const auto size = TlsReader{std::string_view{joined}.substr(1)}.take_number(3);
            if (size + message_header > max_client_hello) return {ClientHelloKind::too_long, {}};
            if (joined.size() >= size + message_header)
                return {ClientHelloKind::complete, joined.substr(message_header, size)};
        }
        if (received.size() < record_header + length) return handshake;
        received.remove_prefix(record_header + length);
    }
}

/// `ServerNameList`: one name of type host_name. Nothing: it isn't well formed.
LIBNETXX_DECL std::optional<std::string> read_server_name(std::string_view data)
{
    constexpr std::size_t host_name = 0;
    TlsReader outer{data};
    TlsReader list{outer.take_vector(2)};
    const auto type = list.take_number(1);
    const auto name = list.take_vector(2);
    if (outer.failed() || !outer.empty() || list.failed() || !list.empty() || type != host_name) return std::nullopt;
    if (!is_host_name(name) || name.ends_with('.')) return std::nullopt;
    std::string lower{name};
    std::ranges::transform(lower, lower.begin(), base::to_lower);
    return lower;
}

LIBNETXX_DECL ClientHello read_extensions(std::string_view extensions)
{
    constexpr std::size_t server_name = 0, encrypted_client_hello = 0xFE0D, types = 0x10000;
    const ClientHello malformed{ClientHelloKind::malformed, {}, false};
    ClientHello hello{ClientHelloKind::complete, {}, false};
    const auto seen = std::make_unique<std::bitset<types>>();
    for (TlsReader reader{extensions}; !reader.empty();) {
        const auto type = reader.take_number(2);
        const auto data = reader.take_vector(2);
        if (reader.failed() || seen->test(type)) return malformed;
        seen->set(type);
        if (type == encrypted_client_hello) hello.has_encrypted_hello = true;
        if (type != server_name) continue;
        const auto name = read_server_name(data);
        if (!name) return malformed;
        hello.server_name = *name;
    }
    return hello;
}

}  // namespace detail

LIBNETXX_DECL ClientHello read_client_hello(std::string_view received)
{
    constexpr std::size_t version_and_random = 34, longest_session = 32;
    const auto handshake = detail::read_first_handshake(received);
    if (handshake.kind != ClientHelloKind::complete) return {handshake.kind, {}, false};
    detail::TlsReader reader{handshake.message};
    reader.take(version_and_random);
    const auto session = reader.take_vector(1), suites = reader.take_vector(2), compressions = reader.take_vector(1);
    // Before TLS 1.3 a ClientHello may end here (RFC 5246 section 7.4.1.2).
    const auto extensions = reader.empty() ? std::string_view{} : reader.take_vector(2);
    const bool is_sound = session.size() <= longest_session && !suites.empty() && suites.size() % 2 == 0 &&
                          !compressions.empty() && reader.empty() && !reader.failed();
    if (!is_sound) return {ClientHelloKind::malformed, {}, false};
    return detail::read_extensions(extensions);
}

LIBNETXX_DECL std::string_view name_of(ClientHelloKind kind) noexcept
{
    switch (kind) {
    case ClientHelloKind::incomplete:
        return "incomplete";
    case ClientHelloKind::complete:
        return "complete";
    case ClientHelloKind::not_tls:
        return "not TLS";
    case ClientHelloKind::malformed:
        return "malformed";
    case ClientHelloKind::too_long:
        return "too long";
    }
    return {};
}

}  // namespace libnet::inline v0::wire
