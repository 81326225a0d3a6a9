// The proxy and its name servers: what is asked, how often, and who waits for whom.

#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>
#include <tests/support/proxy.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace forward_proxy_names_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// A name server in a thread of its own: "hang…" is never answered, "slow…" has an A record whose AAAA question is never
/// answered, "none…" doesn't exist, all others are loopback.
class NameServer {
public:
    NameServer() : thread_{[this] { io_.run(); }} {}
    ~NameServer()
    {
        io_.stop();
        thread_.join();
    }

    boost::asio::ip::udp::endpoint endpoint() const { return server_.endpoint(); }
    int questions() const { return questions_; }

private:
    std::vector<std::string> reply(const tests::DnsQuestion& question)
    {
        ++questions_;
        const bool v4 = question.type == tests::type_a;
        if (question.name.starts_with("hang") || (question.name.starts_with("slow") && !v4)) return {};
        if (question.name.starts_with("none")) return {failure(question, tests::Rcode::no_such_name)};
        return {answer(question, v4 ? std::vector{tests::a_record(0x7F000001)} : std::vector<std::string>{})};
    }

    boost::asio::io_context io_{1};
    std::atomic<int> questions_{0};
    tests::DnsServer server_{io_, [this](const tests::DnsQuestion& question) { return reply(question); }};
    std::thread thread_;
};

struct NamesFixture {
    std::string connect(const std::string& host) const
    {
        const auto authority = host + origin.authority().substr(origin.authority().find(':'));
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
    }
    unsigned status_of(const std::string& host) const
    {
        RawClient client{proxy.endpoint()};
        return client.exchange(connect(host)).status;
    }

    NameServer names;
    ScriptedOrigin origin;
    ProxyServer proxy{named({.resolver = {.timeout = 20s, .servers = {names.endpoint()}}})};
};

}  // namespace

TEST_CASE("ten tunnels to one name ask two questions", "[service][proxy]")
{
    const NamesFixture net;
    for (int i = 0; i < 10; ++i) CHECK(net.status_of("good.test") == 200);
    CHECK(net.names.questions() == 2);
    for (int i = 0; i < 5; ++i) CHECK(net.status_of("none.test") == 502);
    CHECK(net.names.questions() == 4);
}

TEST_CASE("a name whose AAAA question is never answered is reached all the same", "[service][proxy]")
{
    const NamesFixture net;
    CHECK(net.status_of("slow.test") == 200);
    CHECK(net.status_of("slow.test") == 200);
}

TEST_CASE("names that hang keep no other from resolving, their clients present or gone", "[service][proxy]")
{
    const NamesFixture net;
    std::vector<std::unique_ptr<RawClient>> hanging;
    for (int i = 0; i < 300; ++i) {
        hanging.push_back(std::make_unique<RawClient>(net.proxy.endpoint()));
        hanging.back()->send(net.connect("hang" + std::to_string(i) + ".test"));
    }
    if (GENERATE(false, true)) hanging.clear();
    CHECK(net.status_of("good.test") == 200);  // the others take 60 s to fail
}

}  // namespace forward_proxy_names_tests
