// A proxy with a program behind it: coroutines decide about requests, change their heads, and rewrite answers. Client
// and server are played here, and no packet is sent.

#include <libnet/forward_proxy.hpp>
#include <libnet/testing/test_connection.hpp>
#include <libnet/testing/test_servers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cctype>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;

/// Before anything else: who may go where, and what servers hear. A database could be asked here.
asio::awaitable<std::optional<libnet::ProxyReply>> on_request(libnet::ProxyRequest& request)
{
    if (request.host == "ads.example.com") co_return libnet::ProxyReply{410, "No advertisements here.\n"};
    request.fields.set("X-Team", "green");
    co_return std::nullopt;
}

/// Reads a body piece by piece, and writes another one.
asio::awaitable<void> shout(libnet::ProxyBody& body)
{
    while (auto piece = co_await body.read()) {
        for (char& c : *piece) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        co_await body.write(*piece);
    }
}

/// When the head of the server's answer is there.
asio::awaitable<std::optional<libnet::ProxyReply>> on_response(libnet::ProxyRequest&, libnet::ProxyResponse& response)
{
    if (response.fields.value_of("Content-Type") == "text/plain") response.filter_body = shout;
    co_return std::nullopt;
}

void expect(std::string_view text, std::string_view part)
{
    std::cout << text << '\n';
    if (text.find(part) == text.npos) throw std::runtime_error{"there is no '" + std::string{part} + "' in it"};
}

int main()
try {
    asio::io_context io{1};
    libnet::testing::TestServers servers{io};
    libnet::ForwardProxyOptions options{.port = 0};
    auto hooks = std::make_shared<libnet::ProxyHooks>();
    hooks->on_request = on_request;
    hooks->on_response = on_response;
    options.hooks = hooks;
    options.outbound = servers.ways();
    libnet::ForwardProxy proxy{io.get_executor(), options};
    asio::co_spawn(io, proxy.run(), asio::detached);
    libnet::testing::TestConnection client{io};
    proxy.serve(client.take_server_end());

    client.send("GET http://ads.example.com/ HTTP/1.1\r\nHost: ads.example.com\r\n\r\n");
    expect(client.receive_until("here.\n"), "HTTP/1.1 410");
    client.send("GET http://www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    auto server = servers.accept();
    expect(server.receive_until("\r\n\r\n"), "X-Team: green");
    server.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    expect(client.receive_until("\r\n0\r\n\r\n"), "HELLO");
} catch (const std::exception& error) {
    std::cerr << "proxy_hooks: " << error.what() << '\n';
    return 1;
}
