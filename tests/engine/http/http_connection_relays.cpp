// What a proxy needs of a connection: bodies that are passed on, clients that leave, answers of unknown length, tunnels.

#include <libnet/engine/http/http_connection.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/http_talk.hpp>

#include <string>

namespace http_connection_relays_tests {

using namespace libnet::test;
using namespace std::chrono_literals;
using libnet::engine::HttpBodyUse, libnet::engine::HttpPersistence, libnet::engine::HttpTime;

namespace {

const std::string get = "GET /a HTTP/1.1\r\nHost: test\r\n\r\n";

std::string post(const std::string& fields) { return "POST /a HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n"; }

const libnet::engine::HttpAction for_ever{libnet::engine::HttpAction::Kind::receive, HttpTime::max()};

/// A connection as a proxy has it.
HttpTalk proxied() { return HttpTalk{{.body_timeout = 10s, .end_means_leaving = true}}; }

}  // namespace

TEST_CASE("a body that is passed on has its time from when the client is invited, or begins by itself",
          "[engine][http]")
{
    auto talk = proxied();
    talk.comes(post("Content-Length: 4\r\nExpect: 100-continue\r\n"));
    talk.connection.take_body(HttpBodyUse::relay, talk.now);
    CHECK(talk.next() == for_ever);
    talk.now += 100s;
    SECTION("the next server invites it")
    {
        talk.connection.invited(talk.now);
        CHECK(talk.next() == receive(110s));
        CHECK(talk.comes("abcd") == last_of_body());
    }
    SECTION("it doesn't wait for that")
    {
        CHECK(talk.comes("ab") == piece_of_body());
        talk.connection.body_taken(talk.now);
        CHECK(talk.next() == receive(110s));
    }
    SECTION("it isn't wanted: it is unknown whether it comes")
    {
        CHECK(talk.connection.begin_answer({.status = 401, .may_keep = false}) == HttpPersistence::close);
        talk.connection.end_answer();
        CHECK(talk.next() == finish);
    }
}

TEST_CASE("a client that closes its half while its answer is awaited has left, where that is so agreed",
          "[engine][http]")
{
    auto talk = proxied();
    SECTION("before the answer")
    {
        talk.comes(get);
        talk.connection.ended();
        CHECK(talk.next() == over);
        CHECK(talk.told() == "GET /a 0 (The client closed the connection before it had the answer.)");
    }
    SECTION("within the answer")
    {
        talk.comes(get);
        talk.connection.begin_answer({.status = 200});
        talk.connection.head_queued(100);
        talk.connection.content_queued(7);
        talk.sent = 107;
        talk.connection.ended();
        CHECK(talk.next() == over);
        CHECK(talk.told() == "GET /a 200 +7 (The client closed the connection before it had the answer.)");
    }
    SECTION("behind its body, which has come")
    {
        talk.comes(post("Content-Length: 2\r\n") + "ab");
        talk.connection.take_body(HttpBodyUse::relay, talk.now);
        CHECK(talk.next() == last_of_body());
        CHECK_FALSE(talk.connection.reads_body());
        talk.connection.body_taken(talk.now);
        talk.connection.ended();
        CHECK(talk.next() == over);
        CHECK(talk.connection.given_up());
    }
    SECTION("within its body: it has sent half a request")
    {
        talk.comes(post("Content-Length: 4\r\n") + "ab");
        talk.connection.take_body(HttpBodyUse::relay, talk.now);
        CHECK(talk.next() == piece_of_body());
        talk.connection.ended();
        CHECK(talk.next() == hold);
        CHECK(talk.connection.reads_body());
        talk.connection.body_taken(talk.now);
        CHECK(talk.next() == over);
        CHECK(talk.told() == "POST /a 0 -2 (The connection ended before the request did.)");
    }
}

TEST_CASE("a body that brings too little is cut, and waiting for others doesn't count", "[engine][http]")
{
    HttpTalk talk{{.body_timeout = 10s, .min_receive_rate = 100}};
    talk.comes(post("Content-Length: 100000\r\n"));
    talk.connection.take_body(HttpBodyUse::relay, talk.now);
    CHECK(talk.next() == receive(10s));
    const auto octets_every_second = [&talk](int seconds, std::size_t size) {
        HttpTalk::Action action{HttpTalk::Kind::wait};
        for (int i = 0; i < seconds; ++i) {
            talk.now += 1s;
            action = talk.comes(std::string(size, 'x'));
            if (action != piece_of_body()) break;
            talk.now += 100s;  // the next server takes its time
            talk.connection.body_taken(talk.now);
            talk.next();
        }
        return action;
    };
    SECTION("enough") { CHECK(octets_every_second(30, 100) == piece_of_body()); }
    SECTION("too little, each of which puts the deadline off")
    {
        CHECK(octets_every_second(30, 99) == refuse(408, libnet::engine::body_too_slow));
    }
}

TEST_CASE("an answer's length may be known only when it has ended", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(get);
    talk.connection.begin_answer({.status = 200});
    talk.connection.head_queued(100);
    talk.connection.content_queued(5);
    talk.connection.content_queued(6);
    SECTION("all of it is sent")
    {
        talk.sent = 200;
        talk.connection.end_answer();
        CHECK(talk.told() == "GET /a 200 +11");
    }
    SECTION("the server behind it fails")
    {
        talk.sent = 105;
        talk.connection.fail(502, "gone");
        CHECK(talk.next() == over);
        CHECK(talk.told() == "GET /a 200 +5 (gone)");
    }
}

TEST_CASE("a tunnel needs neither exchange nor octets, and is told when it ends", "[engine][http]")
{
    auto talk = proxied();
    talk.comes("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nUser-Agent: me\r\n\r\n");
    talk.connection.begin_answer({.status = 200, .may_keep = false});
    libnet::engine::KeptRecord kept{talk.connection.keep_record()};
    talk.connection.hand_over();
    talk.connection.use(nullptr);
    talk.memory.assign(talk.memory.size(), '?');
    CHECK(talk.connection.next({}, talk.now) == hold);
    talk.now += 5s;
    SECTION("by itself")
    {
        talk.connection.end_tunnel(600, 300, {});
        const auto& record = kept.completed(talk.now, 600, 300, {});
        CHECK(record.method == "CONNECT");
        CHECK(record.target == "a.test:443");
        CHECK(record.user_agent == "me");
        CHECK(record.referer.empty());
        CHECK(record.status == 200);
        CHECK(record.content_sent == 600);
        CHECK(record.body_received == 300);
        CHECK(record.duration == 5s);
    }
    SECTION("with the server") { talk.connection.lost(libnet::engine::handler_gone); }
    CHECK(talk.connection.next({}, talk.now) == over);
    talk.connection.use(&talk.exchange);
    CHECK(talk.told().empty());
}

}  // namespace http_connection_relays_tests
