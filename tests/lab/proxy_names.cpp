// proxy++ and names that lead nowhere: the network of tests/lab/network.sh has a name server that the test plays itself.

#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace proxy_names_tests {

namespace asio = boost::asio;
namespace json = boost::json;

using namespace libnet::test;
using namespace libnet::tests;

namespace {

constexpr std::uint16_t type_cname = 5;

/// The name server of /etc/resolv.conf, in a thread: every name is an alias of itself, and those with "empty" in front have
/// no address.
class NameServer {
public:
    NameServer() : server_{io_, reply_to, asio::ip::address_v4::loopback(), 53}, thread_{[this] { io_.run(); }} {}
    ~NameServer()
    {
        asio::post(io_, [this] { io_.stop(); });
        thread_.join();
    }

private:
    static std::vector<std::string> reply_to(const DnsQuestion& question)
    {
        if (question.name.starts_with("empty")) return {answer(question, {})};
        return {answer(question, {record(type_cname, question.wire.substr(0, question.wire.size() - 4))})};
    }

    asio::io_context io_{1};
    DnsServer server_;
    std::thread thread_;
};

libnet::test::Answer ask_for(const Proxy& proxy, const std::string& host)
{
    RawClient client{proxy.endpoint()};
    return client.exchange("GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
}

}  // namespace

TEST_CASE("a loop of aliases is called a loop in the answer, in Proxy-Status and in the logs", "[lab]")
{
    const NameServer names;
    Proxy proxy{{"--event-log", "-", "--access-log", "none"}};
    const std::string words = " can't be looked up: its aliases (CNAME records) form a loop.";
    for (const std::string host : {"turns.test", "xn--mnchen-3ya.test"}) {
        const auto answer = ask_for(proxy, host);
        CHECK(answer.status == 502);
        CHECK(answer.field("Proxy-Status").find("; error=dns_error; ") != std::string::npos);
        CHECK(answer.field("Proxy-Status").find("form a loop.") != std::string::npos);
        CHECK(answer.body.find("form a loop.") != std::string::npos);
    }
    const auto empty = ask_for(proxy, "empty.test");
    CHECK(empty.body.find("The host name empty.test has no address.") != std::string::npos);

    std::istringstream log{proxy.stop().out};
    std::vector<json::object> lines;
    for (std::string line; std::getline(log, line);) lines.push_back(json::parse(line).as_object());
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(lines[i].at("verdict").as_string() == "dns_error");
        CHECK(std::string_view{lines[i].at("reason").as_string()}.ends_with(words));
    }
}

}  // namespace proxy_names_tests
