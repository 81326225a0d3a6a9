// Requests and their ends: keep-alive, pipelining, deadlines, drains, lingering.

#include <libnet/engine/http/http_connection.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/http_talk.hpp>

#include <sstream>
#include <string>

namespace http_connection_tests {

using namespace libnet::test;
using libnet::test::linger;  // the sockets' headers have one, too
using namespace std::chrono_literals;
using libnet::engine::client_left, libnet::engine::handler_failed, libnet::engine::handler_gone,
    libnet::engine::request_too_slow;
using libnet::engine::HttpBodyUse, libnet::engine::HttpPersistence, libnet::engine::HttpRecord;

namespace {

const std::string get_a = "GET /a HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string get_b = "GET /b HTTP/1.1\r\nHost: test\r\n\r\n";

}  // namespace

TEST_CASE("a connection takes one request after another, and ends when no more come", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.connection.began() == talk.now);
    CHECK(talk.next() == receive(10s));
    talk.now += 1s;
    CHECK(talk.comes(get_a) == handle);
    CHECK(talk.connection.began() == talk.now);
    CHECK(talk.connection.request().target == "/a");
    CHECK(talk.answers(200, 4) == HttpPersistence::implied);
    CHECK(talk.next() == receive(61s));
    CHECK(talk.told() == "GET /a 200 +4");
    talk.now += 59s;
    CHECK(talk.comes(get_b) == handle);
    CHECK(talk.answers(404, 9, "not there") == HttpPersistence::implied);
    CHECK(talk.next() == receive(120s));
    CHECK(talk.passes(60s) == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == over);
    CHECK(talk.next() == over);
    CHECK(talk.told() == "GET /a 200 +4; GET /b 404 +9 (not there)");
}

TEST_CASE("requests of several methods that come together are handled one by one, and in order", "[engine][http]")
{
    HttpTalk talk;
    const std::string post = "POST /form HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc";
    CHECK(talk.comes(get_a + post + "HEAD /h HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHo") ==
          handle);
    CHECK(talk.connection.request().method == "GET");
    talk.answers();
    CHECK(talk.next() == handle);
    CHECK(talk.connection.request().method == "POST");
    CHECK(talk.connection.has_body());
    talk.connection.take_body(HttpBodyUse::discard, talk.now);
    CHECK(talk.next() == body_end);
    talk.answers(405);
    CHECK(talk.next() == handle);
    CHECK(talk.connection.request().method == "HEAD");
    CHECK_FALSE(talk.connection.has_body());
    CHECK(talk.answers() == HttpPersistence::keep_alive);
    CHECK(talk.next() == receive(10s));
    CHECK(talk.comes("st: test\r\n\r\n") == handle);
    CHECK(talk.answers(204) == HttpPersistence::implied);
    CHECK(talk.next() == receive(60s));
    CHECK(talk.told() == "GET /a 200; POST /form 405 -3; HEAD /h 200; OPTIONS * 204");
}

TEST_CASE("a connection ends with the last request that it may have", "[engine][http]")
{
    HttpTalk talk{{.max_requests = 2}};
    CHECK(talk.connection.may_know());
    CHECK(talk.comes(get_a + get_b + get_a) == handle);
    CHECK(talk.answers() == HttpPersistence::implied);
    CHECK_FALSE(talk.connection.may_know());
    CHECK(talk.next() == handle);
    CHECK(talk.answers() == HttpPersistence::close);
    CHECK(talk.next() == finish);
    CHECK(talk.told() == "GET /a 200; GET /b 200");
}

TEST_CASE("a connection ends behind the answer where the client or the handler wants it", "[engine][http]")
{
    HttpTalk talk;
    SECTION("the client")
    {
        CHECK(talk.comes("GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" + get_b) == handle);
        CHECK(talk.answers() == HttpPersistence::close);
    }
    SECTION("an old client, which never said that it goes on")
    {
        CHECK(talk.comes("GET /a HTTP/1.0\r\n\r\n" + get_b) == handle);
        CHECK(talk.answers() == HttpPersistence::close);
    }
    SECTION("the handler")
    {
        CHECK(talk.comes(get_a + get_b) == handle);
        CHECK(talk.connection.begin_answer({.may_keep = false}) == HttpPersistence::close);
        talk.connection.end_answer();
    }
    CHECK(talk.connection.last());
    CHECK(talk.next() == finish);  // /b is not read
    CHECK(talk.told() == "GET /a 200");
}

