// Whole ICMP errors as they come, about probes as they were sent.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_quote.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace trace_quote_tests {

using namespace libnet;
using namespace libnet::engine;
using wire::IpVersion;

namespace {

using Octets = std::vector<std::byte>;

const auto ours = asio::ip::make_address_v4("192.0.2.7");
const auto theirs = asio::ip::make_address_v4("198.51.100.9");
constexpr std::uint64_t cookie = 0x1122334455667788;

/// A time exceeded about a UDP or ICMP probe, in which anything can be changed.
struct Error {
    std::uint8_t protocol = 17, ttl = 1, tos = 0;
    std::uint16_t first = 40000, second = 33434, number = 4711;  ///< ports, or identifier and sequence
    std::uint16_t length = 60, checksum = 4711, fragment = 0;
    asio::ip::address_v4 from = ours, to = theirs;
    std::uint64_t quoted_cookie = cookie;
    std::uint32_t mark = 99;
    std::size_t quote = 40;  ///< octets behind the IP header

    Octets octets() const
    {
        Octets all(8 + 20 + 40);
        const std::span bytes{all};
        bytes[0] = std::byte{wire::icmp_type::time_exceeded};
        const auto ip = bytes.subspan(8);
        ip[0] = std::byte{0x45};
        ip[1] = std::byte{tos};
        base::store_be(ip, 2, length);
        base::store_be(ip, 6, fragment);
        ip[8] = std::byte{ttl};
        ip[9] = std::byte{protocol};
        base::store_be(ip, 12, from.to_uint());
        base::store_be(ip, 16, to.to_uint());
        const auto upper = ip.subspan(20);
        if (protocol == 17) {
            base::store_be(upper, 0, first);
            base::store_be(upper, 2, second);
            base::store_be(upper, 4, std::uint16_t{40});
            base::store_be(upper, 6, checksum);
        } else if (protocol == 1) {
            base::store_be(upper, 0, std::uint16_t{0x0800});
            base::store_be(upper, 2, checksum);
            base::store_be(upper, 4, first);
            base::store_be(upper, 6, number);
        } else {
            base::store_be(upper, 0, first);
            base::store_be(upper, 2, second);
            base::store_be(upper, 4, std::uint32_t{number} << 16 | static_cast<std::uint16_t>(quoted_cookie));
        }
        if (protocol != 6) write_trace_payload(upper.subspan(8), quoted_cookie, number, mark);
        all.resize(8 + 20 + quote);
        base::store_be(std::span{all}, 2, base::checksum(all));
        return all;
    }
};

/// A time exceeded that quotes these octets behind a header of IPv4.
Octets error_about(std::uint8_t protocol, std::span<const std::byte> upper, std::size_t length,
                   asio::ip::address_v4 to = theirs)
{
    Octets all = Error{.protocol = protocol, .length = static_cast<std::uint16_t>(20 + length), .to = to}.octets();
    all.resize(8 + 20);
    all.insert(all.end(), upper.begin(), upper.end());
    base::store_be(std::span{all}, 2, std::uint16_t{0});
    base::store_be(std::span{all}, 2, base::checksum(all));
    return all;
}

TraceSent sent_by(TraceProbe method)
{
    TraceSent sent;
    sent.method = method;
    sent.port = method == TraceProbe::tcp ? 80 : 33434;
    sent.own_ports = {40000};
    sent.checksums = {0xBEEF};
    sent.mark = 99;
    sent.payload_size = 32;
    sent.sources = {ours};
    return sent;
}

std::vector<TraceField> fields_of(const TraceReply& reply)
{
    std::vector<TraceField> fields;
    for (const auto& change : reply.changes) fields.push_back(change.field);
    return fields;
}

}  // namespace

TEST_CASE("a quoted UDP probe tells its number, and proves itself as far as it was quoted", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::udp);
    const auto whole = read_trace_error(sent, Error{}.octets());
    REQUIRE(whole);
    CHECK(whole->number == 4711);
    CHECK(whole->cookie == cookie);
    CHECK(whole->cookie_mask == ~std::uint64_t{0});
    CHECK(whole->destination == asio::ip::address{theirs});
    CHECK(whole->quoted_ttl == 1);
    CHECK(whole->changes.empty());
    const auto minimal = read_trace_error(sent, Error{.quote = 8}.octets());
    REQUIRE(minimal);
    CHECK(minimal->number == 4711);  // the checksum
    CHECK(minimal->cookie_mask == 0);
    CHECK_FALSE(read_trace_error(sent, Error{.quote = 7}.octets()).has_value());
    CHECK_FALSE(read_trace_error(sent, Octets(8)).has_value());
    CHECK_FALSE(read_trace_error(sent, {}).has_value());
}

