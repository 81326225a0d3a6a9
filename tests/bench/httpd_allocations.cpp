// The heap allocations of a StaticFileServer for a request that it has answered before.
//
//   bench_httpd_allocations [REQUESTS]          of each kind, 100000

#include <tests/support/counted_file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace libnet::test;

std::string get(const std::string& path, const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

void tell(RawClient& client, const char* about, const std::string& request, int requests)
{
    for (int i = 0; i < 1000; ++i) client.exchange(request);
    const auto before = allocations();
    for (int i = 0; i < requests; ++i) client.exchange(request);
    std::printf(" %s %.3f", about, static_cast<double>(allocations() - before) / requests);
}

}  // namespace

int main(int argc, char** argv)
{
    const int requests = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const TemporaryDirectory root;
    root.write("1k.html", std::string(1024, '1'));
    root.write("64k.bin", std::string(65536, '6'));
    const CountedFileServer server{root};
    RawClient client{server.endpoint()};
    client.exchange(get("/64k.bin"));  // waits until the files have settled
    const auto tag = client.exchange(get("/1k.html")).field("ETag");

    std::printf("allocations a request:");
    tell(client, "1 KiB", get("/1k.html"), requests);
    tell(client, "64 KiB", get("/64k.bin"), requests);
    tell(client, "304", get("/1k.html", "If-None-Match: " + tag + "\r\n"), requests);
    tell(client, "404", get("/nothing.html"), requests);
    std::printf("\n");
}
