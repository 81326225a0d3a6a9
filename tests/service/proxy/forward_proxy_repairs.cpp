// Faulty answers of origin servers that the client gets as they should have been.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <string>

namespace forward_proxy_repairs_tests {

using namespace libnet;
using namespace libnet::test;

namespace {

/// What the client gets when the origin sends this and closes.
auto answer_to(ProxyFixture& net, const std::string& request, const std::string& bytes)
{
    RawClient client{net.proxy.endpoint()};
    client.send(request);
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(bytes);
    upstream.finish();
    auto answer = client.receive();
    if (answer.field("Transfer-Encoding") == "chunked") answer.body = client.receive_rest();
    return answer;
}

}  // namespace

TEST_CASE("a fault that leaves no doubt about the end of an answer is repaired", "[service][proxy]")
{
    ProxyFixture net;
    const std::string bytes =
        GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nDate: D\r\nA : b\r\nContent-Length: 2\r\n\r\nok",
                 "HTTP/1.1 200 OK\nDate: D\nA: b\nContent-Length: 2\n\nok",
                 "HTTP/1.1 200 OK\r\nDate: D\r\nA:\r\n b\r\nContent-Length: 2\r\n\r\nok",
                 "HTTP/1.1 200 OK\r\nDate: D\r\nA: b\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                 "HTTP/1.1 200 OK\r\nDate: D\r\nA: b\r\nContent-Length: 2, 2\r\n\r\nok",
                 "HTTP/1.1 200 OK\r\nDate: D\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0 \r\n\r\n",
                 "HTTP/1.1 200 OK\r\nDate: D\r\nA: b\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n2\r\nok\r\n0\r\nContent-Length: 0\r\n\r\n");
    INFO(bytes);
    const auto answer = answer_to(net, net.request("GET", "/", "Connection: close\r\n"), bytes);
    CHECK(answer.status == 200);
    CHECK(answer.field("A") == "b");
    const bool chunked = answer.field("Transfer-Encoding") == "chunked";
    CHECK(answer.body == (chunked ? "2\r\nok\r\n0\r\n\r\n" : "ok"));
    CHECK(answer.head.find("2, 2") == std::string::npos);
    CHECK(answer.head.find(" :") == std::string::npos);
}

TEST_CASE("large heads pass, up to the limits", "[service][proxy]")
{
    ProxyFixture net;
    std::string fields;
    for (int i = 0; i < 150; ++i) fields += "F" + std::to_string(i) + ": " + std::string(260, 'x') + "\r\n";
    const auto answer = answer_to(net, net.request("GET", "/", "Cookie: " + std::string(40'000, 'c') + "\r\n"),
                                  "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 2\r\n" + fields + "\r\nok");
    CHECK(answer.status == 200);
    CHECK(answer.field("F149") == std::string(260, 'x'));
    CHECK(answer.body == "ok");
}

}  // namespace forward_proxy_repairs_tests