TEST_CASE("the client's last octets decide whether to linger", "[engine][http]")
{
    HttpTalk talk;
    talk.comes("GET /a HTTP/1.0\r\n\r\n");
    talk.answers();
    CHECK(talk.next() == finish);
    SECTION("none are left")
    {
        talk.connection.finished(false, talk.now);
        CHECK(talk.next() == over);
        return;
    }
    talk.connection.finished(true, talk.now);
    CHECK(talk.next() == linger(2s));
    SECTION("for a while") { CHECK(talk.passes(2s) == over); }
    SECTION("until the client has closed its half")
    {
        CHECK(talk.comes("more") == linger(2s));
        CHECK(talk.text().empty());
        talk.connection.ended();
        CHECK(talk.next() == over);
    }
    SECTION("until it has sent too much")
    {
        const std::string much(200'000, 'x');
        int times = 1;
        while (talk.comes(much) == linger(2s)) ++times;
        CHECK(times == 21);
    }
}

TEST_CASE("what is no request is refused, and the connection ends", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.comes("nonsense\r\n\r\n") == refuse(400, "The request line is malformed."));
    CHECK_FALSE(talk.connection.has_request());
    CHECK(talk.next() == refuse(400, "The request line is malformed."));
    CHECK(talk.answers(400, 20, "no request") == HttpPersistence::close);
    CHECK(talk.next() == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == linger(2s));  // the client may still be sending
    CHECK(talk.told() == "- nonsense 400 +20 (no request)");
}

TEST_CASE("a head has its time from its first octet, and more where it comes fast enough", "[engine][http]")
{
    HttpTalk talk{{.header_timeout = 10s, .min_receive_rate = 10}};
    CHECK(talk.next() == receive(10s));
    talk.now += 5s;
    CHECK(talk.comes("GET / HTTP") == receive(16s));  // ten octets are one more second
    talk.now += 5s;
    CHECK(talk.comes("/1.1\r\nHost: ") == receive(17'200ms));
    CHECK(talk.comes(std::string(500, 'x')) == receive(25s));  // but no more than twice as long
    CHECK(talk.passes(20s) == refuse(408, request_too_slow));
    CHECK(talk.answers(408, 7, request_too_slow) == HttpPersistence::close);
    CHECK(talk.next() == finish);
    CHECK(talk.told() == "- GET / HTTP/1.1 408 +7 (The request took too long to arrive.)");
}

TEST_CASE("a client that sends nothing is closed without an answer, and the log isn't told", "[engine][http]")
{
    HttpTalk talk{{.header_timeout = 3s, .idle_timeout = 7s}};
    CHECK(talk.next() == receive(3s));
    SECTION("from the start") { CHECK(talk.passes(3s) == finish); }
    SECTION("after a request")
    {
        talk.comes(get_a);
        talk.answers();
        talk.told();
        CHECK(talk.next() == receive(7s));
        talk.now += 1s;
        CHECK(talk.next() == receive(7s));  // nothing that brings no octets puts that off
        CHECK(talk.passes(6s) == finish);
    }
    SECTION("by closing its half")
    {
        talk.connection.ended();
        CHECK(talk.next() == finish);
    }
    const auto before = talk.log;
    talk.connection.abandon();
    CHECK(talk.told() == before);
}

TEST_CASE("durations that are meant as never don't overflow", "[engine][http]")
{
    HttpTalk talk{
        {.header_timeout = std::chrono::milliseconds::max(), .idle_timeout = std::chrono::milliseconds::max()}};
    talk.now += 1h;
    CHECK(talk.next().deadline == libnet::engine::HttpTime::max());
    talk.comes(get_a);
    talk.answers();
    CHECK(talk.next().deadline == libnet::engine::HttpTime::max());
}

TEST_CASE("a client that closes its half gets the answers to what it has asked", "[engine][http]")
{
    HttpTalk talk;
    talk.connection.ended();
    CHECK(talk.comes(get_a + get_b) == handle);
    CHECK(talk.answers() == HttpPersistence::implied);
    CHECK(talk.next() == handle);
    talk.answers();
    CHECK(talk.next() == finish);
    talk.connection.finished(true, talk.now);
    CHECK(talk.next() == over);  // there is nothing to linger for
    CHECK(talk.told() == "GET /a 200; GET /b 200");
}

TEST_CASE("a client that leaves within a head is logged, without an answer", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.comes("GET /a HTTP/1.1\r\nHo") == receive(10s));
    talk.connection.ended();
    CHECK(talk.next() == over);
    CHECK(talk.told() == "- GET /a HTTP/1.1 0 (The connection ended before the request did.)");
}

TEST_CASE("a drain makes the answer under way the last one, and waits for no other", "[engine][http]")
{
    HttpTalk talk;
    SECTION("before anything has come")
    {
        CHECK(talk.connection.idle());
        talk.connection.drain();
        CHECK(talk.next() == finish);
        CHECK(talk.told().empty());
        return;
    }
    SECTION("within a head")
    {
        talk.comes("GET /a HTT");
        CHECK_FALSE(talk.connection.idle());
        talk.connection.drain();
        CHECK(talk.next() == receive(10s));
        CHECK(talk.comes("P/1.1\r\nHost: test\r\n\r\n" + get_b) == handle);
    }
    SECTION("while it is handled")
    {
        talk.comes(get_a + get_b);
        talk.connection.drain();
        CHECK(talk.next() == hold);
    }
    SECTION("within its body")
    {
        talk.comes("POST /a HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\na");
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        talk.connection.drain();
        CHECK(talk.next() == receive(10s));
        CHECK(talk.comes("bc" + get_b) == body_end);
    }
    CHECK(talk.answers() == HttpPersistence::close);
    CHECK(talk.next() == finish);
    talk.connection.finished(true, talk.now);
    CHECK(talk.next() == linger(2s));  // the client has sent more
}

TEST_CASE("a drain doesn't linger for a client that has sent its request and nothing more", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get_a);
    talk.connection.drain();
    CHECK(talk.answers() == HttpPersistence::close);
    CHECK(talk.next() == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == over);
}

