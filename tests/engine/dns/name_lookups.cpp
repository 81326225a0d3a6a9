#include <libnet/engine/dns/name_lookups.hpp>
#include <tests/support/catch.hpp>

#include <map>
#include <string>
#include <vector>

namespace name_lookups_tests {

using namespace std::chrono_literals;
using namespace libnet::engine;

namespace {

using Family = NameLookups::Family;
using Wish = NameLookups::Wish;
using Failure = NameLookups::Failure;
using Addresses = std::vector<boost::asio::ip::address>;

constexpr ClientKey alice{1}, bob{2};
const auto v4 = boost::asio::ip::make_address("192.0.2.1");
const auto v6 = boost::asio::ip::make_address("2001:db8::1");
const boost::system::error_code no_name{1, boost::system::generic_category()};
const boost::system::error_code no_address{2, boost::system::generic_category()};
const boost::system::error_code nobody_knew{3, boost::system::generic_category()};

/// A NameLookups and what it did.
struct Names {
    explicit Names(NameLookupOptions options = {}) : lookups{options} {}

    NameLookups::Ticket ask(std::string_view name = "a.test", ClientKey client = alice, Wish wish = Wish::usable)
    {
        const auto ticket = lookups.ask(name, client, wish, now);
        act();
        return ticket;
    }
    void answer(Family family, Addresses addresses, std::optional<std::chrono::seconds> ttl = 60s,
                const std::string& name = "a.test")
    {
        lookups.on_answer(under_way.at({name, family}), std::move(addresses), ttl, now);
        act();
    }
    void fail(Family family, boost::system::error_code error, Failure why)
    {
        lookups.on_failure(under_way.at({"a.test", family}), error, why, now);
        act();
    }
    void pass(std::chrono::milliseconds time)
    {
        now += time;
        act();
    }
    void act()
    {
        while (const auto action = lookups.next(now)) {
            if (const auto* tell = std::get_if<NameLookups::Tell>(&*action)) {
                told[tell->ticket] = tell->outcome;
                continue;
            }
            const auto& question = std::get<NameLookups::Ask>(*action);
            under_way[{question.name, question.family}] = question.question;
            ++questions;
        }
    }
    const Addresses& addresses(NameLookups::Ticket ticket) const { return told.at(ticket).addresses; }