TEST_CASE("what is about other packets is nothing to us", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::udp);
    CHECK_FALSE(read_trace_error(sent, Error{.protocol = 6}.octets()).has_value());
    CHECK_FALSE(read_trace_error(sent, Error{.fragment = 100}.octets()).has_value());
    CHECK_FALSE(read_trace_error(sent, Error{.first = 1, .mark = 5}.octets()).has_value());
    CHECK_FALSE(read_trace_error(sent, Error{.first = 1, .quote = 8}.octets()).has_value());
    CHECK_FALSE(read_trace_error(sent, Error{.second = 1, .quote = 8}.octets()).has_value());
    // With our port and another mark it is forged, which its cookie will show.
    CHECK(read_trace_error(sent, Error{.quoted_cookie = 1, .mark = 5}.octets())->cookie == 1);
}

TEST_CASE("every field that was rewritten is told", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::udp);
    const auto changed = [&](const Error& error) { return fields_of(*read_trace_error(sent, error.octets())); };
    CHECK(changed({.tos = 0xB8}) == std::vector{TraceField::dscp});
    CHECK(changed({.tos = 3}) == std::vector{TraceField::ecn});
    CHECK(changed({.length = 40}) == std::vector{TraceField::length});
    CHECK(changed({.checksum = 7}) == std::vector{TraceField::checksum});
    CHECK(changed({.first = 4000}) == std::vector{TraceField::source_port});
    CHECK(changed({.second = 5000}) == std::vector{TraceField::destination_port});
    CHECK(changed({.from = theirs}) == std::vector{TraceField::source});
    CHECK(read_trace_error(sent, Error{.ttl = 5}.octets())->quoted_ttl == 5);
}

TEST_CASE("of several flows, what was rewritten is told against the flow that the probe was of", "[engine][trace]")
{
    const auto of_three = [](TraceProbe method) {
        auto sent = sent_by(method);
        sent.flows = 3;
        sent.own_ports = {40000, 40001, 40002};
        sent.checksums = {0xBEEF, 0xBEF0, 0xBEF1};
        return sent;
    };
    constexpr std::uint16_t of_second = 2, of_third = 3;  // numbers
    const auto udp = of_three(TraceProbe::udp);
    const auto rewritten =
        read_trace_error(udp, Error{.first = 4000, .number = of_third, .checksum = of_third}.octets());
    REQUIRE(rewritten);
    CHECK(rewritten->flow == 2);
    CHECK(rewritten->changes == std::vector<TraceChange>{{TraceField::source_port, 40002U, 4000U}});
    // The port of another flow is a rewritten one, too.
    const auto other =
        read_trace_error(udp, Error{.first = 40000, .number = of_second, .checksum = of_second}.octets());
    REQUIRE(other);
    CHECK(other->changes == std::vector<TraceChange>{{TraceField::source_port, 40001U, 40000U}});
    CHECK(read_trace_error(udp, Error{.first = 40001, .checksum = of_second, .quote = 8}.octets())->number ==
          of_second);
    // Of a short quote, port and checksum have to be those of one flow.
    CHECK_FALSE(read_trace_error(udp, Error{.first = 40000, .checksum = of_second, .quote = 8}.octets()));

    Error segment{.protocol = 6, .first = 4000, .second = 80, .number = of_second, .length = 40, .quote = 8};
    const auto tcp = read_trace_error(of_three(TraceProbe::tcp), segment.octets());
    REQUIRE(tcp);
    CHECK(tcp->needs_destination);
    CHECK(tcp->changes == std::vector<TraceChange>{{TraceField::source_port, 40001U, 4000U}});
    segment.first = 40001;
    CHECK(read_trace_error(of_three(TraceProbe::tcp), segment.octets())->changes.empty());

    auto echo = of_three(TraceProbe::icmp);
    echo.own_ports = {40000};
    CHECK(
        read_trace_error(echo, Error{.protocol = 1, .number = of_third, .checksum = 0xBEF1}.octets())->changes.empty());
    const auto summed = read_trace_error(echo, Error{.protocol = 1, .number = of_third, .checksum = 0xBEEF}.octets());
    REQUIRE(summed);
    CHECK(summed->changes == std::vector<TraceChange>{{TraceField::checksum, 0xBEF1U, 0xBEEFU}});
    CHECK_FALSE(
        read_trace_error(echo, Error{.protocol = 1, .number = of_third, .checksum = 0xBEEF, .quote = 8}.octets()));
}

