#pragma once
/// @file
/// A scripted conversation that is replayed once for each of its steps, and goes wrong there.

#include <libnet/config.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::testing {

/// Something that is done to a subject, with its name for the test's report.
template <typename Subject>
struct ConversationStep {
    std::string name;                   ///< "half a head comes"
    std::function<void(Subject&)> act;  ///< does it, and may check what came of it
};

/// A conversation for `fails_at_every_step`. Steps may run an event loop as far as it goes (io_context::poll), so that programs
/// with sockets are tested in the same way as those without.
///
///     struct Talk { Something engine; std::vector<std::string> log; };
///
///     Conversation<Talk> talk;
///     talk.steps = {{"half a head comes", [](Talk& t) { ... }}, {"the rest comes", [](Talk& t) { ... }}};
///     talk.failures = {{"the peer leaves", [](Talk& t) { ... }}, {"it is cancelled", [](Talk& t) { ... }}};
///     talk.succeeded = [](Talk& t) { assert(t.log == ...); };     // behind all steps
///     talk.failed = [](Talk& t) { assert(t.log.size() == 1); };   // behind a failure, wherever it came
///     fails_at_every_step(talk);
template <typename Subject>
struct Conversation {
    /// Makes a fresh subject for each run.
    std::function<std::unique_ptr<Subject>()> begin = [] { return std::make_unique<Subject>(); };
    std::vector<ConversationStep<Subject>> steps{};     ///< in their order
    std::vector<ConversationStep<Subject>> failures{};  ///< ways to go wrong
    std::function<void(Subject&)> succeeded{};          ///< checks what came of all steps; may be empty
    std::function<void(Subject&)> failed{};             ///< checks what came of any failure at any step; may be empty
    std::function<void()> destroyed{};                  ///< checks what the subject has left behind; may be empty
    /// Is told where a run is ("step 2: the rest comes"), and returns what lives as long as it is there: a message in
    /// the scope of a test framework, say, so that a check that fails says where. May be empty, and may return null.
    std::function<std::shared_ptr<void>(const std::string& where)> describe{};
};

namespace detail {

template <typename Subject>
std::shared_ptr<void> describe(const Conversation<Subject>& conversation, const std::string& where)
{
    return conversation.describe ? conversation.describe(where) : nullptr;
}

/// Takes the first steps with a new subject.
template <typename Subject>
std::unique_ptr<Subject> converse(const Conversation<Subject>& conversation, std::size_t steps)
{
    auto subject = conversation.begin();
    for (std::size_t i = 0; i < steps; ++i) {
        const auto& step = conversation.steps[i];
        const auto here = describe(conversation, "step " + std::to_string(i + 1) + ": " + step.name);
        step.act(*subject);
    }
    return subject;
}

}  // namespace detail

/// Runs the conversation as it is written. Then each failure takes the place of each step in turn, and of what would come behind
/// the last one; and the subject is destroyed in each of these places, under any sanitizer that the program is built
/// with. Returns the number of runs. What a step or check throws ends it.
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
        const auto here = detail::describe(
            conversation, at < steps.size() ? "instead of \"" + steps[at].name + "\"" : "behind the last step");
        for (const auto& failure : conversation.failures) {
            const auto failing = detail::describe(conversation, failure.name);
            auto subject = detail::converse(conversation, at);
            failure.act(*subject);
            if (conversation.failed) conversation.failed(*subject);
            destroy(std::move(subject));
            ++runs;
        }
        const auto destroying = detail::describe(conversation, "destroyed");
        destroy(detail::converse(conversation, at));
        ++runs;
    }
    return runs;
}

}  // namespace libnet::inline v0::testing
