#include <libnet/engine/proxy/upstream_places.hpp>
#include <tests/support/catch.hpp>

#include <optional>

namespace upstream_places_tests {

using namespace libnet::engine;

TEST_CASE("a host has so many places, and so have all together", "[engine][proxy]")
{
    UpstreamPlaces places{2, 3};
    auto first = places.take("a"), second = places.take("a");
    CHECK(first);
    CHECK(second);
    CHECK_FALSE(places.take("a"));
    auto third = places.take("b");
    CHECK(third);
    CHECK_FALSE(places.take("c"));
    CHECK(places.taken() == 3);
    first.reset();
    CHECK(places.taken() == 2);
    CHECK(places.take("a"));  // and given back at once
    CHECK(places.take("c"));
}

TEST_CASE("a place that was moved is free once", "[engine][proxy]")
{
    UpstreamPlaces places{1, 0};
    auto place = places.take("a").value();
    {
        UpstreamPlaces::Place moved{std::move(place)};
        CHECK_FALSE(places.take("a"));
    }
    CHECK(places.taken() == 0);
    place = places.take("a").value();
    CHECK(places.taken() == 1);
    place = {};
    CHECK(places.taken() == 0);
}

TEST_CASE("without limits nothing is counted", "[engine][proxy]")
{
    UpstreamPlaces places{0, 0};
    const auto one = places.take("a"), other = places.take("a");
    CHECK(one);
    CHECK(other);
    CHECK(places.taken() == 0);
}

}  // namespace upstream_places_tests
