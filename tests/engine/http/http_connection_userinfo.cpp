// Credentials in the URL of a request.

#include <libnet/engine/http/http_connection.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/http_talk.hpp>

#include <string>

namespace http_connection_userinfo_tests {

using namespace libnet::test;

namespace {

const std::string request = "GET http://user:secret@h/a HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string next_one = "GET /next HTTP/1.1\r\nHost: test\r\n\r\n";

}  // namespace

TEST_CASE("where they are taken out of a URL, neither the handler nor the log sees them", "[engine][http]")
{
    for (std::size_t split = 1; split < request.size(); ++split) {
        INFO(request.substr(0, split));
        HttpTalk talk{{.takes_userinfo_out = true}};
        CHECK(talk.comes(request.substr(0, split)).kind == HttpTalk::Kind::receive);
        CHECK(talk.comes(request.substr(split) + next_one) == handle);
        CHECK(talk.connection.request().target == "http://h/a");
        CHECK(talk.connection.request().authority.host == "h");
        CHECK(talk.text().starts_with("GET http://h/a HTTP/1.1\r\n"));
        talk.answers();
        CHECK(talk.next() == handle);
        CHECK(talk.connection.request().target == "/next");
        CHECK(talk.told() == "GET http://h/a 200");
    }
}

TEST_CASE("where they are refused, the log doesn't show them either", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.comes(request).kind == HttpTalk::Kind::refuse);
    talk.answers(400);
    CHECK(talk.told() == "- GET http://***********@h/a HTTP/1.1 400");
}

TEST_CASE("a request that never comes whole doesn't show them in the log", "[engine][http]")
{
    HttpTalk talk{{.takes_userinfo_out = true}};
    CHECK(talk.comes(request.substr(0, request.find("/a"))).kind == HttpTalk::Kind::receive);
    talk.connection.lost("gone");
    CHECK(talk.next() == over);
    CHECK(talk.told() == "- GET http://***********@h 0 (gone)");
}

}  // namespace http_connection_userinfo_tests
