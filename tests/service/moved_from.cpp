// Objects of all classes move alike, and one that was moved from says so.

#include <libnet/libnet.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace moved_from_tests {

namespace asio = boost::asio;
using namespace libnet;

namespace {

const asio::ip::address loopback = asio::ip::address_v4::loopback();

/// Moves it away and back; between, `use` must say that there is nothing to be used.
template <typename T, typename Use>
void check_moves(T object, Use use)
{
    use(object);
    T other{std::move(object)};
    CHECK_THROWS_AS(use(object), std::logic_error);
    use(other);
    object = std::move(other);
    CHECK_THROWS_AS(use(other), std::logic_error);
    use(object);
}

}  // namespace

TEST_CASE("servers move, and one that was moved from is of no use", "[service][moves]")
{
    asio::io_context io;
    const test::TemporaryDirectory root;
    const auto use = [](auto& server) { std::ignore = server.local_endpoint(); };
    check_moves(StaticFileServer{io.get_executor(), {.root = root.path().string(), .address = loopback, .port = 0}},
                use);
    check_moves(ForwardProxy{io.get_executor(), {.port = 0}}, use);
    check_moves(HttpEndpoint{io.get_executor(), {}}, use);
    const auto run = [](auto& server) { std::ignore = server.run(); };
    check_moves(ForwardProxy{io.get_executor(), {.port = 0}}, run);
    const auto count = [](auto& server) { std::ignore = server.connections(); };
    check_moves(ForwardProxy{io.get_executor(), {.port = 0}}, count);
}

TEST_CASE("a server that another one is moved into ends", "[service][moves]")
{
    asio::io_context io{1};
    ForwardProxy first{io.get_executor(), {.port = 0}}, second{io.get_executor(), {.port = 0}};
    bool ended = false;
    asio::co_spawn(io, first.run(), [&](std::exception_ptr failure) { ended = !failure; });
    io.poll();
    CHECK_FALSE(ended);
    first = std::move(second);
    io.run();
    CHECK(ended);
}

TEST_CASE("a tracer that was moved from is of no use", "[service][moves]")
{
    asio::io_context io;
    check_moves(Tracer{io.get_executor()}, [](Tracer& tracer) { std::ignore = tracer.add(loopback); });
    check_moves(Tracer{io.get_executor()}, [](Tracer& tracer) { std::ignore = tracer.trace(loopback); });
    check_moves(Tracer{io.get_executor()}, [](Tracer& tracer) { std::ignore = tracer.next(); });
    check_moves(Tracer{io.get_executor()}, [](Tracer& tracer) { std::ignore = tracer.get_executor(); });
}

TEST_CASE("pingers and path MTU finders that were moved from are of no use", "[service][moves]")
try {
    asio::io_context io;
    check_moves(PathMtuFinder{io.get_executor(), loopback}, [](PathMtuFinder& finder) { std::ignore = finder.next(); });
    check_moves(PathMtuFinder{io.get_executor(), loopback},
                [](PathMtuFinder& finder) { std::ignore = finder.result(); });
    check_moves(IcmpPinger{io.get_executor()}, [](IcmpPinger& pinger) { std::ignore = pinger.ping(loopback); });
    check_moves(IcmpPinger{io.get_executor()}, [](IcmpPinger& pinger) { std::ignore = pinger.next(); });
    check_moves(IcmpPinger{io.get_executor()}, [](IcmpPinger& pinger) { std::ignore = pinger.add(loopback); });
    check_moves(IcmpPinger{io.get_executor()}, [](IcmpPinger& pinger) { std::ignore = pinger.remove({}); });
    check_moves(IcmpPinger{io.get_executor()},
                [](IcmpPinger& pinger) { std::ignore = pinger.identifier(IpVersion::v4); });
    check_moves(IcmpPinger{io.get_executor()}, [](IcmpPinger& pinger) { std::ignore = pinger.foreign(); });
} catch (const boost::system::system_error& error) {
    if (error.code() != boost::system::errc::operation_not_permitted) throw;
    WARN("SKIPPED: " << error.what());
}

}  // namespace moved_from_tests
