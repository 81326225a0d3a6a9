// The harness of tests/support/fails_at_every_step.hpp, on a subject that only writes down what is done to it.

#include <tests/support/catch.hpp>
#include <tests/support/fails_at_every_step.hpp>

#include <string>
#include <vector>

namespace fails_at_every_step_tests {

using libnet::test::Conversation, libnet::test::fails_at_every_step;

TEST_CASE("each failure takes the place of each step, and the subject is destroyed at each", "[base][support]")
{
    struct Subject {
        std::string done;
    };
    std::vector<std::string> good, bad;
    int destroyed = 0;
    Conversation<Subject> conversation;
    conversation.steps = {{"one", [](Subject& s) { s.done += '1'; }}, {"two", [](Subject& s) { s.done += '2'; }}};
    conversation.failures = {{"error", [](Subject& s) { s.done += 'e'; }},
                             {"cancelled", [](Subject& s) { s.done += 'c'; }}};
    conversation.succeeded = [&](Subject& s) { good.push_back(s.done); };
    conversation.failed = [&](Subject& s) { bad.push_back(s.done); };
    conversation.destroyed = [&] { ++destroyed; };
    CHECK(fails_at_every_step(conversation) == 10);
    CHECK(good == std::vector<std::string>{"12"});
    CHECK(bad == std::vector<std::string>{"e", "c", "1e", "1c", "12e", "12c"});
    CHECK(destroyed == 10);
}

}  // namespace fails_at_every_step_tests
