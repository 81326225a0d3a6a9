#include <libnet/name_keeper.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace name_keeper_tests {

using namespace libnet;
using namespace libnet::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t first_address = 0x0A000001, second_address = 0x0A000002;  // 10.0.0.1, 10.0.0.2

/// A keeper with a name server of its own, and what it told.
struct Kept {
    explicit Kept(DnsServer::Script script, NameKeeperOptions options = {}) : server{io, std::move(script)}
    {
        options.family = AddressFamily::ipv4;
        options.servers = {server.endpoint()};
        options.on_address = [this](KeptName name, const asio::ip::address& address, NameNews kind) {
            news.push_back({name.index, address.to_string(), kind});
            if (on_news) on_news();
        };
        options.on_failure = [this](KeptName name, const std::string& why, NameFailure kind) {
            failures.push_back({name.index, why, kind});
            if (on_news) on_news();
        };
        keeper = std::make_unique<NameKeeper>(io.get_executor(), std::move(options));
    }

    /// Runs until it has been told this many things.
    void run_until(std::size_t count)
    {
        on_news = [this, count] {
            if (news.size() + failures.size() >= count) io.stop();
        };
        io.restart();
        io.run_for(20s);  // a test that waits that long has failed
    }

    struct News {
        std::size_t name;
        std::string address;
        NameNews kind;
        bool operator==(const News&) const = default;
    };
    struct Failure {
        std::size_t name;
        std::string why;
        NameFailure kind;
        bool operator==(const Failure&) const = default;
    };

    asio::io_context io;
    DnsServer server;
    std::vector<News> news;
    std::vector<Failure> failures;
    std::function<void()> on_news;
    std::unique_ptr<NameKeeper> keeper;
};

DnsServer::Script always(std::uint32_t address, std::uint32_t ttl)
{
    return [=](const DnsQuestion& question) { return std::vector{answer(question, {a_record(address, ttl)})}; };
}

}  // namespace

TEST_CASE("a name is asked for, and again when its answer is too old", "[service][name_keeper]")
{
    std::uint32_t address = first_address;
    Kept kept{[&](const DnsQuestion& question) { return std::vector{answer(question, {a_record(address)})}; },
              {.refresh = 10ms}};
    CHECK(kept.keeper->add("a.test").index == 0);
    CHECK(kept.keeper->any_awaited());
    CHECK(kept.news.empty());  // add makes no callback
    kept.run_until(1);
    REQUIRE(kept.news.size() == 1);
    CHECK(kept.news[0] == Kept::News{0, "10.0.0.1", NameNews::first});
    CHECK_FALSE(kept.keeper->any_awaited());

    kept.run_until(2);
    REQUIRE(kept.news.size() == 2);
    CHECK(kept.news[1] == Kept::News{0, "10.0.0.1", NameNews::same});
    address = second_address;
    kept.run_until(3);
    REQUIRE(kept.news.size() == 3);
    CHECK(kept.news[2] == Kept::News{0, "10.0.0.2", NameNews::changed});
    CHECK(kept.failures.empty());
}

TEST_CASE("why a name has no address is told in words, and whether it makes sense to ask again",
          "[service][name_keeper]")
{
    Kept kept{[](const DnsQuestion& question) { return std::vector{failure(question, Rcode::no_such_name)}; }};
    kept.keeper->add("gone.test");
    kept.keeper->add("no name");
    kept.keeper->add("x.invalid");
    kept.run_until(3);
    REQUIRE(kept.failures.size() == 3);
    std::ranges::sort(kept.failures, {}, &Kept::Failure::name);
    CHECK(kept.failures[0] == Kept::Failure{0, "gone.test: no such host", NameFailure::told});
    CHECK(kept.failures[1] == Kept::Failure{1, "no?name: not a host name", NameFailure::final});
    CHECK(kept.failures[2].kind == NameFailure::final);
    CHECK(kept.keeper->any_awaited());
    CHECK_FALSE(kept.keeper->any_awaited({.passing = 3, .told = 1}));
}

