// Handlers and WebSockets over TLS, asked by curl and `openssl s_client`.

#include <libnet/tls.hpp>
#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/handler_server.hpp>
#include <tests/support/process.hpp>

#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace handlers_tls_tests {

using namespace libnet;
using test::Certificates, test::HandlerServer, test::TemporaryDirectory;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> echo(WebSocket& socket, HttpCall&)
{
    boost::beast::flat_buffer message;
    for (;;) {
        co_await socket.async_read(message, asio::use_awaitable);
        co_await socket.async_write(message.data(), asio::use_awaitable);
        message.clear();
    }
}

HttpReply count(HttpCall& call)
{
    const auto size = call.body().size();
    return HttpReply::stream({}, [size](HttpStream& out) -> asio::awaitable<void> {
        const auto text = std::to_string(size);
        const std::string piece(100'000, 'x');
        for (int i = 0; i < 10; ++i) co_await out.write(piece);
        co_await out.write(text);
    });
}

}  // namespace

TEST_CASE("handlers and WebSockets speak TLS where their server does", "[service][handlers][tls]")
{
    const TemporaryDirectory root;
    const Certificates certificates;
    certificates.make("default", "DNS:default.test");
    StaticFileServerOptions options;
    options.tls = std::make_shared<TlsContext>(TlsOptions{
        .certificates = {{.chain_file = certificates.chain("default"), .key_file = certificates.key("default")}}});
    HandlerServer server{root, options, [](StaticFileServer& files) {
                             files.handle("POST", "/count", count);
                             files.websocket("/live", echo);
                         }};
    const auto address = "127.0.0.1:" + std::to_string(server.endpoint().port());

    const auto answer = test::run({"curl", "--silent", "--show-error", "--insecure", "--noproxy", "*", "--max-time",
                                   "60", "--data-binary", "@-", "https://" + address + "/count"},
                                  {}, std::string(20'000, 'y'));
    CHECK(answer.out == std::string(1'000'000, 'x') + "20000");

    const std::string zeros(4, '\0');
    const auto talk = test::run({"timeout", "20", "openssl", "s_client", "-connect", address, "-ign_eof"}, {},
                                "GET /live HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                                "\x81\x88" +
                                    zeros + "over TLS" + "\x88\x82" + zeros + "\x03\xe8");
    CHECK(talk.out.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != talk.out.npos);
    CHECK(talk.out.find("\x81\x08over TLS") != talk.out.npos);
    CHECK(server.wait_for_log(2).at(1).status == 101);
}

}  // namespace handlers_tls_tests
