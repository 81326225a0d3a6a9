// Bodies of requests: by length and chunked, in any pieces, thrown away or handed over; and clients that ask first.

#include <libnet/engine/http/http_connection.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/http_talk.hpp>

#include <string>

namespace http_connection_bodies_tests {

using namespace libnet::test;
using libnet::test::linger;  // the sockets' headers have one, too
using namespace std::chrono_literals;
using libnet::engine::HttpBodyUse, libnet::engine::HttpPersistence, libnet::engine::request_too_slow;

namespace {

const std::string next_one = "GET /next HTTP/1.1\r\nHost: test\r\n\r\n";

std::string post(const std::string& fields) { return "POST /a HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n"; }

const std::string by_length = post("Content-Length: 10\r\n") + "0123456789";
const std::string chunked =
    post("Transfer-Encoding: chunked\r\n") + "3\r\n012\r\n1;x=y\r\n3\r\n006\r\n456789\r\n0\r\nX-Sum: 45\r\n\r\n";

const libnet::engine::HttpAction too_large{.kind = HttpTalk::Kind::body_end, .too_large = true};

/// Sends a request in two pieces, and reads its body as it comes.
std::string streamed(HttpTalk& talk, const std::string& request, std::size_t split)
{
    std::string body;
    bool taken = false;
    const auto go_on = [&](HttpTalk::Action action) {
        for (; action.kind != HttpTalk::Kind::receive; action = talk.next()) {
            if (action == handle && talk.connection.request().target == "/next") return;
            if (action == handle) {
                talk.connection.take_body(HttpBodyUse::stream, talk.now);
            } else if (action.kind == HttpTalk::Kind::body) {
                body += talk.connection.piece();
                taken = action.last;
                talk.connection.body_taken(talk.now);
                if (action.last) talk.answers();
            } else {
                FAIL(action);
            }
        }
    };
    go_on(talk.comes(request.substr(0, split)));
    if (split < request.size()) go_on(talk.comes(request.substr(split)));
    CHECK(taken);
    return body;
}

}  // namespace

TEST_CASE("a body is handed over whole, however it is framed and split", "[engine][http]")
{
    for (const auto& request : {by_length, chunked}) {
        const auto both = request + next_one;
        for (std::size_t split = 1; split <= both.size(); ++split) {
            INFO(both.substr(0, split));
            HttpTalk talk;
            CHECK(streamed(talk, both, split) == "0123456789");
            CHECK(talk.connection.request().target == "/next");
            CHECK(talk.told() == "POST /a 200 -10");
        }
    }
}

TEST_CASE("a body that the handler does not want is discarded, however it is framed and split", "[engine][http]")
{
    for (const auto& request : {by_length, chunked}) {
        for (std::size_t split = request.find("\r\n\r\n") + 4; split <= request.size(); ++split) {
            INFO(request.substr(0, split));
            HttpTalk talk;
            CHECK(talk.comes(request.substr(0, split)) == handle);
            talk.connection.take_body(HttpBodyUse::discard, talk.now);
            if (split < request.size()) {
                CHECK(talk.next() == receive(10s));
                CHECK(talk.text().size() == talk.connection.head_size());  // none of it is kept
                CHECK(talk.comes(request.substr(split) + next_one) == body_end);
            } else {
                CHECK(talk.next() == body_end);
                talk.memory += next_one;
            }
            CHECK(talk.connection.request().target == "/a");
            CHECK(talk.answers() == HttpPersistence::implied);
            CHECK(talk.next() == handle);
            CHECK(talk.connection.request().target == "/next");
            CHECK(talk.told() == "POST /a 200 -10");
        }
    }
}

TEST_CASE("what follows a chunked body can be looked at", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(chunked);
    talk.connection.take_body(HttpBodyUse::stream, talk.now);
    CHECK(talk.next() == last_of_body());
    CHECK(talk.connection.piece() == "0123456789");
    CHECK(talk.connection.trailers().value_of("X-Sum") == "45");
}

TEST_CASE("a body without octets is no body, and may be asked for", "[engine][http]")
{
    for (const auto use : {HttpBodyUse::discard, HttpBodyUse::stream}) {
        HttpTalk talk;
        CHECK(talk.comes(post("Content-Length: 0\r\n") + next_one) == handle);
        CHECK_FALSE(talk.connection.has_body());
        SECTION("or not") {}
        SECTION("asked for")
        {
            talk.connection.take_body(use, talk.now);
            CHECK(talk.next() == (use == HttpBodyUse::discard ? body_end : last_of_body()));
            if (use == HttpBodyUse::stream) talk.connection.body_taken(talk.now);
        }
        CHECK(talk.answers() == HttpPersistence::implied);
        CHECK(talk.next() == handle);
    }
    HttpTalk none;
    none.comes(next_one);
    none.connection.take_body(HttpBodyUse::stream, none.now);
    CHECK(none.next() == last_of_body());
}

TEST_CASE("a body that is larger than what is thrown away ends the connection", "[engine][http]")
{
    HttpTalk talk{{.max_discarded_body = 9}};
    SECTION("by its length")
    {
        talk.comes(by_length);
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == too_large);
    }
    SECTION("by its chunks")
    {
        talk.comes(chunked);
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == too_large);
    }
    SECTION("before it is asked for")
    {
        talk.comes(post("Content-Length: 10\r\nExpect: 100-continue\r\n"));
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == too_large);
    }
    CHECK(talk.answers(413, 4, "too large") == HttpPersistence::close);
    CHECK(talk.next() == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == linger(2s));
}

