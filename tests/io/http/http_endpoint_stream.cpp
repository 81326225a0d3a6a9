// Answers of an HttpEndpoint that are made as the client takes them, and what a POST does.

#include <libnet/io/http/http_endpoint.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#if defined(LIBNETXX_COMPRESSION)
#  include <zlib.h>
#endif

namespace http_endpoint_stream_tests {

namespace asio = boost::asio;
using libnet::io::EndpointAnswer, libnet::io::EndpointRequest, libnet::io::HttpEndpoint;
using namespace std::chrono_literals;

namespace {

/// An endpoint on loopback in a thread of its own, with answers of many pieces.
class Service {
public:
    Service()
    {
        address_ = endpoint_.local_endpoint();
        endpoint_.on("/pieces", [this](const EndpointRequest&) { return pieces(5); });
        endpoint_.on("/endless", [this](const EndpointRequest&) { return pieces(1'000'000); });
        endpoint_.on("/broken", [this](const EndpointRequest&) { return broken(); });
        endpoint_.on_post("/act", [this](const EndpointRequest&) { return act(); });
        asio::co_spawn(io_, endpoint_.run(), asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Service()
    {
        asio::post(io_, [this] { stop_.emit(asio::cancellation_type::terminal); });
        thread_.join();
    }

    /// All that comes back until the service closes the connection.
    std::string exchange(const std::string& request) const
    {
        asio::io_context io;
        asio::ip::tcp::socket socket{io};
        socket.connect(address_);
        asio::write(socket, asio::buffer(request));
        std::string answer;
        boost::system::error_code end;
        asio::read(socket, asio::dynamic_buffer(answer), end);
        return answer;
    }

    const asio::ip::tcp::endpoint& address() const { return address_; }
    std::atomic<int> made = 0, acts = 0;

private:
    asio::awaitable<EndpointAnswer> pieces(int count)
    {
        EndpointAnswer answer;
        answer.body = "begin ";
        answer.more = [this, count, made_here = 0]() mutable {
            if (made_here++ == count) return std::string{};
            ++made;
            return std::string(count > 5 ? 100'000 : 10, static_cast<char>('a' + made_here % 26));
        };
        co_return answer;
    }
    asio::awaitable<EndpointAnswer> broken()
    {
        EndpointAnswer answer;
        answer.body = "begin";
        answer.more = []() -> std::string { throw std::runtime_error{"a secret"}; };
        co_return answer;
    }
    asio::awaitable<EndpointAnswer> act()
    {
        ++acts;
        EndpointAnswer answer{.body = "done\n"};
        co_return answer;
    }

    asio::io_context io_;
    HttpEndpoint endpoint_{io_.get_executor(), {}};
    asio::cancellation_signal stop_;
    asio::ip::tcp::endpoint address_;
    std::thread thread_;
};

std::string request(const std::string& line, const std::string& fields = {})
{
    return line + "\r\nHost: test\r\nConnection: close\r\n" + fields + "\r\n";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

/// The content of a chunked body.
std::string unchunked(std::string_view body)
{
    std::string content;
    for (;;) {
        const auto line = body.find("\r\n");
        const auto size = std::stoul(std::string{body.substr(0, line)}, nullptr, 16);
        if (size == 0) {
            CHECK(body.substr(line) == "\r\n\r\n");
            return content;
        }
        content += body.substr(line + 2, size);
        REQUIRE(body.substr(line + 2 + size, 2) == "\r\n");
        body.remove_prefix(line + 4 + size);
    }
}

const std::string all_pieces = "begin bbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff";

}  // namespace

TEST_CASE("an answer in pieces goes out chunked, and the connection goes on", "[io][http_endpoint]")
{
    Service service;
    const auto answers =
        service.exchange("GET /pieces HTTP/1.1\r\nHost: test\r\n\r\n" + request("GET /pieces HTTP/1.1"));
    CHECK(contains(answers, "Transfer-Encoding: chunked\r\n"));
    CHECK(contains(answers, "Vary: Accept-Encoding\r\n"));
    CHECK_FALSE(contains(answers, "Content-Length"));
    const auto second = answers.rfind("HTTP/1.1 200");
    REQUIRE(second > 0);
    CHECK(unchunked(body_of(answers.substr(0, second))) == all_pieces);
    CHECK(unchunked(body_of(answers.substr(second))) == all_pieces);
}

TEST_CASE("to HTTP/1.0 it ends with the connection, and HEAD makes no piece", "[io][http_endpoint]")
{
    Service service;
    const auto old = service.exchange("GET /pieces HTTP/1.0\r\n\r\n");
    CHECK_FALSE(contains(old, "chunked"));
    CHECK(body_of(old) == all_pieces);
    service.made = 0;
    const auto head = service.exchange(request("HEAD /pieces HTTP/1.1"));
    CHECK(contains(head, "Transfer-Encoding: chunked\r\n"));
    CHECK(body_of(head).empty());
    CHECK(service.made == 0);
}

TEST_CASE("no piece is made that the client doesn't take", "[io][http_endpoint]")
{
    Service service;
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    socket.connect(service.address());
    asio::write(socket, asio::buffer(request("GET /endless HTTP/1.1")));
    int before = -1;
    while (service.made != before) {  // until the socket buffers are full
        before = service.made;
        std::this_thread::sleep_for(100ms);
    }
    CHECK(service.made < 1000);
    CHECK(contains(service.exchange(request("GET /pieces HTTP/1.1")), "200 OK"));  // others are served meanwhile
}

TEST_CASE("an answer that breaks off is not taken for whole", "[io][http_endpoint]")
{
    Service service;
    const auto answer = service.exchange(request("GET /broken HTTP/1.1"));
    CHECK_FALSE(contains(answer, "\r\n0\r\n"));
    CHECK_FALSE(contains(answer, "secret"));
}

TEST_CASE("what a POST does isn't done by a GET, nor the other way round", "[io][http_endpoint]")
{
    Service service;
    const auto refused = service.exchange(request("GET /act HTTP/1.1"));
    CHECK(contains(refused, " 405 "));
    CHECK(contains(refused, "Allow: POST, PUT\r\n"));
    CHECK(service.acts == 0);
    CHECK(contains(service.exchange(request("POST /act HTTP/1.1", "Content-Length: 5\r\n") + "hello"), "done\n"));
    CHECK(contains(service.exchange(request("PUT /act HTTP/1.1", "Content-Length: 0\r\n")), "done\n"));
    CHECK(service.acts == 2);
    const auto other = service.exchange(request("POST /pieces HTTP/1.1", "Content-Length: 0\r\n"));
    CHECK(contains(other, "Allow: GET, HEAD\r\n"));
}

#if defined(LIBNETXX_COMPRESSION)

TEST_CASE("who takes gzip gets gzip", "[io][http_endpoint]")
{
    Service service;
    const auto answer = service.exchange(request("GET /pieces HTTP/1.1", "Accept-Encoding: gzip\r\n"));
    CHECK(contains(answer, "Content-Encoding: gzip\r\n"));
    const auto compressed = unchunked(body_of(answer));
    std::string plain(1000, '\0');
    z_stream stream{};
    REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    plain.resize(stream.total_out);
    ::inflateEnd(&stream);
    CHECK(plain == all_pieces);

    for (const std::string fields : {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n"})
        CHECK_FALSE(contains(service.exchange(request("GET /pieces HTTP/1.1", fields)), "Content-Encoding"));
}

#endif

}  // namespace http_endpoint_stream_tests
