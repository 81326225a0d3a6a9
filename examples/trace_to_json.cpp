// A path as JSON: an array of hops, each with the answers to its probes; null for one that was lost.

#include <libnet/tracer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using Microseconds = std::chrono::duration<double, std::micro>;

void print(std::ostream& out, const libnet::TracePath& path)
{
    out << R"({"target":")" << path.target << R"(","reached":)" << (path.reached() ? "true" : "false")
        << R"(,"hops":[)";
    for (const auto& hop : path.hops) {
        out << (hop.ttl > 1 ? "," : "") << '[';
        for (std::size_t i = 0; i < hop.probes.size(); ++i) {
            out << (i > 0 ? "," : "");
            if (const auto* answer = std::get_if<libnet::TraceHop>(&hop.probes[i]))
                out << R"({"from":")" << answer->from << R"(","us":)" << Microseconds{answer->rtt}.count() << '}';
            else out << "null";
        }
        out << ']';
    }
    out << "]}\n";
}

asio::awaitable<void> trace(asio::ip::address target)
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::Tracer tracer{executor};
    const auto path = co_await tracer.trace(target);
    print(std::cout, path);
}

int main(int argc, char** argv)
try {
    asio::io_context io{1};
    asio::co_spawn(io, trace(asio::ip::make_address(argc > 1 ? argv[1] : "127.0.0.1")), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "trace_to_json: " << error.what() << '\n';
    return 1;
}