TEST_CASE("chunks that are none are refused, or end an answer that has begun", "[engine][http]")
{
    HttpTalk talk;
    const auto request = post("Transfer-Encoding: chunked\r\n") + "zz\r\n";
    const auto reason = libnet::wire::reason_of(libnet::wire::HttpError::bad_chunk);
    talk.comes(request);
    SECTION("thrown away")
    {
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == refuse(400, reason));
        CHECK(talk.answers(400, 0, reason) == HttpPersistence::close);
        CHECK(talk.next() == finish);
    }
    SECTION("handed over")
    {
        talk.connection.take_body(HttpBodyUse::stream, talk.now);
        CHECK(talk.next() == refuse(400, reason));
        talk.answers(400, 0, reason);
    }
    SECTION("beside an answer")
    {
        talk.connection.take_body(HttpBodyUse::stream, talk.now);
        talk.connection.begin_answer({.status = 400});
        CHECK(talk.next() == over);
        talk.exchange.log.last().reason = reason;
    }
    CHECK(talk.told() == "POST /a 400 (" + std::string{reason} + ")");
}

TEST_CASE("a body has its time, and a client that sends an octet now and then runs out of it", "[engine][http]")
{
    HttpTalk talk{{.body_timeout = 5s, .min_receive_rate = 10}};
    talk.comes(post("Content-Length: 100\r\n"));
    talk.now += 1s;
    SECTION("thrown away: each so many octets are worth a second")
    {
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == receive(6s));
        talk.now += 4s;
        CHECK(talk.comes(std::string(20, 'x')) == receive(8s));
        CHECK(talk.passes(3s) == refuse(408, request_too_slow));
        CHECK(talk.answers(408, 0, request_too_slow) == HttpPersistence::close);
        CHECK(talk.told() == "POST /a 408 -20 (The request took too long to arrive.)");
    }
    SECTION("handed over: from its last octet, or from when the handler is ready for more")
    {
        talk.connection.take_body(HttpBodyUse::stream, talk.now);
        CHECK(talk.next() == receive(6s));
        talk.now += 4s;
        CHECK(talk.comes("x") == piece_of_body());
        talk.now += 1h;  // the handler's own time
        talk.connection.body_taken(talk.now);
        CHECK(talk.next() == receive(1h + 10s));
        CHECK(talk.passes(5s) == refuse(408, request_too_slow));
        CHECK(talk.answers(408, 0, request_too_slow) == HttpPersistence::close);
    }
}

TEST_CASE("a client that leaves within a body is logged, without an answer", "[engine][http]")
{
    for (const auto use : {HttpBodyUse::discard, HttpBodyUse::stream}) {
        HttpTalk talk;
        talk.comes(post("Content-Length: 10\r\n"));
        talk.connection.take_body(use, talk.now);
        CHECK(talk.next() == receive(10s));
        talk.connection.ended();
        CHECK(talk.next() == over);
        CHECK(talk.told() == "POST /a 0 (The connection ended before the request did.)");
    }
}

