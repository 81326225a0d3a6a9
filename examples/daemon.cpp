// A service that runs for years: it serves the directory that a file names, reads that file again at SIGHUP, drains at SIGTERM.
// With such a file it does so until it is told to stop; without one it shows both, in a directory of its own.

#include <libnet/daemon.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

libnet::StaticFileServerOptions read_options(const fs::path& file)
{
    libnet::StaticFileServerOptions options;
    if (std::ifstream in{file}; !std::getline(in, options.root))
        throw std::runtime_error{"there is no directory in " + file.string()};
    return options;
}

/// Two directories with a page each, and the file that names the first one.
void set_up(const fs::path& folder)
{
    for (const auto* name : {"one", "two"}) {
        fs::create_directories(folder / name);
        std::ofstream{folder / name / "index.html"} << "page " << name << '\n';
    }
    std::ofstream{folder / "conf"} << (folder / "one").string() << '\n';
}

/// What an operator does, and what a client sees.
void show(const fs::path& folder, const asio::ip::tcp::endpoint& server)
{
    const auto page = [&server] {
        asio::ip::tcp::iostream connection{server};
        connection << "GET / HTTP/1.0\r\n\r\n" << std::flush;
        std::string line, last;
        while (std::getline(connection, line)) last = line;
        return last;
    };
    std::cout << "it serves " << page() << '\n';
    std::ofstream{folder / "conf"} << (folder / "two").string() << '\n';
    ::kill(::getpid(), SIGHUP);
    while (page() == "page one") std::this_thread::yield();
    std::cout << "and now " << page() << '\n';
    ::kill(::getpid(), SIGTERM);
}

int main(int argc, char** argv)
try {
    libnet::prepare_daemon();
    const auto folder = fs::temp_directory_path() / ("libnet_example_" + std::to_string(::getpid()));
    if (argc == 1) set_up(folder);
    const auto file = argc > 1 ? fs::path{argv[1]} : folder / "conf";
    libnet::DaemonOptions how{.name = "files", .arguments = {argv, argv + argc}};
    how.listen = {{.endpoint = {asio::ip::address_v4::loopback(), 0}}};  // any free port
    libnet::Daemon<libnet::StaticFileServer> daemon{read_options(file), how};
    daemon.on_reload([file] { return read_options(file); });
    if (argc > 1) return daemon.run();
    const std::jthread client{[&] { show(folder, daemon.local_endpoint()); }};
    daemon.run();
    fs::remove_all(folder);
} catch (const std::exception& error) {
    std::cerr << "daemon: " << error.what() << '\n';
    return 1;
}
