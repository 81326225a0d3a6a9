// WebSockets to servers with which proxy++ itself speaks TLS.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace proxy_origin_websocket_tests {

using namespace libnet::test;
namespace asio = boost::asio;

namespace {

using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

/// A server of TLS for one connection, which a function plays in a thread.
class Origin {
public:
    Origin(const Certificates& certificates, std::function<void(Stream&)> play)
    {
        context_.use_certificate_chain_file(certificates.chain("site"));
        context_.use_private_key_file(certificates.key("site"), asio::ssl::context::pem);
        thread_ = std::thread{[this, play = std::move(play)] {
            boost::system::error_code error;
            Stream stream{acceptor_.accept(), context_};
            stream.handshake(Stream::server, error);
            if (!error) play(stream);
        }};
    }
    ~Origin() { thread_.join(); }
    Origin(const Origin&) = delete;
    Origin& operator=(const Origin&) = delete;

    std::string authority() const { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

private:
    asio::io_context io_;
    asio::ssl::context context_{asio::ssl::context::tls_server};
    asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

std::string upgrade(const std::string& authority)
{
    return "GET https://" + authority + "/ws HTTP/1.1\r\nHost: " + authority +
           "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n";
}

std::string receive_head(Stream& stream)
{
    std::string head;
    const auto size = asio::read_until(stream, asio::dynamic_buffer(head), "\r\n\r\n");
    head.resize(size);
    return head;
}

}  // namespace

TEST_CASE("a WebSocket to an https:// target is a tunnel with TLS at its far end", "[apps][proxy][tls]")
{
    Certificates certificates;
    certificates.make("site", "IP:127.0.0.1");
    std::string head, heard;
    const auto& large = numbers();
    {
        Origin origin{certificates, [&](Stream& stream) {
                          head = receive_head(stream);
                          asio::write(stream, asio::buffer(std::string{switching} + "early"));
                          heard.resize(large.size());
                          asio::read(stream, asio::buffer(heard));
                          asio::write(stream, asio::buffer(heard));
                          boost::system::error_code error;
                          stream.shutdown(error);
                      }};
        Proxy proxy{{"--origin-ca", certificates.chain("site")}};
        RawClient client{proxy.endpoint()};
        client.send(upgrade(origin.authority()));
        const auto answer = client.receive("HEAD");
        CHECK(answer.status == 101);
        CHECK(answer.field("Upgrade") == "websocket");
        client.send(large);
        client.socket().shutdown(asio::socket_base::shutdown_send);
        CHECK(client.receive_rest() == "early" + large);
        CHECK(proxy.stop().exit_code == 0);
    }
    CHECK(head.find("Upgrade: websocket\r\n") != head.npos);
    CHECK(heard == large);
}

TEST_CASE("a server of TLS that doesn't switch protocols has answered, and that is all", "[apps][proxy][tls]")
{
    Certificates certificates;
    certificates.make("site", "IP:127.0.0.1");
    Origin origin{certificates, [](Stream& stream) {
                      receive_head(stream);
                      asio::write(stream, asio::buffer(std::string{"HTTP/1.1 426 No\r\nContent-Length: 2\r\n\r\nno"}));
                      receive_head(stream);
                      asio::write(stream, asio::buffer(std::string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}));
                  }};
    Proxy proxy{{"--origin-ca", certificates.chain("site")}};
    RawClient client{proxy.endpoint()};
    const auto refused = client.exchange(upgrade(origin.authority()));
    CHECK(refused.status == 426);
    CHECK(refused.body == "no");
    const auto url = "https://" + origin.authority() + "/";
    CHECK(client.exchange("GET " + url + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n").body == "ok");
}

}  // namespace proxy_origin_websocket_tests