TEST_CASE("a drain lingers for a client that may be sending the rest of its body", "[engine][http]")
{
    HttpTalk talk;
    talk.comes("POST /a HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\na");
    talk.connection.drain();
    CHECK(talk.answers() == HttpPersistence::close);
    CHECK(talk.next() == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == linger(2s));
}

TEST_CASE("a drain between an answer's begin and its end ends the connection behind it", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get_a);
    CHECK(talk.connection.begin_answer({}) == HttpPersistence::implied);
    CHECK(talk.next() == hold);
    talk.connection.drain();
    talk.connection.end_answer();
    talk.drop();
    CHECK(talk.next() == finish);
    CHECK(talk.told() == "GET /a 200");
}

TEST_CASE("a handler that fails is answered for, and the connection goes on", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get_a + get_b);
    talk.connection.fail(500, handler_failed);
    CHECK(talk.next() == refuse(500, handler_failed));
    CHECK(talk.answers(500, 30, handler_failed) == HttpPersistence::implied);
    CHECK(talk.next() == handle);
    CHECK(talk.connection.request().target == "/b");
    SECTION("but not behind half an answer")
    {
        talk.connection.begin_answer({.status = 200, .content_length = 1000});
        talk.connection.head_queued(talk.sent + 100);
        talk.sent += 350;
        talk.connection.fail(500, handler_failed);
        CHECK(talk.next() == over);
        CHECK(talk.told() ==
              "GET /a 500 +30 (The program could not answer this.); GET /b 200 +250 (The program could not answer "
              "this.)");
    }
}

TEST_CASE("a connection that breaks while its handler works has one record all the same", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get_a);
    SECTION("before the answer")
    {
        talk.connection.lost("The client took nothing for too long.");
        CHECK(talk.next() == over);
        CHECK(talk.told() == "GET /a 0 (The client took nothing for too long.)");
    }
    SECTION("within the answer")
    {
        talk.connection.begin_answer({.content_length = 10});
        talk.connection.head_queued(100);
        talk.sent = 103;
        talk.connection.lost("The client took nothing for too long.");
        CHECK(talk.next() == over);
        CHECK(talk.told() == "GET /a 200 +3 (The client took nothing for too long.)");
    }
    SECTION("by the end of the server")
    {
        talk.connection.abandon();
        CHECK(talk.told() == "GET /a 0 (The server ended before it had answered.)");
    }
    talk.connection.end_answer();  // of a handler that comes too late
    talk.connection.fail(500, handler_failed);
    talk.connection.abandon();
    CHECK(talk.next() == over);
    const auto once = talk.log;
    CHECK(talk.told() == once);
}