TEST_CASE("a client that asks first is told to go on once its body is wanted, and only then", "[engine][http]")
{
    const auto asks = post("Content-Length: 3\r\nExpect: 100-continue\r\n");
    HttpTalk talk;
    SECTION("it waits")
    {
        CHECK(talk.comes(asks) == handle);
        CHECK(talk.connection.awaits_invitation());
        CHECK(talk.next() == hold);
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == invite);
        CHECK(talk.next() == receive(10s));
        CHECK(talk.comes("abc" + next_one) == body_end);
    }
    SECTION("it has begun all the same")
    {
        CHECK(talk.comes(asks + "a") == handle);
        CHECK_FALSE(talk.connection.awaits_invitation());
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == receive(10s));
        CHECK(talk.comes("bc" + next_one) == body_end);
    }
    SECTION("it is an old one, which doesn't know of that")
    {
        CHECK(talk.comes("POST /a HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n"
                         "Content-Length: 3\r\n\r\n") == handle);
        CHECK_FALSE(talk.connection.awaits_invitation());
        talk.connection.take_body(HttpBodyUse::discard, talk.now);
        CHECK(talk.next() == receive(10s));
        CHECK(talk.comes("abc" + next_one) == body_end);
    }
    talk.answers();
    CHECK(talk.next() == handle);
    CHECK(talk.told() == "POST /a 200 -3");
}

TEST_CASE("a handler that answers before it has the body ends the connection", "[engine][http]")
{
    HttpTalk talk;
    SECTION("to a client that waits to be asked: it may send the body all the same")
    {
        talk.comes(post("Content-Length: 3\r\nExpect: 100-continue\r\n"));
        CHECK(talk.answers(404) == HttpPersistence::close);
    }
    SECTION("to one that sends")
    {
        talk.comes(by_length.substr(0, by_length.size() - 1));
        CHECK(talk.answers(404) == HttpPersistence::close);
    }
    SECTION("even if all of the body is there, since it hasn't been looked at")
    {
        talk.comes(by_length);
        CHECK(talk.answers(404) == HttpPersistence::close);
    }
    CHECK(talk.next() == finish);
    talk.connection.finished(false, talk.now);
    CHECK(talk.next() == linger(2s));
}

TEST_CASE("an answer may begin while the body comes, and the connection goes on when both have ended", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(by_length.substr(0, by_length.size() - 5));
    talk.connection.take_body(HttpBodyUse::stream, talk.now);
    CHECK(talk.next() == piece_of_body());
    CHECK(talk.connection.begin_answer({.status = 200}) == HttpPersistence::implied);
    talk.connection.head_queued(100);
    talk.sent = 100 + 7;
    CHECK(talk.next() == hold);
    talk.connection.body_taken(talk.now);
    CHECK(talk.next() == receive(10s));
    SECTION("the body first")
    {
        CHECK(talk.comes("56789" + next_one) == last_of_body());
        SECTION("which is taken")
        {
            talk.connection.body_taken(talk.now);
            CHECK(talk.next() == hold);
        }
        SECTION("which needn't be said") {}
        talk.connection.end_answer(7);
        talk.drop();
        CHECK(talk.next() == handle);
        CHECK(talk.connection.request().target == "/next");
    }
    SECTION("the answer first: who doesn't wait for the rest doesn't know where the next request begins")
    {
        talk.connection.end_answer(7);
        CHECK(talk.next() == finish);
    }
    CHECK(talk.told().substr(0, 14) == "POST /a 200 +7");
}

TEST_CASE("octets that move take the request with them", "[engine][http]")
{
    HttpTalk talk;
    talk.comes(post("Content-Length: 3\r\nX-Name: value\r\n"));
    talk.connection.take_body(HttpBodyUse::discard, talk.now);
    CHECK(talk.next() == receive(10s));
    std::string elsewhere;
    elsewhere.reserve(talk.memory.capacity() + 4096);
    elsewhere = talk.text();
    talk.memory.assign(talk.memory.size(), '?');
    talk.memory.swap(elsewhere);
    talk.begin = 0;
    talk.connection.moved(talk.octets());
    CHECK(talk.connection.request().fields.value_of("X-Name") == "value");
    CHECK(talk.comes("abc") == body_end);
}

}  // namespace http_connection_bodies_tests
