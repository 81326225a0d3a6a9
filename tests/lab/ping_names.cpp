// ping++ and names that change, fail and come late: the network of tests/lab/network.sh has a name server that each
// test plays itself.

#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>
#include <tests/support/process.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace ping_names_tests {

namespace asio = boost::asio;

using namespace libnet::test;
using namespace libnet::tests;

namespace {

constexpr std::uint32_t alpha = 0x0A000402, web = 0x0A000602;  // 10.0.4.2, 10.0.6.2

/// The name server of /etc/resolv.conf, in a thread. `answer_to` gets a question for an A record, and how often its
/// name was asked for before; others have no answer.
class NameServer {
public:
    using AnswerTo = std::function<std::vector<std::string>(const DnsQuestion&, int before)>;

    explicit NameServer(AnswerTo answer_to)
        : answer_to_{std::move(answer_to)},
          server_{io_, [this](const DnsQuestion& question) { return reply_to(question); },
                  asio::ip::address_v4::loopback(), 53},
          thread_{[this] { io_.run(); }}
    {}
    ~NameServer()
    {
        asio::post(io_, [this] { io_.stop(); });
        thread_.join();
    }

private:
    std::vector<std::string> reply_to(const DnsQuestion& question)
    {
        if (question.type != type_a) return {failure(question, Rcode::no_such_name)};
        return answer_to_(question, asked_[question.name]++);
    }

    AnswerTo answer_to_;
    std::map<std::string, int> asked_;
    asio::io_context io_{1};
    DnsServer server_;
    std::thread thread_;
};

Finished ping(Arguments arguments)
{
    arguments.insert(arguments.begin(), {program("ping++"), "-4"});
    return run(arguments);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a name whose address changes is pinged where it is now, and its numbers go on", "[lab]")
{
    const NameServer server{[](const DnsQuestion& question, int before) {
        return std::vector{answer(question, {a_record(before == 0 ? alpha : web, 1)})};
    }};
    const auto done = ping({"-n", "-i", "0.1", "-c", "25", "moving.test"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(count(done.out, "moving.test has another address: 10.0.6.2, no longer 10.0.4.2\n") == 1);
    CHECK(contains(done.out, "64 bytes from 10.0.4.2: icmp_seq=1 "));
    CHECK(contains(done.out, "64 bytes from 10.0.6.2: icmp_seq=25 "));
    CHECK(contains(done.out, "25 packets transmitted, 25 received, 0% packet loss"));
}

TEST_CASE("a name that has its address still, beside others, is not moved", "[lab]")
{
    const NameServer server{[](const DnsQuestion& question, int before) {
        auto records = std::vector{a_record(alpha, 1), a_record(web, 1)};
        if (before % 2 == 1) std::swap(records[0], records[1]);
        return std::vector{answer(question, records)};
    }};
    const auto done = ping({"--json", "-i", "0.1", "-c", "25", "both.test"});
    CHECK(done.exit_code == 0);
    CHECK(count(done.out, "\"moved\"") == 0);
    CHECK(count(done.out, "\"reply\"") == 25);
}

TEST_CASE("a name that isn't there yet is asked for again, and pinged when it is", "[lab]")
{
    const NameServer server{[](const DnsQuestion& question, int before) {
        return std::vector{before < 2 ? failure(question, before == 0 ? Rcode::no_such_name : Rcode::server_failure)
                                      : answer(question, {a_record(alpha)})};
    }};
    const auto done = ping({"--json", "-i", "0.1", "--until", "replies>=2", "late.test"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
    CHECK(count(done.out, "{\"event\":\"error\",\"kind\":\"resolve\",\"target\":\"late.test\"") >= 1);
    CHECK(contains(done.out, "{\"event\":\"start\",\"schema\":1,\"target\":\"late.test\",\"address\":\"10.0.4.2\""));
    CHECK(contains(done.out, "\"unresolved\":0"));
}

TEST_CASE("with a count, a name that the name server doesn't know ends the run at once", "[lab]")
{
    const NameServer server{
        [](const DnsQuestion& question, int) { return std::vector{failure(question, Rcode::no_such_name)}; }};
    const auto start = std::chrono::steady_clock::now();
    const auto done = ping({"-c", "3", "gone.test"});
    CHECK(done.exit_code == 2);
    CHECK(done.out.empty());
    CHECK(done.err == "ping++: gone.test: no such host\n");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{20});
}

TEST_CASE("names whose name server is silent delay no other, and stay in the result as unresolved", "[lab]")
{
    const NameServer server{[](const DnsQuestion& question, int) {
        if (question.name.starts_with("mute")) return std::vector<std::string>{};
        return std::vector{answer(question, {a_record(alpha)})};
    }};
    Arguments arguments{"-n", "-q", "-i", "0.1", "-w", "2"};
    for (int i = 0; i < 200; ++i) arguments.push_back("mute" + std::to_string(i) + ".test");
    arguments.push_back("good.test");
    const auto done = ping(arguments);
    INFO(done.out.substr(0, 500) << done.err.substr(0, 500));
    CHECK(done.exit_code == 2);
    CHECK(contains(done.out, "--- 201 hosts, 1 alive, 200 unresolved ---"));
    CHECK(contains(done.out, "\nmute7.test    unresolved "));
    CHECK(contains(done.out, "\ngood.test     10.0.4.2 "));
}

TEST_CASE("an interface that vanishes in the middle ends no run, and is told", "[lab]")
{
    REQUIRE(run({"ip", "link", "add", "gone0", "type", "veth", "peer", "name", "gone1"}).exit_code == 0);
    run({"ip", "addr", "add", "10.77.0.1/24", "dev", "gone0"});
    run({"ip", "link", "set", "gone0", "up"});
    run({"ip", "link", "set", "gone1", "up"});
    Process process{{program("ping++"), "-i", "0.05", "-W", "0.3", "-c", "40", "-I", "gone0", "10.77.0.1"}};
    CHECK(process.wait_for("icmp_seq=3"));
    REQUIRE(run({"ip", "link", "del", "gone0"}).exit_code == 0);
    const auto done = process.wait();
    INFO(done.out << done.err);
    CHECK(contains(done.out, "40 packets transmitted, "));
    CHECK((contains(done.err, " not sent: ") || contains(done.out, "no answer from 10.77.0.1")));
    CHECK((done.exit_code == 0 || done.exit_code == 1));
}

}  // namespace ping_names_tests
