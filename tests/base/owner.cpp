#include <libnet/base/owner.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace owner_tests {

using libnet::base::Owner;

namespace {

struct State {
    void stop() noexcept { ++stops; }
    int stops = 0;
};

}  // namespace

TEST_CASE("a state is told to stop once, when its owner goes or takes another one", "[base][owner]")
{
    const auto first = std::make_shared<State>(), second = std::make_shared<State>();
    {
        Owner owner{first};
        Owner moved{std::move(owner)};
        CHECK(first->stops == 0);
        moved = Owner{second};
        CHECK(first->stops == 1);
        CHECK(second->stops == 0);
        auto& itself = moved;
        moved = std::move(itself);
        CHECK(second->stops == 0);
        CHECK(moved.share() == second);
    }
    CHECK(first->stops == 1);
    CHECK(second->stops == 1);
}

TEST_CASE("an owner that was moved from is of no use until it takes another state", "[base][owner]")
{
    Owner owner{std::make_shared<State>()};
    Owner other{std::move(owner)};
    CHECK_THROWS_AS(owner->stops, std::logic_error);
    CHECK_THROWS_AS(owner.share(), std::logic_error);
    owner = std::move(other);
    CHECK(owner->stops == 0);
}

}  // namespace owner_tests
