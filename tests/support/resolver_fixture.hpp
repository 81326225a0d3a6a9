#pragma once
// A resolver that knows no name server but the test's own.

#include <libnet/io/dns/resolver.hpp>
#include <tests/support/dns_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::tests {

namespace asio = boost::asio;

using libnet::io::AddressFamily, libnet::io::Resolver, libnet::io::ResolverOptions;
using Addresses = std::vector<asio::ip::address>;

/// How a call ended, once it has.
template <typename T>
struct Outcome {
    std::optional<T> value;
    std::exception_ptr exception;
    bool done() const { return value || exception; }

    boost::system::error_code error() const
    {
        if (!exception) return {};
        try {
            std::rethrow_exception(exception);
        } catch (const boost::system::system_error& e) {
            return e.code();
        }
    }
    std::string what() const
    {
        if (!exception) return {};
        try {
            std::rethrow_exception(exception);
        } catch (const std::exception& e) {
            return e.what();
        }
    }
};

using Resolved = Outcome<Addresses>;
using Named = Outcome<std::optional<std::string>>;

/// The address has no name, and that isn't an error.
inline bool nameless(const Named& outcome) { return outcome.value && !*outcome.value; }

template <typename T>
auto store_in(Outcome<T>& outcome)
{
    return [&outcome](std::exception_ptr e, T value) {
        if (e) outcome.exception = e;
        else outcome.value = std::move(value);
    };
}

/// The server's ordinary behaviour: a name says what becomes of it.
inline std::vector<std::string> ordinary(const DnsQuestion& q)
{
    const bool v4 = q.type == type_a, v6 = q.type == type_aaaa;
    if (q.name.starts_with("silent")) return {};
    if (q.name.starts_with("broken")) return {failure(q, Rcode::server_failure)};
    if (q.name.starts_with("refused")) return {failure(q, Rcode::refused)};
    if (q.name == "both.test" && v4) return {answer(q, {a_record(0x7F000001)})};
    if (q.name == "both.test" && v6) return {answer(q, {aaaa_record(0)})};
    if (q.name == "v4.test") return {answer(q, v4 ? std::vector{a_record(0xC0000201)} : std::vector<std::string>{})};
    if (q.name == "v6.test") return {answer(q, v6 ? std::vector{aaaa_record(7)} : std::vector<std::string>{})};
    if (q.name == "half.test") return {v4 ? answer(q, {a_record(0xC0000202)}) : failure(q, Rcode::server_failure)};
    if (q.name == "none.test") return {answer(q, {})};
    if (q.name == "big.test" && !q.over_tcp) return {answer(q, {}, Rcode::no_error, true)};
    if (q.name == "big.test") {
        std::vector<std::string> records;
        for (std::uint32_t i = 0; i < 200; ++i) records.push_back(v4 ? a_record(0x0A000000 + i) : aaaa_record(i + 1));
        return {answer(q, records)};
    }
    if (q.name.starts_with("n") && q.name.ends_with(".many.test") && v4)
        return {answer(q, {a_record(0x0A000000 + static_cast<std::uint32_t>(std::stoul(q.name.substr(1))))})};
    if (q.name.ends_with(".many.test")) return {answer(q, {})};
    return {failure(q, Rcode::no_such_name)};
}

/// One io_context with a name server and a resolver that knows no other.
struct ResolverFixture {
    explicit ResolverFixture(DnsServer::Script script = ordinary,
                             ResolverOptions options = {.timeout = std::chrono::seconds{10}})
        : server{io, std::move(script)}
    {
        options.servers = {server.endpoint()};
        resolver.emplace(io.get_executor(), options);
    }

    template <typename T>
    void run_until_done(const Outcome<T>& outcome)
    {
        while (!outcome.done()) io.run_one();
    }
    Resolved resolve(const std::string& name, AddressFamily family = AddressFamily::any)
    {
        Resolved outcome;
        asio::co_spawn(io, resolver->resolve(name, family), store_in(outcome));
        run_until_done(outcome);
        return outcome;
    }
    Named name_of(const asio::ip::address& address)
    {
        Named outcome;
        asio::co_spawn(io, resolver->name_of(address), store_in(outcome));
        run_until_done(outcome);
        return outcome;
    }

    asio::io_context io{1};
    DnsServer server;
    std::optional<Resolver> resolver;
};

}  // namespace libnet::tests
