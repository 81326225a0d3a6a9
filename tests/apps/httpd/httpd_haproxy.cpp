// The configuration of examples/deploy/haproxy.cfg in front of two httpd++.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/load.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include <poll.h>

namespace httpd_haproxy_tests {

using namespace libnet::test;
using boost::asio::ip::tcp;

namespace {

tcp::endpoint loopback(std::uint16_t port) { return {boost::asio::ip::address_v4::loopback(), port}; }

/// A port that is free now: HAProxy, and a server that comes back, can't be asked which one they got.
std::uint16_t free_port()
{
    boost::asio::io_context io;
    return tcp::acceptor{io, loopback(0)}.local_endpoint().port();
}

/// One of the servers, which can go and come back.
class Instance {
public:
    explicit Instance(const std::string& root) : root_{root} { start(); }

    void start()
    {
        const auto place = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
        daemon_ = std::make_unique<Daemon>(
            "httpd++", Arguments{root_, "--listen", place(port_), "--admin", place(admin_), "--drain", "10"});
    }
    void drain()
    {
        CHECK(daemon_->stop().exit_code == 0);
        daemon_.reset();
    }
    void kill()
    {
        daemon_->process().signal(SIGKILL);
        daemon_.reset();
    }
    std::uint16_t port() const { return port_; }
    std::uint16_t admin() const { return admin_; }

private:
    std::string root_;
    std::uint16_t port_ = free_port(), admin_ = free_port();
    std::unique_ptr<Daemon> daemon_;
};

/// Until clients have had so many answers more.
void go_on(const Load& load, std::size_t answers)
{
    const auto enough = load.answers() + answers;
    for (int i = 0; i < 3000 && load.answers() < enough; ++i) ::poll(nullptr, 0, 10);
    CHECK(load.answers() >= enough);
}

}  // namespace

TEST_CASE("behind HAProxy, servers are drained and killed under load, and no request fails", "[apps][httpd]")
{
    if (is_missing("haproxy", "haproxy")) return;
    const TemporaryDirectory root;
    root.write("a", "content");
    Instance one{root.path().string()}, two{root.path().string()};
    const auto port = free_port();
    const auto config = std::filesystem::path{__FILE__}.parent_path() / "../../../examples/deploy/haproxy.cfg";
    const Process haproxy{{"haproxy", "-db", "-f", config.string()},
                          {"HTTP_PORT=" + std::to_string(port), "ONE=127.0.0.1:" + std::to_string(one.port()),
                           "ONE_ADMIN=" + std::to_string(one.admin()), "TWO=127.0.0.1:" + std::to_string(two.port()),
                           "TWO_ADMIN=" + std::to_string(two.admin())}};
    const auto serves = [&] {
        try {
            return RawClient{loopback(port)}.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    };
    for (int i = 0; i < 500 && !serves(); ++i) ::poll(nullptr, 0, 20);
    REQUIRE(serves());

    Load load{loopback(port), "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 4};
    for (auto* instance : {&one, &two, &one}) {
        go_on(load, 200);
        instance->drain();
        go_on(load, 200);
        instance->start();
        ::poll(nullptr, 0, 1200);  // HAProxy asks twice a second whether it is ready
    }
    two.kill();
    go_on(load, 200);
    two.start();
    go_on(load, 200);
    CHECK(load.stop().empty());
}

}  // namespace httpd_haproxy_tests
