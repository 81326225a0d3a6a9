// What a StaticFileServer has answered before costs no memory.

#include <tests/support/catch.hpp>
#include <tests/support/counted_file_server.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace static_file_server_tests {

using namespace std::chrono_literals;
using namespace libnet;
using test::CountedFileServer, test::RawClient, test::TemporaryDirectory;

namespace {

struct Question {
    std::string about, request;
    unsigned status;
};

std::string request(const std::string& method, const std::string& path, const std::string& fields = {})
{
    return method + " " + path + " HTTP/1.1\r\nHost: test\r\nUser-Agent: counting\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("what has been answered before is answered again without an allocation", "[allocations][file_server]")
{
    const TemporaryDirectory root;
    root.write("small", std::string(1000, 's'));
    root.write("middle", std::string(12'000, 'm'));
    root.write("large", std::string(200'000, 'l'));
    root.write("page.html", "plain");
    root.write("page.html.br", "brotli");
    root.write("index.html", "index");
    root.write("docs/index.html", "docs");
    CountedFileServer server{root};
    RawClient client{server.endpoint()};
    client.exchange(request("HEAD", "/large"));  // waits until the files have settled
    const auto tag = client.exchange(request("GET", "/small")).field("ETag");
    const auto large_tag = client.exchange(request("GET", "/large")).field("ETag");
    const Question questions[] = {
        {"a file in memory that is copied", request("GET", "/small"), 200},
        {"a file in memory that is sent from there", request("GET", "/middle"), 200},
        {"a file by sendfile", request("GET", "/large"), 200},
        {"a head", request("HEAD", "/large"), 200},
        {"an unchanged file", request("GET", "/small", "If-None-Match: " + tag + "\r\n"), 304},
        {"an unchanged large file", request("GET", "/large", "If-None-Match: " + large_tag + "\r\n"), 304},
        {"no file", request("GET", "/nothing"), 404},
        {"a part", request("GET", "/large", "Range: bytes=1000-1999\r\n"), 206},
        {"a precompressed file", request("GET", "/page.html", "Accept-Encoding: gzip, br\r\n"), 200},
        {"an index", request("GET", "/"), 200},
        {"a redirect", request("GET", "/docs"), 301},
    };
    const auto ask = [&](const Question& question, int times) {
        const auto method = question.request.substr(0, question.request.find(' '));
        const auto before = test::allocations();
        for (int i = 0; i < times; ++i) {
            client.send(question.request);
            REQUIRE(client.receive(method).status == question.status);
        }
        std::this_thread::sleep_for(2ms);  // the server's turn has ended, too
        return test::allocations() - before;
    };
    // Twice past the end of a second: dates change, and what is known is looked at again.
    for (const bool warm : {false, false, true}) {
        for (const auto& question : questions) {
            const auto counted = ask(question, 30);
            INFO(question.about);
            if (warm) CHECK(counted == 0);
        }
        std::this_thread::sleep_for(1100ms);
    }
}

}  // namespace static_file_server_tests
