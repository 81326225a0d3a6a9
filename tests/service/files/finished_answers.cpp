#include <libnet/impl/files/finished_answers.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace finished_answers_tests {

using libnet::detail::FinishedAnswers;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

namespace {

const sys_seconds now{1h};
const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Keeps an answer to a request, which has to come twice for that.
void keep(FinishedAnswers& answers, const std::string& head, const std::string& text)
{
    answers.place_for(head);
    auto* const answer = answers.place_for(head);
    REQUIRE(answer != nullptr);
    answer->text = text;
    answer->second = now;
    answer->changes = 7;
}

}  // namespace

TEST_CASE("an answer is kept for a request that comes again", "[service][finished_answers]")
{
    FinishedAnswers answers{{1, 2}};
    CHECK(answers.find(request, now, 7).answer == nullptr);
    CHECK(answers.place_for(request) == nullptr);
    keep(answers, request, "answer");
    const auto received = request + "GET /next";
    const auto found = answers.find(received, now, 7);
    REQUIRE(found.answer != nullptr);
    CHECK(found.answer->text == "answer");
    CHECK(found.request == request);
}

TEST_CASE("it answers the same bytes only, in the same second, while no file changes", "[service][finished_answers]")
{
    FinishedAnswers answers{{1, 2}};
    keep(answers, request, "answer");
    CHECK(answers.find(request, now, 7).answer != nullptr);
    CHECK(answers.find(request, now + 1s, 7).answer == nullptr);
    CHECK(answers.find(request, now - 1s, 7).answer == nullptr);
    CHECK(answers.find(request, now, 8).answer == nullptr);
    CHECK(answers.find(request.substr(0, request.size() - 1), now, 7).answer == nullptr);
    CHECK(answers.find("\r\n" + request, now, 7).answer == nullptr);
    CHECK(answers.find("GET / HTTP/1.1\r\nHost: b\r\n\r\n", now, 7).answer == nullptr);
    CHECK(answers.find("", now, 7).answer == nullptr);
}

TEST_CASE("their number and size are bounded", "[service][finished_answers]")
{
    FinishedAnswers answers{{1, 2}};
    const std::string long_request = "GET /" + std::string(4000, 'x') + " HTTP/1.1\r\n\r\n";
    answers.place_for(long_request);
    CHECK(answers.place_for(long_request) == nullptr);
    keep(answers, request, "first");
    for (int i = 0; i < 3000; ++i) keep(answers, "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n", "other");
    CHECK(answers.find(request, now, 7).answer == nullptr);
    CHECK(answers.find("GET /2999 HTTP/1.1\r\n\r\n", now, 7).answer != nullptr);
    answers.clear();
    CHECK(answers.find("GET /2999 HTTP/1.1\r\n\r\n", now, 7).answer == nullptr);
}

}  // namespace finished_answers_tests
