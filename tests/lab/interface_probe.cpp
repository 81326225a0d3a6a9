// ping++ --probe and libnet/interface_probe.hpp (tests/lab/network.sh): what Linux says about its interfaces, and what
// other nodes may say, played by a responder of our own.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/icmp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <exception>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace interface_probe_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// Alpha answers, and has an interface that is down, one with a long name, and one without an address.
void prepare_alpha()
{
    static const auto prepared = run(
        {"ip", "netns", "exec", "alpha", "sh", "-c",
         "echo 1 >/proc/sys/net/ipv4/icmp_echo_enable_probe && ip link add down0 type veth peer name bare0 && "
         "ip address add 10.77.0.1/24 dev down0 && ip link add br-0123456789ab type veth peer name peer0 && "
         "ip link set br-0123456789ab up && ip link set peer0 up && ip address add 10.78.0.1/24 dev br-0123456789ab"});
    INFO(prepared.err);
    REQUIRE(prepared.exit_code == 0);
}

Finished probe(const std::string& interface, const std::string& host, Arguments more = {})
{
    Arguments command{program("ping++"), "--probe", interface, "-n", "-W", "0.3", host};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
}

const std::string in_time = R"(, time=[\d.]+ ms\n)";
const auto loopback = asio::ip::make_address("127.0.0.1");

InterfaceState ask(const InterfaceId& interface, InterfaceProbeOptions options = {}, asio::io_context* with = nullptr)
{
    asio::io_context own{1};
    asio::io_context& io = with ? *with : own;
    std::optional<InterfaceState> result;
    std::exception_ptr failure;
    asio::co_spawn(io, probe_interface(io.get_executor(), loopback, interface, options),
                   [&](std::exception_ptr thrown, InterfaceState state) {
                       failure = thrown;
                       result = state;
                       io.stop();
                   });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return result.value();
}

using Message = std::vector<std::byte>;

/// Answers a request with this reply.
Message answer_to(const wire::ExtendedEchoRequest& request, wire::ExtendedEchoReply reply)
{
    reply.identifier = request.identifier;
    reply.sequence = request.sequence;
    return wire::encode_extended_echo_reply(wire::IpVersion::v4, reply);
}

/// Allows datagram sockets to no group, and to every one in the end: root opens raw ones.
struct OnlyRawSockets {
    OnlyRawSockets() { set("1 0"); }
    ~OnlyRawSockets() { set("0 2147483647"); }
    static void set(const std::string& groups)
    {
        run({"sh", "-c", "echo " + groups + " >/proc/sys/net/ipv4/ping_group_range"});
    }
};

/// A node that answers extended echo requests on loopback as a test says; the kernel there doesn't.
class Responder {
public:
    /// The ICMP message to answer with; it has the request, and the packet that it came in.
    using Answer = std::function<std::optional<Message>(const wire::ExtendedEchoRequest&, std::span<const std::byte>)>;

    Responder(asio::io_context& io, Answer answer, const char* from = "127.0.0.1")
        : socket_{io, asio::ip::icmp::v4()},
          out_{io, asio::ip::icmp::endpoint{asio::ip::make_address(from), 0}},
          answer_{std::move(answer)}
    {
        receive();
    }

private:
    void receive()
    {
        socket_.async_receive_from(asio::buffer(packet_), from_,
                                   [this](boost::system::error_code failed, std::size_t size) {
                                       if (failed) return;
                                       on_packet(std::span{packet_}.first(size));
                                       receive();
                                   });
    }

    void on_packet(std::span<const std::byte> packet)
    {
        const auto ip = wire::decode_ipv4(packet);
        if (!ip) return;
        const auto request = wire::decode_extended_echo_request(wire::IpVersion::v4, packet.subspan(ip->header_length));
        if (!request) return;
        const auto answer = answer_(*request, packet);
        if (answer) out_.send_to(asio::buffer(*answer), from_);
    }

    asio::ip::icmp::socket socket_;
    asio::ip::icmp::socket out_;
    Answer answer_;
    std::array<std::byte, 2048> packet_;
    asio::ip::icmp::endpoint from_;
};

}  // namespace

TEST_CASE("an interface of Linux is found by name, index and address, over both versions of IP", "[lab]")
{
    prepare_alpha();
    const auto index = run({"ip", "netns", "exec", "alpha", "cat", "/sys/class/net/alpha-r3/ifindex"}).out;
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    for (const auto& interface : Arguments{"alpha-r3", index.substr(0, index.find('\n')), "10.0.4.2", "fd00:0:0:4::2"})
    {
        const auto done = probe(interface, host);
        INFO(done.out << done.err);
        CHECK(matches(done.out,
                      interface + " on " + host + R"( \()" + host + R"(\): active, IPv4 and IPv6 running)" + in_time));
        CHECK(done.exit_code == 0);
        CHECK(done.err.empty());
    }
}

