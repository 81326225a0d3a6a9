#include <libnet/engine/proxy/proxy_answer.hpp>
#include <tests/support/catch.hpp>

using namespace libnet::engine;

TEST_CASE("an error page is a whole response, and shows its reason harmlessly", "[engine][proxy]")
{
    std::string out;
    append_error_answer(out, {.status = 502, .method = "GET", .date = "NOW"}, "The host <script> has no address.");
    CHECK(out.starts_with("HTTP/1.1 502 Bad Gateway\r\nDate: NOW\r\n"));
    CHECK(out.find("Connection: close\r\n") != std::string::npos);
    CHECK(out.find("&lt;script&gt;") != std::string::npos);
    const auto body = out.substr(out.find("\r\n\r\n") + 4);
    CHECK(out.find("Content-Length: " + std::to_string(body.size()) + "\r\n") != std::string::npos);
}

TEST_CASE("an answer to HEAD tells the length and leaves out the content", "[engine][proxy]")
{
    std::string out;
    append_answer(out, {.status = 200, .method = "HEAD", .date = "NOW", .keep_alive = true}, "text/plain", "hello");
    CHECK(out ==
          "HTTP/1.1 200 OK\r\nDate: NOW\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
          "Cache-Control: no-store\r\n\r\n");
}

TEST_CASE("an answer without content has no type", "[engine][proxy]")
{
    std::string out;
    append_answer(out, {.status = 200, .method = "OPTIONS", .date = "NOW", .keep_alive = true}, {}, {});
    CHECK(out == "HTTP/1.1 200 OK\r\nDate: NOW\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n");
}
