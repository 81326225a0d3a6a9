#pragma once
// libnet/testing/fails_at_every_step.hpp with Catch: a check that fails says at which step it was.

#include <libnet/testing/fails_at_every_step.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <string>

namespace libnet::test {

using testing::fails_at_every_step;

template <typename Subject>
struct Conversation : testing::Conversation<Subject> {
    Conversation()
    {
        this->describe = [](const std::string& where) {
            return std::make_shared<Catch::ScopedMessage>(
                Catch::MessageBuilder{"INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info} << where);
        };
    }
};

}  // namespace libnet::test