TEST_CASE("an interface that is down is not active, whatever it is asked by", "[lab]")
{
    prepare_alpha();
    const std::string interface = GENERATE("down0", "10.77.0.1");
    const auto done = probe(interface, "10.0.4.2");
    CHECK(matches(done.out, interface + R"( on 10\.0\.4\.2 \(10\.0\.4\.2\): not active, IPv4 running)" + in_time));
    CHECK(done.exit_code == 1);
    const auto bare = probe("bare0", "10.0.4.2");
    CHECK(bare.out.find("not active, neither IPv4 nor IPv6 running") != std::string::npos);
}

TEST_CASE("a name of 15 octets is understood, although Linux refuses its padding", "[lab]")
{
    prepare_alpha();
    const auto done = probe("br-0123456789ab", "10.0.4.2");
    CHECK(matches(done.out, R"(br-0123456789ab on .*: active, IPv4 and IPv6 running)" + in_time));
    CHECK(done.exit_code == 0);
}

TEST_CASE("what the host doesn't have, or doesn't understand, is said in words", "[lab]")
{
    prepare_alpha();
    const auto [interface, words] =
        GENERATE(table<std::string, std::string>({{"nope", "no such interface"},
                                                  {"4711", "no such interface"},
                                                  {"10.99.0.1", "no such interface"},
                                                  {"a-name-that-is-too-long-for-linux", "malformed query"}}));
    const auto done = probe(interface, "10.0.4.2");
    INFO(done.out << done.err);
    CHECK(matches(done.out, interface + " on .*: " + words + in_time));
    CHECK(done.exit_code == 1);
}

TEST_CASE("a host that hasn't been told to answer doesn't, and the hint says how to tell it", "[lab]")
{
    const auto done = probe("lo", "10.0.6.2");
    CHECK(done.out == "lo on 10.0.6.2 (10.0.6.2): no answer to 3 questions\n");
    CHECK(done.err.find("net.ipv4.icmp_echo_enable_probe=1") != std::string::npos);
    CHECK(done.exit_code == 1);
    CHECK(probe("lo", "10.0.6.2", {"-q"}).err.empty());
}

TEST_CASE("a host that can't be reached is told with the reason", "[lab]")
{
    SECTION("over IPv6, to a raw socket")
    {
        const OnlyRawSockets raw;
        const auto done = probe("lo", "fd00:0:0:7::1");
        CHECK(
            done.out ==
            "lo on fd00:0:0:7::1 (fd00:0:0:7::1): Destination unreachable: Address unreachable, says fd00:0:0:3::2\n");
        CHECK(done.exit_code == 1);
    }
    SECTION("over IPv4, by a router that isn't Linux")
    {
        asio::io_context io{1};
        const Responder responder{io, [](const auto&, std::span<const std::byte> packet) {
                                      Message message(wire::icmp_header_size);
                                      message[0] = std::byte{wire::icmp_type::destination_unreachable};
                                      message[1] = std::byte{1};
                                      message.insert(message.end(), packet.begin(), packet.end());
                                      base::store_be(std::span{message}, 2, base::checksum(message));
                                      return std::optional{message};
                                  }};
        const auto state = ask("lo", {}, &io);
        CHECK(state.outcome == InterfaceState::Outcome::unreachable);
        CHECK(state.error == InterfaceError{loopback, 3, 1});
        CHECK(state.probes == 1);
    }
}

