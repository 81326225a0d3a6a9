// A conversation that goes wrong at each of its steps.

#include <libnet/engine/http/http_connection.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/fails_at_every_step.hpp>
#include <tests/support/http_talk.hpp>

#include <functional>
#include <string>

namespace http_connection_steps_tests {

using namespace libnet::test;
using libnet::test::linger;  // the sockets' headers have one, too
using namespace std::chrono_literals;
using libnet::engine::client_left, libnet::engine::handler_failed, libnet::engine::handler_gone,
    libnet::engine::request_too_slow;
using libnet::engine::HttpBodyUse, libnet::engine::HttpPersistence, libnet::engine::HttpRecord;

namespace {

const std::string get_b = "GET /b HTTP/1.1\r\nHost: test\r\n\r\n";

}  // namespace

TEST_CASE("whatever goes wrong wherever, each request that began has one record", "[engine][http]")
{
    struct Talk : HttpTalk {
        int begun = 0;
    };
    Conversation<Talk> conversation;
    const auto step = [&](std::string name, std::function<void(Talk&)> act) {
        conversation.steps.push_back({std::move(name), std::move(act)});
    };
    step("half a head comes", [](Talk& t) {
        t.begun = 1;
        CHECK(t.comes("POST /a HTTP/1.1\r\nHost: test\r\nExpect: 100-con") == receive(10s));
    });
    step("the rest of it comes", [](Talk& t) { CHECK(t.comes("tinue\r\nContent-Length: 4\r\n\r\n") == handle); });
    step("the body is wanted", [](Talk& t) {
        t.connection.take_body(HttpBodyUse::stream, t.now);
        CHECK(t.next() == invite);
        CHECK(t.next() == receive(10s));
    });
    step("half of it comes", [](Talk& t) { CHECK(t.comes("ab") == piece_of_body()); });
    step("it is taken", [](Talk& t) {
        t.connection.body_taken(t.now);
        CHECK(t.next() == receive(10s));
    });
    step("the rest comes, and a request", [](Talk& t) { CHECK(t.comes("cd" + get_b) == last_of_body()); });
    step("it is taken", [](Talk& t) {
        t.connection.body_taken(t.now);
        CHECK(t.next() == hold);
    });
    step("the answer begins", [](Talk& t) {
        t.connection.begin_answer({.content_length = 3});
        t.connection.head_queued(100);
        t.sent = 103;
        CHECK(t.next() == hold);
    });
    step("it ends, and the next request is handled", [](Talk& t) {
        t.connection.end_answer();
        t.drop();
        t.begun = 2;
        CHECK(t.next() == libnet::test::handle);
    });
    step("an answer in words", [](Talk& t) {
        t.connection.fail(500, handler_failed);
        CHECK(t.next() == refuse(500, handler_failed));
        t.answers(500);
        CHECK(t.next() == receive(60s));
    });
    // Whatever is to be done behind a failure is done, until it is over.
    const auto to_the_end = [](Talk& t) {
        for (int i = 0; i < 10; ++i) {
            const auto action = t.next();
            if (action == over) return;
            if (action == libnet::test::handle) ++t.begun;
            if (action.kind == HttpTalk::Kind::refuse) t.answers(action.status);
            if (action == finish) t.connection.finished(false, t.now);
            if (action.kind == HttpTalk::Kind::linger || action.kind == HttpTalk::Kind::receive) t.connection.expired();
            if (action == hold) t.connection.fail(500, handler_failed);
        }
        FAIL("it never ends");
    };
    conversation.failures = {
        {"the client closes its half",
         [to_the_end](Talk& t) {
             t.connection.ended();
             to_the_end(t);
         }},
        {"the connection breaks",
         [to_the_end](Talk& t) {
             t.connection.lost("broken");
             to_the_end(t);
         }},
        {"time passes",
         [to_the_end](Talk& t) {
             t.connection.expired();
             to_the_end(t);
         }},
        {"a drain begins",
         [to_the_end](Talk& t) {
             t.connection.drain();
             to_the_end(t);
         }},
        {"the handler fails",
         [to_the_end](Talk& t) {
             if (!t.connection.idle() && t.connection.has_request()) t.connection.fail(500, handler_failed);
             to_the_end(t);
         }},
        {"the server ends", [](Talk& t) { t.connection.abandon(); }},
    };
    conversation.succeeded = [](Talk& t) { CHECK(t.told() == "POST /a 200 +3 -4; GET /b 500"); };
    conversation.failed = [](Talk& t) {
        int records = 0;
        t.exchange.log.settle(t.now, t.sent, {}, [&](const HttpRecord&) { ++records; });
        CHECK(records == t.begun);
    };
    CHECK(fails_at_every_step(conversation) == 1 + 11 * 7);
}

}  // namespace http_connection_steps_tests