TEST_CASE("a name that is dropped is asked for no more", "[service][name_keeper]")
{
    Kept kept{always(first_address, 60), {.refresh = 5ms}};
    const auto dropped = kept.keeper->add("dropped.test");
    kept.keeper->add("kept.test");
    kept.run_until(2);
    kept.keeper->drop(dropped);
    kept.news.clear();
    kept.run_until(5);
    REQUIRE(kept.news.size() == 5);
    for (const auto& each : kept.news) CHECK(each.name == 1);
}

TEST_CASE("a keeper that is gone makes no callback, and leaves nothing running", "[service][name_keeper]")
{
    asio::io_context io;
    int calls = 0;
    NameKeeper keeper{io.get_executor(),
                      {.on_address = [&](auto...) { ++calls; }, .on_failure = [&](auto...) { ++calls; }}};
    keeper.add("localhost");
    SECTION("closed") { keeper.close(); }
    SECTION("replaced") { keeper = NameKeeper{io.get_executor()}; }
    io.run();
    CHECK(calls == 0);
}

TEST_CASE("a refresh that isn't more than nothing is refused", "[service][name_keeper]")
{
    asio::io_context io;
    try {
        const NameKeeper keeper{io.get_executor(), {.refresh = 0ns}};
        FAIL("it was taken");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::invalid_argument);
        CHECK(std::string{error.what()}.find("refresh") != std::string::npos);
    }
}

TEST_CASE("one can wait until no name is awaited any more", "[service][name_keeper]")
{
    Kept kept{[](const DnsQuestion& question) {
        if (question.name == "gone.test") return std::vector{failure(question, Rcode::no_such_name)};
        return std::vector{answer(question, {a_record(first_address)})};
    }};
    kept.keeper->add("a.test");
    kept.keeper->add("gone.test");
    std::vector<boost::system::error_code> ends;
    const auto note = [&ends](boost::system::error_code error) { ends.push_back(error); };
    kept.keeper->async_settled({.passing = 1, .told = 1}, note);
    CHECK(ends.empty());
    kept.run_until(2);
    kept.io.restart();
    kept.io.poll();
    CHECK(ends == std::vector{boost::system::error_code{}});
    CHECK(kept.news.size() == 1);

    kept.keeper->async_settled({}, note);  // "gone.test" is worth waiting for, for ever
    kept.io.restart();
    kept.io.poll();
    CHECK(ends.size() == 1);
    kept.keeper->close();
    kept.io.restart();
    kept.io.poll();
    REQUIRE(ends.size() == 2);
    CHECK(ends[1] == asio::error::operation_aborted);
}

TEST_CASE("a keeper that pauses asks nothing and keeps no loop running, and goes on later", "[service][name_keeper]")
{
    asio::io_context io;
    std::vector<std::string> asked;
    std::vector<AddressFamily> families;
    const auto answer_now = [&](std::string name, AddressFamily family) -> asio::awaitable<ResolvedName> {
        asked.push_back(std::move(name));
        families.push_back(family);
        ResolvedName found;
        found.addresses.push_back(asio::ip::make_address("10.0.0.1"));
        found.ttl = std::chrono::seconds{0};
        co_return found;
    };
    unsigned told = 0;
    NameKeeper keeper{io.get_executor(),
                      {.refresh = 1ms,
                       .on_address =
                           [&](KeptName, const asio::ip::address&, NameNews) {
                               if (++told == 3) keeper.pause();
                           },
                       .look_up = answer_now}};
    keeper.pause();
    keeper.add("a.test", AddressFamily::ipv6);
    io.run();  // at once, for there is nothing to wait for
    CHECK(asked.empty());
    keeper.resume();
    io.restart();
    io.run();  // until it pauses
    CHECK(told == 3);
    CHECK(asked.size() == 3);
    CHECK(asked.back() == "a.test");
    CHECK(families.back() == AddressFamily::ipv6);
}

}  // namespace name_keeper_tests