TEST_CASE("what is known is answered unread", "[engine][http]")
{
    HttpTalk talk;
    talk.memory = get_a + get_a + get_b;
    talk.connection.received(talk.now);
    const HttpRecord record{.method = "GET", .target = "/a", .status = 200, .begin = 100, .end = 104};
    talk.sent = 104;
    REQUIRE(talk.connection.may_know());
    talk.connection.answer_known(get_a.size(), true, &record, talk.now);
    talk.drop();
    talk.connection.answer_known(get_a.size(), true, nullptr, talk.now);
    talk.drop();
    CHECK(talk.next() == handle);
    CHECK_FALSE(talk.connection.may_know());
    CHECK(talk.connection.request().target == "/b");
    talk.answers();
    CHECK(talk.next() == receive(60s));
    CHECK(talk.told() == "GET /a 200 +4; GET /b 200");
    talk.memory += get_a;
    talk.connection.received(talk.now);
    talk.connection.answer_known(get_a.size(), false, nullptr, talk.now);
    talk.drop();
    CHECK(talk.next() == finish);
}

TEST_CASE("what is known has its phases in the log as well", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.comes(get_a.substr(0, 4)).kind == HttpTalk::Kind::receive);
    talk.now += 2s;  // for the rest of the head
    talk.memory += get_a.substr(4);
    talk.connection.received(talk.now);
    const HttpRecord record{.method = "GET", .target = "/a", .status = 200};
    talk.connection.answer_known(get_a.size(), true, &record, talk.now);
    const auto& kept = talk.exchange.log.last();
    CHECK(kept.queue == 2s);
    CHECK(kept.first_byte == 2s);
}

TEST_CASE("a client may be turned away before it has said anything", "[engine][http]")
{
    HttpTalk talk;
    SECTION("with an answer")
    {
        talk.connection.turn_away(429, libnet::engine::connections_too_many);
        CHECK(talk.next() == refuse(429, libnet::engine::connections_too_many));
        talk.answers(429, 5, libnet::engine::connections_too_many);
        CHECK(talk.next() == finish);
        CHECK(talk.told() == "-  429 +5 (This client has too many connections.)");
    }
    SECTION("without one")
    {
        talk.connection.turn_away(0, libnet::engine::handshake_too_slow);
        CHECK(talk.next() == over);
        CHECK(talk.told() == "-  0 (The TLS handshake took too long.)");
    }
}

TEST_CASE("a tunnel is handed over, and logged when it ends", "[engine][http]")
{
    HttpTalk talk;
    CHECK(talk.comes("CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\nearly") == handle);
    CHECK(talk.connection.begin_answer({.status = 200, .may_keep = false}) == HttpPersistence::close);
    talk.connection.head_queued(100);
    talk.connection.hand_over();
    CHECK(talk.next() == hold);
    CHECK(talk.text().substr(talk.connection.head_size()) == "early");
    talk.sent = 700;
    SECTION("by its end") { talk.connection.end_tunnel(600, 300, {}); }
    SECTION("by its idleness") { talk.connection.end_tunnel(600, 300, "idle"); }
    CHECK(talk.next() == over);
    const std::string reason = talk.told().ends_with(')') ? " (idle)" : "";
    CHECK(talk.log == "CONNECT example.test:443 200 +600 -300" + reason);
}

TEST_CASE("without a listener there is no log", "[engine][http]")
{
    HttpTalk talk;
    libnet::engine::HttpConnection quiet{talk.options, talk.now, false};
    quiet.use(&talk.exchange);
    talk.memory = get_a;
    CHECK(quiet.next(talk.octets(), talk.now) == handle);
    quiet.begin_answer({});
    quiet.end_answer();
    CHECK(talk.told().empty());
}

TEST_CASE("the log goes on behind a listener that throws", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get_a + get_b);
    talk.answers();
    talk.next();
    talk.answers();
    auto& log = talk.exchange.log;
    CHECK_THROWS_AS(log.settle(talk.now, 0, {}, [](const HttpRecord&) { throw 1; }), int);
    CHECK(talk.told() == "GET /b 200");
    CHECK(log.empty());
}

TEST_CASE("actions can be read", "[engine][http]")
{
    std::ostringstream text;
    text << receive(10s) << "; " << refuse(408, request_too_slow) << "; " << last_of_body() << "; "
         << libnet::engine::HttpAction{.kind = HttpTalk::Kind::body_end, .too_large = true};
    CHECK(text.str() ==
          "receive until 10000 ms; refuse 408: The request took too long to arrive.; body, last; body_end, too large");
}

}  // namespace http_connection_tests