TEST_CASE("a flow label that was rewritten is told against that of the probe's flow", "[engine][trace]")
{
    auto sent = sent_by(TraceProbe::udp);
    sent.version = IpVersion::v6;
    sent.flows = 2;
    sent.own_ports = {40000, 40001};
    sent.flow_labels = {0x11111, 0x22222};
    sent.sources.clear();
    Octets all(8 + 40 + 40);
    const std::span bytes{all};
    bytes[0] = std::byte{wire::icmpv6_type::time_exceeded};
    const auto ip = bytes.subspan(8);
    base::store_be(ip, 4, std::uint16_t{40});
    ip[6] = std::byte{17};
    ip[7] = std::byte{1};
    const auto udp = ip.subspan(40);
    base::store_be(udp, 0, std::uint16_t{40001});
    base::store_be(udp, 2, std::uint16_t{33434});
    write_trace_payload(udp.subspan(8), cookie, 2, 99);
    base::store_be(ip, 0, 0x60022222U);
    const auto kept = read_trace_error(sent, all);
    REQUIRE(kept);
    CHECK(kept->flow == 1);
    CHECK(kept->changes.empty());
    base::store_be(ip, 0, 0x60011111U);
    CHECK(read_trace_error(sent, all)->changes ==
          std::vector<TraceChange>{{TraceField::flow_label, 0x22222U, 0x11111U}});
    sent.flow_labels[1].reset();  // the system's, which we don't know
    CHECK(read_trace_error(sent, all)->changes.empty());
}

TEST_CASE("a checksum that a virtual device left unfinished is none that was rewritten", "[engine][trace]")
{
    const auto unfinished = unfinished_checksum({ours, theirs, 0, 0}, udp_protocol, 40);
    CHECK(read_trace_error(sent_by(TraceProbe::udp), Error{.checksum = unfinished}.octets())->changes.empty());
}

TEST_CASE("a quoted echo request is proven by its payload, or else by the checksum of its flow", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::icmp);
    Error error{.protocol = 1, .checksum = 0xBEEF};
    CHECK(read_trace_error(sent, error.octets())->number == 4711);
    CHECK(read_trace_error(sent, error.octets())->changes.empty());
    error.quote = 8;
    CHECK(read_trace_error(sent, error.octets())->cookie_mask == 0);
    error.checksum = 1;
    CHECK_FALSE(read_trace_error(sent, error.octets()).has_value());
    error.quote = 40;
    CHECK(fields_of(*read_trace_error(sent, error.octets())) == std::vector{TraceField::checksum});
    error.first = 1;  // a rewritten identifier: the payload says that it is ours
    CHECK(fields_of(*read_trace_error(sent, error.octets())) ==
          std::vector{TraceField::source_port, TraceField::checksum});
    error.mark = 1;
    CHECK_FALSE(read_trace_error(sent, error.octets()).has_value());
}

TEST_CASE("a quoted SYN proves itself by half of its sequence number", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::tcp);
    Error error{.protocol = 6, .second = 80, .length = 40, .quote = 8};
    const auto reply = read_trace_error(sent, error.octets());
    REQUIRE(reply);
    CHECK(reply->number == 4711);
    CHECK(reply->cookie == 0x7788);
    CHECK(reply->cookie_mask == 0xFFFF);
    CHECK(reply->changes.empty());
    CHECK_FALSE(reply->needs_destination);
    error.quote = 7;
    CHECK_FALSE(read_trace_error(sent, error.octets()).has_value());
}

TEST_CASE("a quoted SYN from another port than ours is a probe if its destination is, too", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::tcp);
    Error error{.protocol = 6, .first = 4000, .second = 80, .length = 40, .quote = 8};
    const auto reply = read_trace_error(sent, error.octets());
    REQUIRE(reply);
    CHECK(reply->number == 4711);
    CHECK(reply->cookie == 0x7788);
    CHECK(reply->cookie_mask == 0xFFFF);
    CHECK(reply->needs_destination);
    CHECK(reply->changes == std::vector<TraceChange>{{TraceField::source_port, 40000U, 4000U}});
    error.second = 5000;
    CHECK(fields_of(*read_trace_error(sent, error.octets())) ==
          std::vector{TraceField::source_port, TraceField::destination_port});
}

TEST_CASE("a quoted segment with another checksum than the one that was sent was rewritten", "[engine][trace]")
{
    auto sent = sent_by(TraceProbe::tcp);
    sent.sources = {theirs, ours};
    auto segment = make_tcp_probe({ours, theirs, 40000, 80}, 4711, cookie, sent.tcp);
    CHECK(read_trace_error(sent, error_about(6, segment, segment.size()))->changes.empty());
    CHECK(read_trace_error(sent, error_about(6, std::span{segment}.first(17), segment.size()))->changes.empty());
    const auto checksum = base::load_be<std::uint16_t>(segment, 16);
    base::store_be(std::span{segment}, 16, std::uint16_t{0x1234});
    const auto changes = read_trace_error(sent, error_about(6, segment, segment.size()))->changes;
    CHECK(changes == std::vector<TraceChange>{{TraceField::checksum, std::uint32_t{checksum}, 0x1234U}});
    sent.sources.clear();  // without them, the sum isn't known
    CHECK(read_trace_error(sent, error_about(6, segment, segment.size()))->changes.empty());
}

