// httpd++ serves the files of a directory.

#include <apps/daemon.hpp>
#include <apps/options.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/ip/address_v6.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
    using namespace libnet;
    using namespace std::chrono_literals;
    StaticFileServerOptions options;
    apps::DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = options.port};
    std::vector<std::string> roots{options.root};

    apps::Options table{"httpd++", "[ROOT]", "Serves the files under ROOT, by default those of this directory."};
    table.operands("ROOT", roots, 0, 1);
    add_options(table.group("Server"), daemon, "address to listen on (every one)");
    table.group("Limits")
        .value("max-connections", "N", "connections at a time, 0 for any number (0)", apps::integer<std::size_t>(0),
               options.max_connections)
        .value("header-timeout", "SECONDS", "for the head of a request (10)", apps::seconds(1ms, 1h),
               options.header_timeout)
        .value("idle-timeout", "SECONDS", "between two requests (60)", apps::seconds(1ms, 24h), options.idle_timeout)
        .value("write-timeout", "SECONDS", "for a client that takes nothing (30)", apps::seconds(1ms, 24h),
               options.write_timeout);
    table.example("httpd++ --port 8000 --access-log none public");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    options.root = roots.front();
    return apps::serve<StaticFileServer>("httpd++", "serving " + options.root, daemon, options);
}
