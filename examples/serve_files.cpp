// Serves a directory, and stops with a drain: requests in flight end, then run() returns.
// With an argument it serves that directory on port 8080 until Ctrl-C; without one it shows the stopping only.

#include <libnet/static_file_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>

namespace asio = boost::asio;

int main(int argc, char** argv)
try {
    asio::io_context io{1};
    libnet::StaticFileServerOptions options{.root = ".", .address = asio::ip::address_v4::loopback(), .port = 0};
    if (argc > 1) {
        options.root = argv[1];
        options.port = 8080;
    }
    options.on_access = [](const libnet::AccessRecord& request) {
        std::cout << request.client << ' ' << request.method << ' ' << request.target << ' ' << request.status << '\n';
    };
    libnet::StaticFileServer files{io.get_executor(), options};
    std::cout << "serving " << options.root << " at http://" << files.local_endpoint() << "/\n";

    asio::cancellation_signal stop;
    asio::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&](auto error, int) {
        if (!error) stop.emit(asio::cancellation_type::total);
    });
    asio::co_spawn(io, files.run(), asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) {
                       signals.cancel();
                       std::cout << "every request has ended\n";
                   }));
    if (argc == 1) std::raise(SIGTERM);
    io.run();
} catch (const std::exception& error) {
    std::cerr << "serve_files: " << error.what() << '\n';
    return 1;
}
