// A service that runs for years: it serves the directory that a file names, reads that file again at SIGHUP, drains at SIGTERM.

#include <libnet/daemon.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace asio = boost::asio;
using asio::ip::tcp;
using FileDaemon = libnet::Daemon<libnet::StaticFileServer>;

libnet::StaticFileServerOptions read_options(const std::string& file)
{
    libnet::StaticFileServerOptions options;
    if (std::ifstream in{file}; !std::getline(in, options.root))
        throw std::runtime_error{"there is no directory in " + file};
    return options;
}

asio::awaitable<bool> is_served(tcp::endpoint server, const char* path)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto executor = co_await asio::this_coro::executor;
    tcp::socket socket{executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    const auto request = std::string{"GET "} + path + " HTTP/1.0\r\n\r\n";
    const auto out = asio::buffer(request);
    co_await asio::async_write(socket, out, asio::use_awaitable);
    std::string answer;
    auto in = asio::dynamic_buffer(answer);
    co_await asio::async_read(socket, in, token);  // until the server closes
    co_return answer.starts_with("HTTP/1.1 200 ");
}

asio::awaitable<void> show(FileDaemon& daemon, std::string file)
{
    const auto server = daemon.local_endpoint();
    const bool before = co_await is_served(server, "/daemon.cpp");
    std::cout << "daemon.cpp is served: " << std::boolalpha << before << '\n';
    std::ofstream{file} << "libnet/doc\n";
    daemon.reload();  // or: kill -HUP
    for (bool after = false; !after;) after = co_await is_served(server, "/errors.md");
    std::cout << "and now errors.md is\n";
    daemon.stop();  // or: kill -TERM
}

int main(int argc, char** argv)
try {
    libnet::prepare_daemon();
    const std::string file = argc > 1 ? argv[1] : "/tmp/libnet_example_" + std::to_string(::getpid());
    if (argc == 1) std::ofstream{file} << "examples\n";
    libnet::DaemonOptions how{.name = "files", .arguments = {argv, argv + argc}};
    how.listen = {{.endpoint = {asio::ip::address_v4::loopback(), 0}}};  // any free port
    FileDaemon daemon{read_options(file), how};
    daemon.on_reload([file] { return read_options(file); });
    if (argc > 1) return daemon.run();
    const auto ended = [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    };
    asio::io_context io{1};
    asio::co_spawn(io, daemon.serve(), ended);
    asio::co_spawn(io, show(daemon, file), ended);
    io.run();
    std::remove(file.c_str());
} catch (const std::exception& error) {
    std::cerr << "daemon: " << error.what() << '\n';
    return 1;
}