TEST_CASE("of several hosts the worst answer is the exit code", "[lab]")
{
    prepare_alpha();
    CHECK(probe("lo", "10.0.4.2", {"fd00:0:0:4::2"}).exit_code == 0);
    CHECK(probe("lo", "10.0.4.2", {"10.0.6.2"}).exit_code == 1);
    const auto unknown = probe("lo", "nobody.invalid", {"10.0.4.2"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err.starts_with("ping++: nobody.invalid: "));
    CHECK(unknown.out.find("active") != std::string::npos);
}

TEST_CASE("for programs, a line of JSON for each host", "[lab]")
{
    prepare_alpha();
    const auto done = probe("alpha-r3", "10.0.4.2", {"--json", "10.0.6.2", "nobody.invalid"});
    INFO(done.out << done.err);
    CHECK(done.err.empty());
    std::istringstream lines{done.out};
    std::string line;
    std::getline(lines, line);
    const auto answered = boost::json::parse(line).as_object();
    CHECK(answered.at("event").as_string() == "probe");
    CHECK(answered.at("schema").as_int64() == 1);
    CHECK(answered.at("interface").as_string() == "alpha-r3");
    CHECK(answered.at("identified_by").as_string() == "name");
    CHECK(answered.at("outcome").as_string() == "answered");
    CHECK(answered.at("reason").as_string() == "No Error");
    CHECK(answered.at("active").as_bool());
    CHECK(answered.at("neighbour").is_null());
    std::getline(lines, line);
    const auto silent = boost::json::parse(line).as_object();
    CHECK(silent.at("outcome").as_string() == "no_answer");
    CHECK(silent.at("active").is_null());
    CHECK(silent.at("probes").as_int64() == 3);
    std::getline(lines, line);
    CHECK(boost::json::parse(line).as_object().at("outcome").is_null());
    CHECK(boost::json::parse(line).as_object().size() == answered.size());
}

TEST_CASE("without privileges, and with raw sockets only, the answer is the same", "[lab]")
{
    prepare_alpha();
    const std::string host = GENERATE("10.0.4.2", "fd00:0:0:4::2");
    const auto unprivileged =
        run({"setpriv", "--bounding-set", "-all", "--inh-caps", "-all", program("ping++"), "--probe", "lo", host});
    CHECK(unprivileged.out.find(": active, IPv4 and IPv6 running") != std::string::npos);
    const OnlyRawSockets raw;
    const auto privileged = probe("lo", host);
    INFO(privileged.out << privileged.err);
    CHECK(privileged.out.find(": active, IPv4 and IPv6 running") != std::string::npos);
}

TEST_CASE("what nodes other than Linux may answer", "[lab]")
{
    const auto [reply, words] = GENERATE(table<wire::ExtendedEchoReply, std::string>(
        {{{.neighbour = NeighbourState::reachable}, "neighbour 10.0.0.9 of 127.0.0.1 (127.0.0.1): reachable"},
         {{.neighbour = NeighbourState::failed}, "neighbour 10.0.0.9 of 127.0.0.1 (127.0.0.1): failed"},
         {{.code = InterfaceCode::no_such_table_entry},
          "neighbour 10.0.0.9 of 127.0.0.1 (127.0.0.1): no such table entry"},
         {{.code = InterfaceCode::multiple_interfaces},
          "neighbour 10.0.0.9 of 127.0.0.1 (127.0.0.1): multiple interfaces satisfy query"}}));
    asio::io_context io{1};
    const Responder responder{io, [reply = reply](const wire::ExtendedEchoRequest& request, auto) {
                                  CHECK(request.place == InterfacePlace::neighbour);
                                  return std::optional{answer_to(request, reply)};
                              }};
    Process asking{{program("ping++"), "--probe", "neighbour:10.0.0.9", "127.0.0.1"}};
    io.run_for(500ms);
    const auto done = asking.wait();
    INFO(done.out << done.err);
    CHECK(done.out.starts_with(words + ", time="));
    CHECK(done.exit_code == (reply.neighbour == NeighbourState::reachable ? 0 : 1));
}

TEST_CASE("an answer from another address is not taken", "[lab]")
{
    asio::io_context io{1};
    const auto active = [](const auto& request, auto) { return std::optional{answer_to(request, {.active = true})}; };
    const Responder responder{io, active, "127.0.0.2"};
    CHECK(ask("lo", {.timeout = 100ms, .attempts = 2}, &io).outcome == InterfaceState::Outcome::no_answer);
}

TEST_CASE("a question that is lost is asked again", "[lab]")
{
    asio::io_context io{1};
    int asked = 0;
    const Responder responder{io, [&](const auto& request, auto) -> std::optional<Message> {
                                  if (++asked < 3) return std::nullopt;
                                  return answer_to(request, {.active = true});
                              }};
    const auto state = ask("lo", {.timeout = 1s}, &io);
    CHECK(state.works());
    CHECK(state.probes == 3);
    CHECK(state.rtt < 1s);  // of the one that was answered
}

TEST_CASE("options out of range are told as errors", "[lab]")
{
    const auto refuses = [](const InterfaceId& interface, InterfaceProbeOptions options) {
        try {
            ask(interface, std::move(options));
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::invalid_argument;
        }
        return false;
    };
    CHECK(refuses("", {}));
    CHECK(refuses("lo", {.place = static_cast<InterfacePlace>(2)}));
    CHECK(refuses("lo", {.access = static_cast<InterfaceProbeAccess>(3)}));
    CHECK(refuses(std::string(256, 'x'), {}));
    CHECK(refuses("lo", {.timeout = 0s}));
    CHECK(refuses("lo", {.attempts = 0}));
    CHECK(refuses("lo", {.attempts = 101}));
    CHECK(refuses("lo", {.ttl = 0}));
}

TEST_CASE("a cancelled question ends at once", "[lab]")
{
    asio::io_context io{1};
    asio::cancellation_signal stop;
    std::exception_ptr thrown;
    const InterfaceId interface {
        "lo"
    };
    const InterfaceProbeOptions patient{.timeout = 1h};
    asio::co_spawn(io, probe_interface(io.get_executor(), asio::ip::make_address("10.0.9.1"), interface, patient),
                   asio::bind_cancellation_slot(
                       stop.slot(), [&](std::exception_ptr failed, const InterfaceState&) { thrown = failed; }));
    asio::steady_timer soon{io, 30ms};
    soon.async_wait([&](auto) { stop.emit(asio::cancellation_type::terminal); });
    io.run_for(5s);
    REQUIRE(thrown);
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::operation_aborted);
    }
}

}  // namespace interface_probe_tests
