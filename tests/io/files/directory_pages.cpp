#include <libnet/io/files/directory_pages.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/manual_clock.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace directory_pages_tests {

using namespace libnet;
using namespace libnet::io;

namespace {

/// A directory that has been what it is for a while, and the listings of it.
struct Fixture {
    Fixture()
    {
        for (int i = 0; i < 50; ++i) root.write("d/" + std::to_string(i), "x");
        root.wait_for_tick();
    }

    Task<> get(engine::ListDirectory wanted)
    {
        auto page = co_await pages.get(wanted);
        got.push_back(std::move(page));
    }

    /// What so many get who ask at the same time.
    std::vector<FilePointer> ask(std::size_t times, const engine::ListDirectory& wanted = {"d", "/d/", 1000})
    {
        got.clear();
        clock.advance(std::chrono::milliseconds{1});  // a request comes after the one before
        io.restart();
        for (std::size_t i = 0; i < times; ++i) boost::asio::co_spawn(io, get(wanted), boost::asio::detached);
        while (got.size() < times) io.run_one();
        return std::exchange(got, {});
    }

    test::TemporaryDirectory root;
    test::ManualClock clock;
    boost::asio::io_context io{1};
    FileStoreShare share{io.get_executor(), {}, {}, clock.clock()};
    FileStore files{share, root.path().string()};
    DirectoryPages pages{share, files};
    std::vector<FilePointer> got;
};

bool has(const FilePointer& page, std::string_view text)
{
    return page->content().find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("all who ask for a listing share one text", "[io][directory_pages]")
{
    Fixture fixture;
    const auto pages = fixture.ask(100);
    for (const auto& page : pages) CHECK(page == pages.front());
    CHECK(has(pages.front(), ">49</a>"));
    CHECK(pages.front()->facts.size == pages.front()->content().size());
    CHECK(pages.front()->facts.hash == hash_of(pages.front()->content()));
    CHECK(*fixture.share.pages == pages.front()->facts.size);
    CHECK(fixture.ask(1).front() == pages.front());  // as long as the directory is what it was
}

TEST_CASE("a listing shows what is there when it is asked for", "[io][directory_pages]")
{
    Fixture fixture;
    CHECK_FALSE(has(fixture.ask(1).front(), "fresh"));
    fixture.root.wait_for_tick();
    fixture.root.write("d/fresh", "x");
    CHECK(has(fixture.ask(3).back(), ">fresh</a>"));
    fixture.root.wait_for_tick();
    std::filesystem::remove(fixture.root.path() / "d/fresh");
    CHECK_FALSE(has(fixture.ask(1).front(), "fresh"));
}

TEST_CASE("each order and form is a text of its own", "[io][directory_pages]")
{
    Fixture fixture;
    const auto html = fixture.ask(1).front();
    const auto json = fixture.ask(1, {"d", "/d/", 1000, {.format = engine::ListingFormat::json}}).front();
    const auto down =
        fixture.ask(1, {"d", "/d/", 1000, {.order = {.direction = engine::ListingOrder::Direction::down}}}).front();
    CHECK(json->content().starts_with("{\"path\":\"/d/\""));
    CHECK(html->content() != down->content());
}

TEST_CASE("what can't be listed is told to all who ask", "[io][directory_pages]")
{
    Fixture fixture;
    for (const auto& page : fixture.ask(5, {"nothing", "/nothing/", 1000})) {
        CHECK_FALSE(page->found);
        CHECK(page->failure == engine::LookUpFailure::not_found);
    }
}

TEST_CASE("listings that clients have not taken yet have a bound, and are given back", "[io][directory_pages]")
{
    Fixture fixture;
    auto held = fixture.ask(1);
    const auto size = held.front()->facts.size;
    CHECK(*fixture.share.pages == size);
    *fixture.share.pages += 65 << 20;  // of other clients
    const auto refused = fixture.ask(1, {"", "/", 1000}).front();
    CHECK_FALSE(refused->found);
    CHECK(refused->failure == engine::LookUpFailure::overloaded);
    CHECK(fixture.ask(1).front() == held.front());  // what there is costs nothing more
    *fixture.share.pages -= 65 << 20;
    CHECK(fixture.ask(1, {"", "/", 1000}).front()->found);
    fixture.pages.rest();
    CHECK(*fixture.share.pages == size);
    held.clear();
    CHECK(*fixture.share.pages == 0);
}

TEST_CASE("a large listing that is asked for no more is forgotten", "[io][directory_pages]")
{
    Fixture fixture;
    for (int i = 0; i < 3000; ++i) fixture.root.write("large/" + std::to_string(i) + std::string(100, 'n'), "x");
    CHECK(fixture.ask(1, {"large", "/large/", 10'000}).front()->facts.size > 256 * 1024);
    const auto small = fixture.ask(1).front()->facts.size;
    const auto all = *fixture.share.pages;
    CHECK(all > small);
    const auto begin = std::chrono::steady_clock::now();
    while (*fixture.share.pages == all && std::chrono::steady_clock::now() - begin < std::chrono::seconds{60})
        fixture.io.run_one_for(std::chrono::seconds{1});
    CHECK(*fixture.share.pages == small);
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::seconds{2});
}

}  // namespace directory_pages_tests
