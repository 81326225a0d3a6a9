#include <libnet/io/files/hash_queue.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace hash_queue_tests {

using namespace libnet;
using namespace libnet::io;
using namespace std::chrono_literals;

namespace {

/// A queue, and files of any size.
struct Fixture {
    explicit Fixture(HashQueueLimits limits = {}) : queue{io.get_executor(), limits} {}

    StoredFile open(const std::string& name, std::size_t size) const
    {
        root.write(name, std::string(size, 'x'));
        auto opened = RootDirectory{root.path().string()}.open(name);
        REQUIRE(opened.has_value());
        StoredFile file;
        file.found = true;
        file.facts = opened->facts;
        file.descriptor = std::move(opened->descriptor);
        return file;
    }
    FilePointer shared(const std::string& name, std::size_t size) const
    {
        return FilePointer{new SharedFile{open(name, size)}};
    }

    /// Waits for a file's hash, as a request does.
    void request(StoredFile& file)
    {
        const auto wait = [](Fixture& self, StoredFile& wanted) -> Task<> {
            co_await self.queue.hash(wanted);
            self.done.push_back(wanted.facts.size);
        };
        boost::asio::co_spawn(io, wait(*this, file), boost::asio::detached);
    }
    void later(const FilePointer& file)
    {
        CHECK(queue.hash_later(file, [this, size = file->facts.size] { done.push_back(size); }));
    }

    test::TemporaryDirectory root;
    boost::asio::io_context io{1};
    HashQueue queue;
    std::vector<std::uint64_t> done;
};

}  // namespace

TEST_CASE("files that requests wait for are hashed before others, small ones first", "[io][hash_queue]")
{
    Fixture fixture{{.piece = 256 * 1024, .pause = 1ms}};
    const auto big = fixture.shared("big", 600'000), bigger = fixture.shared("bigger", 700'000);
    auto first = fixture.open("first", 4000), second = fixture.open("second", 300), third = fixture.open("third", 2000);
    fixture.later(bigger);
    fixture.later(big);
    for (auto* const file : {&first, &second, &third}) fixture.request(*file);
    fixture.io.run();
    REQUIRE(fixture.done.size() == 5);
    // The first two of either kind may have been begun before the others came.
    CHECK(fixture.done.back() >= 600'000);
    CHECK(fixture.queue.hashes().find(big->facts) == hash_of(std::string(600'000, 'x')));
    CHECK(fixture.queue.hashes().find(bigger->facts) == hash_of(std::string(700'000, 'x')));
    CHECK(first.facts.hash == hash_of(std::string(4000, 'x')));
    CHECK(second.facts.hash == hash_of(std::string(300, 'x')));
    CHECK(fixture.queue.waiting() == 0);
}

TEST_CASE("in the background a bounded number of octets is read in a second", "[io][hash_queue]")
{
    Fixture fixture{{.piece = 256 * 1024, .pause = 20ms}};
    const auto file = fixture.shared("big", 5 * 256 * 1024);
    const auto begun = std::chrono::steady_clock::now();
    fixture.later(file);
    auto asked = fixture.open("asked", 100);
    fixture.request(asked);  // a request doesn't make it faster
    fixture.io.run();
    CHECK(std::chrono::steady_clock::now() - begun >= 80ms);
    CHECK(fixture.queue.hashes().find(file->facts));
}

TEST_CASE("requests beyond a bound go on without a hash, and files beyond one are not taken", "[io][hash_queue]")
{
    Fixture fixture{{.waiting = 2, .later = 1}};
    auto one = fixture.open("one", 100), two = fixture.open("two", 200), three = fixture.open("three", 300);
    for (auto* const file : {&one, &two, &three}) fixture.request(*file);
    fixture.io.run();
    CHECK(fixture.done.size() == 3);
    CHECK(one.facts.hash);
    CHECK(two.facts.hash);
    CHECK(!three.facts.hash);
}

TEST_CASE("a queue that is closed lets requests go on, and leaves the event loop without work", "[io][hash_queue]")
{
    Fixture fixture{{.pause = 1h}};
    const auto file = fixture.shared("big", 3 << 20);
    fixture.later(file);
    auto one = fixture.open("one", 100), two = fixture.open("two", 100);
    for (int i = 0; i < 10; ++i) fixture.io.poll_one();
    fixture.request(one);
    fixture.request(two);
    SECTION("at once") {}
    SECTION("a little later")
    {
        for (int i = 0; i < 3; ++i) fixture.io.poll_one();
    }
    fixture.queue.close();
    fixture.io.run();
    CHECK(fixture.done.size() == 2);
    CHECK(!fixture.queue.hashes().find(file->facts));
    CHECK(!fixture.queue.hash_later(file, [] {}));
    fixture.request(one);
    fixture.io.restart();
    fixture.io.run();
    CHECK(fixture.done.size() == 3);
}

TEST_CASE("a queue may end before the event loop runs again", "[io][hash_queue]")
{
    boost::asio::io_context io{1};
    test::TemporaryDirectory root;
    root.write("big", std::string(3 << 20, 'x'));
    auto opened = RootDirectory{root.path().string()}.open("big");
    REQUIRE(opened.has_value());
    StoredFile file;
    file.facts = opened->facts;
    file.descriptor = std::move(opened->descriptor);
    {
        HashQueue queue{io.get_executor()};
        CHECK(queue.hash_later(FilePointer{new SharedFile{std::move(file)}}, [] {}));
        io.poll();
    }
    SECTION("which then runs") { io.run(); }
    SECTION("which never runs again") {}
}

}  // namespace hash_queue_tests
