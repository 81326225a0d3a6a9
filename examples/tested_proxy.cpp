// A proxy with rules of one's own, and their test: who may go where, asked through a connection that needs no port.

#include <libnet/access.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/testing/test_connection.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

namespace asio = boost::asio;

/// A file of rules that is gone behind the test.
struct RulesFile {
    explicit RulesFile(std::string_view text) { std::ofstream{name} << text; }
    ~RulesFile() { std::remove(name.c_str()); }
    std::string name = std::filesystem::temp_directory_path() / ("tested_proxy." + std::to_string(getpid()));
};

/// The status that a client gets for a request.
std::string status_of(asio::io_context& io, libnet::ForwardProxy& proxy, std::string_view request)
{
    libnet::testing::TestConnection client{io};
    proxy.serve(client.take_server_end());
    client.send(request);
    const auto answer = client.receive_until("\r\n\r\n");
    return answer.substr(0, answer.find('\r'));
}

void expect(const std::string& status, std::string_view begin)
{
    if (!status.starts_with(begin)) throw std::runtime_error{"not " + std::string{begin} + " but " + status};
    std::cout << status << '\n';
}

int main()
try {
    const RulesFile rules{"deny to .example.com methods POST\nallow to .example.com\ndeny to *\n"};
    asio::io_context io{1};
    libnet::ForwardProxyOptions options{.port = 0};
    options.egress = std::make_shared<libnet::EgressControl>(libnet::EgressOptions{.rules_file = rules.name});
    libnet::ForwardProxy proxy{io.get_executor(), options};
    asio::co_spawn(io, proxy.run(), asio::detached);

    expect(status_of(io, proxy,
                     "POST http://www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0\r\n\r\n"),
           "HTTP/1.1 403");
    expect(status_of(io, proxy, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"), "HTTP/1.1 403");
    expect(status_of(io, proxy, "GET /no/proxy/request HTTP/1.1\r\n\r\n"), "HTTP/1.1 400");
} catch (const std::exception& error) {
    std::cerr << "tested_proxy: " << error.what() << '\n';
    return 1;
}
