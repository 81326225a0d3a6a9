#pragma once
// A scripted conversation that is replayed once for each of its steps, and goes wrong there.
//
//   struct Talk { engine::Something engine; std::vector<std::string> log; };
//
//   test::Conversation<Talk> talk;
//   talk.steps = {{"half a head comes", [](Talk& t) { ... }}, {"the rest comes", [](Talk& t) { ... }}};
//   talk.failures = {{"the peer leaves", [](Talk& t) { ... }}, {"it is cancelled", [](Talk& t) { ... }}};
//   talk.succeeded = [](Talk& t) { CHECK(t.log == ...); };   // behind all steps
//   talk.failed = [](Talk& t) { CHECK(t.log.size() == 1); };  // behind a failure, wherever it came
//   test::fails_at_every_step(talk);
//
// The first run takes all steps. Then each failure takes the place of each step in turn, and of what would come behind
// the last one; and the object is destroyed in each of these places, under whatever sanitizer is at work. Steps may run
// an event loop as far as it goes (io_context::poll): drivers are tested in the same way as engines.

#include <tests/support/catch.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::test {

/// Something that is done to a subject, with its name for the test's report.
template <typename Subject>
struct ConversationStep {
    std::string name;
    std::function<void(Subject&)> act;
};

template <typename Subject>
struct Conversation {
    /// Makes a fresh subject for each run.
    std::function<std::unique_ptr<Subject>()> begin = [] { return std::make_unique<Subject>(); };
    std::vector<ConversationStep<Subject>> steps{};
    std::vector<ConversationStep<Subject>> failures{};  ///< ways to go wrong
    std::function<void(Subject&)> succeeded{};          ///< checks what came of all steps; may be empty
    std::function<void(Subject&)> failed{};             ///< checks what came of any failure at any step; may be empty
    std::function<void()> destroyed{};                  ///< checks what the subject has left behind; may be empty
};

namespace detail {

/// Takes the first steps with a new subject.
template <typename Subject>
std::unique_ptr<Subject> converse(const Conversation<Subject>& conversation, std::size_t steps)
{
    auto subject = conversation.begin();
    for (std::size_t i = 0; i < steps; ++i) {
        INFO("step " << i + 1 << ": " << conversation.steps[i].name);
        conversation.steps[i].act(*subject);
    }
    return subject;
}

}  // namespace detail

/// Runs the conversation as it is written, then once per step for each way to go wrong there, and once per step with the
/// subject destroyed. Returns the number of runs.
template <typename Subject>
std::size_t fails_at_every_step(const Conversation<Subject>& conversation)
{
    const auto& steps = conversation.steps;
    const auto destroy = [&](std::unique_ptr<Subject> subject) {
        subject.reset();
        if (conversation.destroyed) conversation.destroyed();
    };
    auto whole = detail::converse(conversation, steps.size());
    if (conversation.succeeded) conversation.succeeded(*whole);
    destroy(std::move(whole));
    std::size_t runs = 1;
    for (std::size_t at = 0; at <= steps.size(); ++at) {
        INFO((at < steps.size() ? "instead of \"" + steps[at].name + "\"" : std::string{"behind the last step"}));
        for (const auto& failure : conversation.failures) {
            INFO(failure.name);
            auto subject = detail::converse(conversation, at);
            failure.act(*subject);
            if (conversation.failed) conversation.failed(*subject);
            destroy(std::move(subject));
            ++runs;
        }
        INFO("destroyed");
        destroy(detail::converse(conversation, at));
        ++runs;
    }
    return runs;
}

}  // namespace libnet::test
