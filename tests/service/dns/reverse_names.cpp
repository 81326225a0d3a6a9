#include <libnet/reverse_names.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <vector>

namespace reverse_names_tests {

using namespace libnet;
using namespace libnet::tests;
using namespace std::chrono_literals;

namespace {

const auto some_address = asio::ip::make_address("192.0.2.7");

std::vector<std::string> says_host(const DnsQuestion& question)
{
    return {answer(question, {record(type_ptr, wire_name({"host", "test"}))})};
}

}  // namespace

TEST_CASE("an address is looked up once, and then has its name", "[service][reverse_names]")
{
    asio::io_context io;
    DnsServer server{io, says_host};
    ReverseNames names{io.get_executor(), {.on_settled = [&io] { io.stop(); }, .servers = {server.endpoint()}}};
    CHECK(names.is_settled(some_address));  // it was not asked for
    names.look_up(some_address);
    CHECK_FALSE(names.is_settled(some_address));
    CHECK_FALSE(names.find(some_address));
    io.run();
    CHECK(names.is_settled(some_address));
    CHECK(names.find(some_address) == "host.test");
    names.look_up(some_address);
    CHECK(names.is_settled(some_address));
    CHECK(server.questions.size() == 1);
}

TEST_CASE("a name server that says nothing is waited for as long as the patience lasts", "[service][reverse_names]")
{
    asio::io_context io;
    DnsServer server{io, [](const DnsQuestion&) { return std::vector<std::string>{}; }};
    ReverseNames names{io.get_executor(),
                       {.patience = 20ms, .on_settled = [&io] { io.stop(); }, .servers = {server.endpoint()}}};
    names.look_up(some_address);
    io.run();
    CHECK(names.is_settled(some_address));
    CHECK_FALSE(names.find(some_address));
}

TEST_CASE("who is gone is not called back", "[service][reverse_names]")
{
    asio::io_context io;
    int calls = 0;
    {
        ReverseNames names{io.get_executor(), {.on_settled = [&calls] { ++calls; }}};
        names.look_up(asio::ip::make_address("127.0.0.1"));
    }
    io.run();
    CHECK(calls == 0);
}

TEST_CASE("no patience at all is refused", "[service][reverse_names]")
{
    asio::io_context io;
    CHECK_THROWS_AS((ReverseNames{io.get_executor(), {.patience = 0ms}}), boost::system::system_error);
}

}  // namespace reverse_names_tests
