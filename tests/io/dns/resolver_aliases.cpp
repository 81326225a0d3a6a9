// Names that are aliases of themselves.

#include <libnet/io/dns/alias_answer.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/resolver_fixture.hpp>

#include <boost/asio/error.hpp>

#include <string>
#include <vector>

namespace resolver_aliases_tests {

namespace asio = boost::asio;

using namespace libnet::tests;

namespace {

constexpr std::uint16_t type_cname = 5;

std::string alias(const std::string& label) { return record(type_cname, wire_name({label, "test"})); }

/// a -> b -> c -> a, one -> one, and long-0 -> long-1 and so on without an end. A resolver that follows them fails, or says
/// what it has found.
std::vector<std::string> loops(const DnsQuestion& q, bool fails)
{
    std::string next;
    if (q.name == "a.test") next = "b";
    if (q.name == "b.test") next = "c";
    if (q.name == "c.test") next = "A";
    if (q.name == "one.test" || q.name == "xn--mnchen-3ya.test") next = q.name.substr(0, q.name.size() - 5);
    if (q.name.starts_with("long-")) next = "long-" + std::to_string(std::stoi(q.name.substr(5)) + 1);
    if (next.empty()) return ordinary(q);
    if (q.type != type_cname && fails) return {failure(q, Rcode::server_failure)};
    return {answer(q, {alias(next)})};
}

}  // namespace

TEST_CASE("a loop of aliases is called a loop", "[io][resolver]")
{
    const bool fails = GENERATE(true, false);
    ResolverFixture fixture{[fails](const DnsQuestion& q) { return loops(q, fails); }};
    for (const std::string name : {"a.test", "one.test", "m\u00FCnchen.test"}) {
        const auto outcome = fixture.resolve(name);
        CHECK(outcome.error() == boost::system::errc::too_many_symbolic_link_levels);
        CHECK(outcome.what() == name + ": its aliases (CNAME records) form a loop");
    }
}

TEST_CASE("an address whose name is a loop of aliases has no name", "[io][resolver]")
{
    const bool fails = GENERATE(true, false);
    const std::string own = "7.2.0.192.in-addr.arpa";
    ResolverFixture fixture{[&](const DnsQuestion& q) -> std::vector<std::string> {
        if (q.name != own) return ordinary(q);
        if (fails) return {failure(q, Rcode::server_failure)};
        const auto itself = record(type_cname, wire_name({"7", "2", "0", "192", "in-addr", "arpa"}));
        return {answer(q, {itself, itself})};
    }};
    const auto outcome = fixture.name_of(asio::ip::make_address("192.0.2.7"));
    REQUIRE(outcome.value.has_value());
    CHECK_FALSE(outcome.value->has_value());
    CHECK(fixture.server.questions.size() < 20);
}

TEST_CASE("localhost is what the hosts file says, for who wants that; no server is asked", "[io][resolver]")
{
    ResolverFixture fixture{ordinary, {.timeout = std::chrono::seconds{10}, .localhost_from_hosts = true}};
    const auto outcome = fixture.resolve("localhost");
    REQUIRE(outcome.value.has_value());
    CHECK_FALSE(outcome.value->empty());
    CHECK(fixture.server.questions.empty());
}

TEST_CASE("who fails without a loop fails as before, and aliases are followed only so far", "[io][resolver]")
{
    ResolverFixture fixture{[](const DnsQuestion& q) { return loops(q, true); }};
    CHECK(fixture.resolve("broken.test").error() == asio::error::host_not_found_try_again);
    CHECK(fixture.resolve("long-0.test").error() == asio::error::host_not_found_try_again);
    CHECK(fixture.server.questions.size() < 60);
    CHECK(fixture.resolve("v4.test").value.has_value());
}

TEST_CASE("an alias is read from whole messages only", "[io][resolver]")
{
    using libnet::io::detail::read_alias;
    const DnsQuestion question{"id", wire_name({"a", "test"}) + big_endian(type_cname, 2) + big_endian(1, 2), "a.test",
                               type_cname, false};
    const auto message = answer(question, {a_record(1), alias("b")});
    const auto read = [](const std::string& octets) {
        return read_alias(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
    };
    CHECK(read(message) == "b.test");
    for (std::size_t size = 0; size < message.size(); ++size) CHECK_FALSE(read(message.substr(0, size)));
    CHECK_FALSE(read(answer(question, {a_record(1)})));
}

}  // namespace resolver_aliases_tests