TEST_CASE("where the packet of an error was going can be told, whoever sent it", "[engine][trace]")
{
    CHECK(quoted_destination(IpVersion::v4, Error{.protocol = 99}.octets()) == asio::ip::address{theirs});
    CHECK_FALSE(quoted_destination(IpVersion::v4, {}));
    auto cut = Error{}.octets();
    cut.resize(8 + 19);
    CHECK_FALSE(quoted_destination(IpVersion::v4, cut));
}

TEST_CASE("a quoted DCCP request tells its number in eight octets, and proves itself in more", "[engine][trace]")
{
    const auto sent = sent_by(TraceProbe::dccp);
    const auto request = make_dccp_probe({ours, theirs, 40000, 33434}, 4711, cookie, 1);
    for (const std::size_t quote : {8U, 13U, 14U, 20U}) {
        const auto reply = read_trace_error(sent, error_about(33, std::span{request}.first(quote), 20));
        REQUIRE(reply);
        CHECK(reply->number == 4711);
        CHECK(reply->cookie_mask == (quote < 14 ? 0U : 0xFFFFU));
        CHECK(reply->cookie == (quote < 14 ? 0U : 0x7788U));
        CHECK(reply->changes.empty());
    }
    CHECK_FALSE(read_trace_error(sent, error_about(33, std::span{request}.first(7), 20)));
    const auto other = make_dccp_probe({ours, theirs, 40001, 33434}, 4711, cookie, 1);
    CHECK_FALSE(read_trace_error(sent, error_about(33, std::span{other}.first(13), 20)));
    const auto translated = read_trace_error(sent, error_about(33, other, 20));
    REQUIRE(translated);
    CHECK(translated->needs_destination);
    CHECK(translated->changes == std::vector<TraceChange>{{TraceField::source_port, 40000U, 40001U}});
    CHECK_FALSE(read_trace_error(sent, error_about(17, request, 20)));
}

TEST_CASE("a quoted packet of another protocol tells its number and 48 bits of its cookie", "[engine][trace]")
{
    auto sent = sent_by(TraceProbe::raw);
    sent.protocol = 253;
    std::vector<std::byte> packet(40);
    write_raw_probe(packet, 4711, cookie);
    const auto reply = read_trace_error(sent, error_about(253, std::span{packet}.first(8), 40));
    REQUIRE(reply);
    CHECK(reply->number == 4711);
    CHECK(reply->cookie == 0x334455667788);
    CHECK(reply->cookie_mask == 0xFFFFFFFFFFFF);
    CHECK(reply->changes.empty());
    CHECK_FALSE(read_trace_error(sent, error_about(254, packet, 40)));
}

TEST_CASE("a quoted UDP-Lite probe has its number in the checksum, unless that covers too little", "[engine][trace]")
{
    auto sent = sent_by(TraceProbe::udp_lite);
    std::vector<std::byte> header(8);
    base::store_be(header, 0, std::uint16_t{40000});
    base::store_be(header, 2, std::uint16_t{33434});
    base::store_be(header, 6, std::uint16_t{4711});
    const auto reply = read_trace_error(sent, error_about(136, header, 40));
    REQUIRE(reply);
    CHECK(reply->number == 4711);
    CHECK(reply->changes.empty());
    sent.coverage = 8;
    const auto short_one = read_trace_error(sent, error_about(136, header, 40));
    REQUIRE(short_one);
    CHECK_FALSE(short_one->number);
    CHECK(short_one->changes.empty());
}

TEST_CASE("a probe that is on its way to a gateway is no redirected one", "[engine][trace]")
{
    auto sent = sent_by(TraceProbe::udp);
    const auto gateway = asio::ip::make_address_v4("203.0.113.1");
    const auto octets = Error{.to = gateway}.octets();
    CHECK(read_trace_error(sent, octets)->destination == asio::ip::address{gateway});
    sent.gateways.addresses[0] = gateway;
    sent.gateways.count = 1;
    const auto reply = read_trace_error(sent, octets);
    REQUIRE(reply);
    CHECK(reply->number == 4711);
    CHECK_FALSE(reply->destination);
}

}  // namespace trace_quote_tests
