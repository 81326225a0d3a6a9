#include <libnet/wire/proxy/proxy_protocol.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <variant>

namespace proxy_protocol_tests {

using namespace libnet::wire;
using namespace std::string_literals;
using E = ProxyProtocolError;

namespace {

namespace ip = boost::asio::ip;

struct Incomplete {};
struct Local {
    std::size_t left = 0;  // octets behind the header
};
struct Proxied {
    std::string source, destination;
    std::uint16_t source_port, destination_port;
    std::size_t left = 0;
    std::string authority{};
};
struct Case {
    std::string name, bytes;
    std::variant<Proxied, Local, E, Incomplete> verdict;
};

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string v4 = "\xc0\0\2\1\xc6\x33\x64\1\x12\x67\1\xbb"s;  // 192.0.2.1, 198.51.100.1, 4711, 443
const Proxied from_v4{"192.0.2.1", "198.51.100.1", 4711, 443};

std::string v2(const std::string& version_and_family, const std::string& rest)
{
    return signature + version_and_family + static_cast<char>(rest.size() >> 8) +
           static_cast<char>(rest.size() & 0xFF) + rest;
}

Proxied with(Proxied proxied, std::size_t left, std::string authority = {})
{
    proxied.left = left;
    proxied.authority = std::move(authority);
    return proxied;
}

const Case cases[] = {
    // Version 1
    {"TCP4", "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\nGET", with(from_v4, 3)},
    {"TCP6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", Proxied{"2001:db8::1", "2001:db8::2", 1, 65535}},
    {"TCP6 with IPv4 in it", "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 4711 443\r\n", from_v4},
    {"the longest line",
     "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
     Proxied{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, 65535}},
    {"port 0", "PROXY TCP4 192.0.2.1 198.51.100.1 0 0\r\n", Proxied{"192.0.2.1", "198.51.100.1", 0, 0}},
    {"UNKNOWN", "PROXY UNKNOWN\r\nx", Local{1}},
    {"UNKNOWN with anything behind", "PROXY UNKNOWN a b:c 99999999\r\n", Local{}},
    {"nothing", "", Incomplete{}},
    {"half a word", "PRO", Incomplete{}},
    {"half a line", "PROXY TCP4 192.0.2.1 198.5", Incomplete{}},
    {"no LF yet", "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r", Incomplete{}},
    {"a request", "GET / HTTP/1.1\r\n", E::not_proxy_protocol},
    {"nearly a word", "PROXIES", E::not_proxy_protocol},
    {"lower case", "proxy TCP4 192.0.2.1 198.51.100.1 4711 443\r\n", E::not_proxy_protocol},
    {"LF without CR", "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\n", E::bad_line},
    {"a line without end", "PROXY " + std::string(101, 'a'), E::bad_line},
    {"an UNKNOWN that is too long", "PROXY UNKNOWN " + std::string(92, 'a') + "\r\n", E::bad_line},
    {"another protocol", "PROXY UDP4 192.0.2.1 198.51.100.1 4711 443\r\n", E::bad_line},
    {"UNKNOWNS", "PROXY UNKNOWNS\r\n", E::bad_line},
    {"no ports", "PROXY TCP4 192.0.2.1 198.51.100.1\r\n", E::bad_line},
    {"a port too much", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n", E::bad_line},
    {"two spaces", "PROXY TCP4  192.0.2.1 198.51.100.1 4711 443\r\n", E::bad_line},
    {"a space at the end", "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443 \r\n", E::bad_line},
    {"another family", "PROXY TCP4 2001:db8::1 198.51.100.1 4711 443\r\n", E::bad_address},
    {"IPv4 where IPv6 is promised", "PROXY TCP6 192.0.2.1 2001:db8::1 4711 443\r\n", E::bad_address},
    {"no address", "PROXY TCP4 localhost 198.51.100.1 4711 443\r\n", E::bad_address},
    {"a short address", "PROXY TCP4 127.1 198.51.100.1 4711 443\r\n", E::bad_address},
    {"a scope", "PROXY TCP6 fe80::1%lo 2001:db8::1 4711 443\r\n", E::bad_address},
    {"a NUL behind an address", "PROXY TCP4 192.0.2.1\0 198.51.100.1 4711 443\r\n"s, E::bad_address},
    {"a port of 65536", "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n", E::bad_port},
    {"a zero in front of a port", "PROXY TCP4 192.0.2.1 198.51.100.1 04711 443\r\n", E::bad_port},
    {"a signed port", "PROXY TCP4 192.0.2.1 198.51.100.1 +1 443\r\n", E::bad_port},
    {"a CR in the line", "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\r\n", E::bad_port},

    // Version 2
    {"TCP over IPv4", v2("\x21\x11"s, v4) + "GET", with(from_v4, 3)},
    {"TCP over IPv6",
     v2("\x21\x21"s, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\1\xff\xff"s),
     Proxied{"2001:db8::1", "2001:db8::2", 1, 65535}},
    {"LOCAL", v2("\x20\0"s, ""), Local{}},
    {"LOCAL with addresses, which are skipped", v2("\x20\x11"s, v4) + "x", Local{1}},
    {"LOCAL with nonsense, which is skipped", v2("\x20\x11"s, "abc"), Local{}},
    {"PROXY of an unknown family", v2("\x21\0"s, "abc"), Local{}},
    {"UDP over IPv4", v2("\x21\x12"s, v4), Local{}},
    {"Unix sockets", v2("\x21\x31"s, std::string(216, 'a')), Local{}},
    {"a name", v2("\x21\x11"s, v4 + "\2\0\x9host.test"s), with(from_v4, 0, "host.test")},
    {"other TLVs", v2("\x21\x11"s, v4 + "\4\0\0\1\0\2h2\xff\0\1x"s), from_v4},
    {"half a signature", signature.substr(0, 5), Incomplete{}},
    {"a signature alone", signature, Incomplete{}},
    {"half the addresses", v2("\x21\x11"s, v4).substr(0, 20), Incomplete{}},
    {"version 1 in version 2", signature + "\x11\x11\0\0"s, E::bad_version},
    {"version 3", signature + "\x31"s, E::bad_version},
    {"a command that isn't there", signature + "\x22"s, E::bad_command},
    {"no addresses", v2("\x21\x11"s, ""), E::bad_length},
    {"short addresses", v2("\x21\x21"s, v4), E::bad_length},
    {"half a TLV", v2("\x21\x11"s, v4 + "\2\0"s), E::bad_length},
    {"a TLV beyond the end", v2("\x21\x11"s, v4 + "\2\0\xahost.test"s), E::bad_length},
    {"a length of 4 KiB and more", signature + "\x21\x11\xf\xf1"s, E::too_long},
    {"a wrong checksum", v2("\x21\x11"s, v4 + "\3\0\4\0\0\0\0"s), E::bad_checksum},
    {"a checksum of another size", v2("\x21\x11"s, v4 + "\3\0\3\0\0\0"s), E::bad_checksum},
    {"a changed signature", "\r\n\r\n\1"s, E::not_proxy_protocol},
};

void check(const Case& row)
{
    const auto parsed = parse_proxy_header(row.bytes);
    if (const auto* error = std::get_if<E>(&row.verdict)) {
        REQUIRE(parsed.has_error());
        CHECK(parsed.error() == *error);
        return;
    }
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value() == !std::holds_alternative<Incomplete>(row.verdict));
    if (!*parsed) return;
    const auto& [header, consumed] = **parsed;
    if (const auto* local = std::get_if<Local>(&row.verdict)) {
        CHECK(header == ProxyHeader{});
        CHECK(consumed == row.bytes.size() - local->left);
        return;
    }
    const auto& expected = std::get<Proxied>(row.verdict);
    CHECK(header.is_proxied);
    CHECK(header.source == ProxyEndpoint{ip::make_address(expected.source), expected.source_port});
    CHECK(header.destination == ProxyEndpoint{ip::make_address(expected.destination), expected.destination_port});
    CHECK(header.authority == expected.authority);
    CHECK(consumed == row.bytes.size() - expected.left);
}

}  // namespace

TEST_CASE("PROXY headers get their verdict, however they are cut", "[wire][proxy]")
{
    for (const auto& row : cases) {
        INFO(row.name);
        check(row);
        for (std::size_t size = 0; size < row.bytes.size(); ++size) {
            const std::string prefix = row.bytes.substr(0, size);
            const auto parsed = parse_proxy_header(prefix);
            if (!std::holds_alternative<E>(row.verdict)) REQUIRE(parsed.has_value());
            if (parsed && *parsed) CHECK((*parsed)->consumed <= size);
        }
    }
}

TEST_CASE("a PROXY header of version 2 with a checksum", "[wire][proxy]")
{
    // Of another implementation, whose CRC32c of "123456789" is 0xe3069283 as it should be.
    auto bytes = v2("\x21\x11"s, v4 + "\3\0\4\x4d\x3d\x37\xfa"s);
    const auto parsed = parse_proxy_header(bytes);
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed);
    CHECK((*parsed)->header.source.address == ip::make_address("192.0.2.1"));
    bytes[16] = 'x';
    CHECK(parse_proxy_header(bytes).error() == E::bad_checksum);
}

TEST_CASE("what is written is read as the same", "[wire][proxy]")
{
    const ProxyHeader headers[] = {
        {},
        {true, {ip::make_address("192.0.2.1"), 4711}, {ip::make_address("198.51.100.1"), 443}, {}},
        {true, {ip::make_address("2001:db8::1"), 1}, {ip::make_address("2001:db8::2"), 65535}, {}},
        {true, {ip::make_address("192.0.2.1"), 4711}, {ip::make_address("2001:db8::2"), 443}, {}},
    };
    for (auto header : headers) {
        std::string v1_bytes, v2_bytes;
        append_proxy_header_v1(v1_bytes, header);
        CHECK((*parse_proxy_header(v1_bytes))->header == header);
        if (header.is_proxied) header.authority = "host.test";
        append_proxy_header_v2(v2_bytes, header);
        CHECK((*parse_proxy_header(v2_bytes))->header == header);
    }
    std::string line;
    append_proxy_header_v1(line, headers[1]);
    CHECK(line == "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n");
    std::string mixed;
    append_proxy_header_v1(mixed, headers[3]);
    CHECK(mixed == "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 4711 443\r\n");
}

}  // namespace proxy_protocol_tests
