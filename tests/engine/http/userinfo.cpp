#include <libnet/engine/http/userinfo.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace userinfo_tests {

using namespace libnet::engine;

namespace {

std::string removed(std::string octets)
{
    octets.erase(0, remove_userinfo(octets));
    return octets;
}

std::string hidden(std::string octets)
{
    hide_userinfo(octets);
    return octets;
}

}  // namespace

TEST_CASE("credentials are taken out of a URL, and nothing else is", "[engine][http]")
{
    CHECK(removed("GET http://user:secret@h/a?b@c HTTP/1.1\r\nHost: h\r\n") ==
          "GET http://h/a?b@c HTTP/1.1\r\nHost: h\r\n");
    CHECK(removed("GET http://h:80@evil:81/ HTTP/1.1\r\n") == "GET http://evil:81/ HTTP/1.1\r\n");
    CHECK(removed("GET http://a@b@h HTTP/1.1\r\n") == "GET http://h HTTP/1.1\r\n");
    CHECK(removed("\r\nGET http://@h/ HTTP/1.1\r\n") == "\r\nGET http://h/ HTTP/1.1\r\n");
    for (const std::string none : {"GET /?u=http://b:c@d/e HTTP/1.1\r\n", "GET /a://b@c HTTP/1.1\r\n",
                                   "GET http://h/@ HTTP/1.1\r\n", "GET http://h?@ HTTP/1.1\r\n",
                                   "GET http://h HTTP/1.1\r\nX: http://u@h/\r\n", "CONNECT u@h:1 HTTP/1.1\r\n", ""})
        CHECK(removed(none) == none);
}

TEST_CASE("credentials are made unreadable", "[engine][http]")
{
    CHECK(hidden("GET http://user:secret@h/ HTTP/9.9") == "GET http://***********@h/ HTTP/9.9");
    CHECK(hidden("GET http://h/ HTTP/9.9") == "GET http://h/ HTTP/9.9");
    CHECK(hidden("CONNECT user:secret@h:443 HTTP/1.1") == "CONNECT ***********@h:443 HTTP/1.1");
    CHECK(hidden("GET user:secret@h/ HTTP/1.1") == "GET ***********@h/ HTTP/1.1");
    CHECK(hidden("GET http://user:se#cret@h/ HTTP/1.1") == "GET http://************@h/ HTTP/1.1");
    CHECK(hidden("GET http://user:se/cret@h/ HTTP/1.1") == "GET http://************@h/ HTTP/1.1");
    CHECK(hidden("GET http://user:secr") == "GET http://*********");
    for (const std::string shown :
         {"GET /a@b?c=http://d@e HTTP/9.9", "CONNECT h:443", "GET http://x", "GET *", "nonsense", ""})
        CHECK(hidden(shown) == shown);
}

}  // namespace userinfo_tests