    NameLookups lookups;
    NameLookups::TimePoint now{1h};
    std::map<std::pair<std::string, Family>, NameLookups::Question> under_way;
    std::map<NameLookups::Ticket, NameOutcome> told;
    int questions = 0;
};

}  // namespace

TEST_CASE("one question for each family, however many ask, now and later", "[engine][names]")
{
    Names names;
    const auto first = names.ask(), second = names.ask("a.test", bob);
    CHECK(names.questions == 2);
    names.answer(Family::ipv4, {v4});
    CHECK(names.told.empty());
    names.answer(Family::ipv6, {v6});
    CHECK(names.addresses(first) == Addresses{v6, v4});
    CHECK(names.addresses(second) == Addresses{v6, v4});
    CHECK(names.told[first].complete);
    const auto later = names.ask();
    CHECK(names.addresses(later) == Addresses{v6, v4});
    CHECK(names.questions == 2);
    CHECK_FALSE(names.lookups.deadline());
}

TEST_CASE("the first family's addresses wait so long for the other's, and no longer", "[engine][names]")
{
    Names names;
    const auto family = GENERATE(Family::ipv4, Family::ipv6);
    const auto other = family == Family::ipv4 ? Family::ipv6 : Family::ipv4;
    const auto hurried = names.ask(), patient = names.ask("a.test", alice, Wish::complete);
    names.answer(family, {v4});
    CHECK(names.lookups.deadline() == names.now + 50ms);
    names.pass(49ms);
    CHECK(names.told.empty());
    names.pass(1ms);
    CHECK(names.addresses(hurried) == Addresses{v4});
    CHECK_FALSE(names.told[hurried].complete);
    CHECK_FALSE(names.told.contains(patient));
    CHECK_FALSE(names.lookups.deadline());

    INFO("who comes later doesn't wait again");
    const auto later = names.ask();
    CHECK(names.addresses(later) == Addresses{v4});
    CHECK(names.questions == 2);

    INFO("and what is late is remembered all the same");
    names.answer(other, {v6});
    CHECK(names.addresses(patient).size() == 2);
    CHECK(names.told[patient].complete);
    const auto last = names.ask();
    CHECK(names.addresses(last).size() == 2);
}

TEST_CASE("a family that has no addresses isn't waited for", "[engine][names]")
{
    Names names;
    const auto ticket = names.ask();
    names.fail(Family::ipv6, no_address, Failure::no_address);
    CHECK(names.told.empty());
    CHECK_FALSE(names.lookups.deadline());
    names.answer(Family::ipv4, {v4});
    CHECK(names.addresses(ticket) == Addresses{v4});
    CHECK(names.told[ticket].complete);
}

TEST_CASE("of two failures the one that says more is told", "[engine][names]")
{
    struct Row {
        Failure ipv6, ipv4, told;
    };
    const auto row = GENERATE(Row{Failure::no_name, Failure::passing, Failure::no_name},
                              Row{Failure::passing, Failure::no_name, Failure::no_name},
                              Row{Failure::no_address, Failure::passing, Failure::passing},
                              Row{Failure::passing, Failure::no_address, Failure::passing},
                              Row{Failure::no_address, Failure::no_address, Failure::no_address});
    const auto error_of = [](Failure failure) {
        if (failure == Failure::no_name) return no_name;
        return failure == Failure::passing ? nobody_knew : no_address;
    };
    Names names;
    const auto ticket = names.ask();
    names.fail(Family::ipv6, error_of(row.ipv6), row.ipv6);
    names.fail(Family::ipv4, error_of(row.ipv4), row.ipv4);
    CHECK(names.addresses(ticket).empty());
    CHECK(names.told[ticket].error == error_of(row.told));
}

TEST_CASE("an answer is used as long as it lives, within bounds", "[engine][names]")
{
    struct Row {
        std::optional<std::chrono::seconds> ttl;
        std::chrono::seconds life;
    };
    const auto row = GENERATE(Row{60s, 60s}, Row{24h, 1h}, Row{std::nullopt, 1h}, Row{-5s, 0s}, Row{0s, 0s});
    Names names;
    names.ask();
    names.answer(Family::ipv6, {v6}, row.ttl);
    names.answer(Family::ipv4, {v4}, row.ttl);
    CHECK(names.told.size() == 1);
    if (row.life > 0s) {
        names.pass(row.life - 1ms);
        names.ask();
        CHECK(names.questions == 2);
        names.pass(1ms);
    }
    names.ask();
    CHECK(names.questions == 4);
}

TEST_CASE("what doesn't exist, and what no server could tell, is remembered for a while", "[engine][names]")
{
    const auto why = GENERATE(Failure::no_name, Failure::no_address, Failure::passing);
    const auto life = why == Failure::passing ? 1s : 10s;
    Names names;
    names.ask();
    names.fail(Family::ipv6, no_name, why);
    names.fail(Family::ipv4, no_name, why);
    names.pass(life - 1ms);
    const auto second = names.ask();
    CHECK(names.told[second].error == no_name);
    CHECK(names.questions == 2);
    names.pass(1ms);
    names.ask();
    CHECK(names.questions == 4);
}

TEST_CASE("only so many names and addresses are remembered, and those that are used stay", "[engine][names]")
{
    Names names{{.max_names = 2, .max_addresses = 3}};
    const auto know = [&](const std::string& name) {
        names.ask(name);
        names.answer(Family::ipv6, Addresses(9, v6), 60s, name);
        names.answer(Family::ipv4, {}, 60s, name);
    };
    know("a.test");
    know("b.test");
    CHECK(names.addresses(names.ask("a.test")).size() == 3);
    know("c.test");
    CHECK(names.lookups.size() == 2);
    names.ask("a.test");
    CHECK(names.questions == 6);
    names.ask("b.test");
    CHECK(names.questions == 8);
}

TEST_CASE("what no caller waits for any more isn't asked; what is under way is remembered", "[engine][names]")
{
    Names names{{.questions = {.max_quick = 2, .max_quick_per_client = 2}}};
    const auto first = names.ask();
    const auto waiting = names.ask("b.test");
    CHECK(names.questions == 2);
    names.lookups.leave(waiting);
    CHECK(names.lookups.size() == 1);
    names.lookups.leave(first);
    names.lookups.leave(first);
    names.answer(Family::ipv6, {v6});
    names.answer(Family::ipv4, {v4});
    CHECK(names.questions == 2);
    CHECK(names.told.empty());
    CHECK(names.addresses(names.ask()) == Addresses{v6, v4});
}

TEST_CASE("who leaves in the last moment is told nothing", "[engine][names]")
{
    Names names;
    const auto first = names.ask(), second = names.ask();
    names.answer(Family::ipv6, {v6});
    names.lookups.on_answer(names.under_way.at({"a.test", Family::ipv4}), {v4}, 60s, names.now);
    names.lookups.leave(first);
    names.act();
    CHECK_FALSE(names.told.contains(first));
    CHECK(names.told.contains(second));
}

TEST_CASE("beside ten thousand names that hang, another client's is asked within the patience", "[engine][names]")
{
    Names names;
    std::vector<NameLookups::Ticket> hanging;
    for (int i = 0; i < 10'000; ++i) hanging.push_back(names.ask("n" + std::to_string(i) + ".test"));
    const bool gone = GENERATE(false, true);
    for (const auto ticket : hanging)
        if (gone) names.lookups.leave(ticket);
    const auto client = GENERATE(alice, bob);
    const auto begin = names.now;
    const auto stranger = names.ask("stranger.test", client);
    while (!names.under_way.contains({"stranger.test", Family::ipv4})) {
        names.now = names.lookups.deadline().value();
        names.act();
    }
    CHECK(names.now - begin <= 25ms);
    names.answer(Family::ipv4, {v4}, 60s, "stranger.test");
    CHECK(names.under_way.contains({"stranger.test", Family::ipv6}));
    names.answer(Family::ipv6, {v6}, 60s, "stranger.test");
    CHECK(names.addresses(stranger) == Addresses{v6, v4});
    if (gone) CHECK(names.lookups.size() < 200);
}

TEST_CASE("a name that hangs for one client is asked again for another only when it has failed", "[engine][names]")
{
    Names names;
    const auto first = names.ask();
    names.lookups.leave(first);
    const auto second = names.ask("a.test", bob);
    CHECK(names.questions == 2);
    names.fail(Family::ipv4, nobody_knew, Failure::passing);
    names.fail(Family::ipv6, nobody_knew, Failure::passing);
    CHECK(names.told[second].error == nobody_knew);
}

TEST_CASE("of two questions about a name, the second knows that the first found no address", "[engine][dns]")
{
    Names names;
    names.ask();
    const auto first = names.under_way.at({"a.test", Family::ipv4}),
               second = names.under_way.at({"a.test", Family::ipv6});
    CHECK_FALSE(names.lookups.other_has_none(first));
    CHECK_FALSE(names.lookups.other_has_none(second));
    names.fail(Family::ipv4, no_address, Failure::no_address);
    CHECK(names.lookups.other_has_none(second));
    CHECK_FALSE(names.lookups.other_has_none(first));
    names.fail(Family::ipv6, nobody_knew, Failure::no_name);
    CHECK_FALSE(names.lookups.other_has_none(second));

    Names passing;
    passing.ask();
    passing.fail(Family::ipv4, nobody_knew, Failure::passing);
    CHECK_FALSE(passing.lookups.other_has_none(passing.under_way.at({"a.test", Family::ipv6})));
}

}  // namespace name_lookups_tests
