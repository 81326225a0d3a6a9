// A dial that fails, is given up, or is destroyed at each of its steps.

#include <libnet/io/connect/connector.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>
#include <tests/support/fails_at_every_step.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace libnet::tests;
using namespace libnet::test;
using namespace libnet::io;
using namespace std::chrono_literals;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");

/// A dial, and the name server and the host that it comes to, which do what a step says.
struct DialTalk {
    DialTalk()
    {
        ConnectorOptions options;
        options.resolver = {.timeout = 20ms, .tries = 1, .servers = {name_server.local_endpoint()}};
        connector.emplace(poll, std::move(options));
    }

    void dial()
    {
        dialling = std::make_unique<Dial>(*connector, "name.test", host.local_endpoint().port(),
                                          libnet::engine::ClientKey{}, Dial::Judge{}, [this] { ++told; });
    }

    void take_question()
    {
        std::array<char, 512> octets;
        const std::size_t before = questions.size();
        while (questions.size() == before) {
            io.poll();
            io.restart();
            if (name_server.available() == 0) continue;
            const std::size_t size = name_server.receive_from(asio::buffer(octets), client);
            const std::string_view message{octets.data(), size};
            const std::string_view name{"\4name\4test\0", 11};
            questions.push_back({.id = std::string{message.substr(0, 2)},
                                 .wire = std::string{message.substr(12, name.size() + 4)},
                                 .name = "name.test",
                                 .type = static_cast<std::uint8_t>(message.at(12 + name.size() + 1)),
                                 .over_tcp = false});
        }
    }

    /// The answer to the question of this type; there is none where it hasn't come.
    void answer_with(std::uint16_t type, const std::vector<std::string>& records, Rcode rcode = Rcode::no_error)
    {
        const auto question = std::ranges::find(questions, type, &DnsQuestion::type);
        if (question != questions.end() && name_server.is_open())
            name_server.send_to(asio::buffer(answer(*question, records, rcode)), client);
    }

    void run_to_end()
    {
        io.restart();
        while (dialling && !dialling->done()) io.run_one();
    }

    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    asio::ip::tcp::acceptor host{io, {loopback, 0}};
    asio::ip::udp::socket name_server{io, {loopback, 0}};
    asio::ip::udp::endpoint client;
    std::vector<DnsQuestion> questions;
    std::optional<Connector> connector;
    std::unique_ptr<Dial> dialling;
    int told = 0;
};

std::ptrdiff_t open_descriptors() { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); }

Conversation<DialTalk> dial_to_the_second_address()
{
    Conversation<DialTalk> talk;
    talk.steps = {
        {"it begins", &DialTalk::dial},
        {"the first question comes", &DialTalk::take_question},
        {"the second question comes", &DialTalk::take_question},
        // 127.0.0.2 refuses, as the host listens on 127.0.0.1 only.
        {"two addresses are told",
         [](DialTalk& t) {
             t.answer_with(type_a, {a_record(0x7F000002), a_record(0x7F000001)});
         }},
        {"there are no others", [](DialTalk& t) { t.answer_with(type_aaaa, {}); }},
        {"it ends", &DialTalk::run_to_end},
    };
    talk.failures = {
        {"it is given up", [](DialTalk& t) { t.dialling.reset(); }},
        {"the name server leaves", [](DialTalk& t) { t.name_server.close(); }},
        {"the name server fails",
         [](DialTalk& t) {
             t.answer_with(type_a, {}, Rcode::server_failure);
             t.answer_with(type_aaaa, {}, Rcode::server_failure);
         }},
        {"the host leaves", [](DialTalk& t) { t.host.close(); }},
        {"the idle connections are closed", [](DialTalk& t) { t.connector->close_idle(); }},
    };
    return talk;
}

}  // namespace

TEST_CASE("a dial ends once, whatever fails at whichever step, and leaves no descriptor", "[io][connector]")
{
    const auto before = open_descriptors();
    auto talk = dial_to_the_second_address();
    talk.succeeded = [](DialTalk& t) {
        CHECK(t.dialling->end() == Dial::End::connected);
        CHECK(t.dialling->take());
        CHECK(t.told == 1);
    };
    talk.failed = [](DialTalk& t) {
        const int told = t.told;
        const bool given_up = !t.dialling;
        t.run_to_end();
        t.io.restart();
        t.io.poll();
        CHECK(t.told == (given_up ? told : 1));
    };
    talk.destroyed = [&] { CHECK(open_descriptors() == before); };
    CHECK(fails_at_every_step(talk) == 1 + 7 * 6);
}
