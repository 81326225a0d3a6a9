#include <libnet/engine/files/validators.hpp>
#include <libnet/io/files/file_store.hpp>
#include <libnet/io/files/read_directory.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/manual_clock.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace file_store_tests {

namespace engine = libnet::engine;
using namespace libnet::io;
using namespace std::chrono_literals;
using libnet::engine::FileKind;
using libnet::engine::LookUpFailure;
using libnet::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// A directory with files that have been what they are for a while, and its store.
struct Fixture {
    Fixture()
    {
        directory.write("small", "content");
        directory.write("large", std::string(100'000, 'x'));
        directory.write("empty", "");
        directory.write("dir/inner", "inner content");
        directory.wait_for_tick();
    }

    /// The file that a name stands for, from the disk if need be.
    FilePointer find(std::string_view name)
    {
        if (auto known = store.find(name)) return known;
        FilePointer found;
        const auto load = [&]() -> Task<> { found = co_await store.load(name); };
        boost::asio::co_spawn(io, load(), boost::asio::detached);
        while (!found) io.run_one();
        return found;
    }

    /// The same once it is known: what a first look-up finds may be older than the watching.
    FilePointer settled(std::string_view name)
    {
        find(name);
        return find(name);
    }

    /// Lets the store learn of the kernel's reports.
    void hear() { io.run_for(50ms); }

    std::string content(std::string_view name)
    {
        const auto file = find(name);
        return file->in_memory() ? std::string{file->content()} : file->found ? "no content" : "nothing";
    }

    TemporaryDirectory directory;
    libnet::test::ManualClock clock;
    boost::asio::io_context io{1};
    FileStoreShare share{io.get_executor(), {}, {}, clock.clock()};
    FileStore store{share, directory.path().string()};
};

}  // namespace

TEST_CASE("a store knows contents, descriptors and directories", "[io][file_store]")
{
    Fixture fixture;
    const auto small = fixture.find("small");
    CHECK(small->content() == "content");
    CHECK(!small->descriptor);
    CHECK(fixture.find("empty")->content().empty());
    CHECK(fixture.find("empty")->in_memory());

    const auto large = fixture.find("large");
    CHECK(!large->in_memory());
    CHECK(large->descriptor);
    CHECK(large->facts.size == 100'000);
    CHECK(fixture.find("dir")->facts.kind == FileKind::directory);
    CHECK(fixture.find("")->facts.kind == FileKind::directory);
    CHECK(fixture.find("nothing")->failure == LookUpFailure::not_found);
    CHECK(fixture.find("nothing/inner")->failure == LookUpFailure::not_found);
}

TEST_CASE("what is known is handed out again, names of nothing included", "[io][file_store]")
{
    Fixture fixture;
    for (const char* name : {"small", "large", "dir", "dir/inner", "nothing", "no/thing"}) {
        INFO(name);
        const auto first = fixture.settled(name);
        CHECK(fixture.store.find(name) == first);
    }
}

TEST_CASE("a look-up tells whether it found what was remembered", "[io][file_store]")
{
    using engine::CacheUse;
    Fixture fixture;
    const auto use_of = [&fixture](std::string_view name) {
        auto use = CacheUse::none;
        fixture.store.find(name, &use);
        return use;
    };
    for (const char* name : {"small", "large", "dir", "nothing"}) {
        INFO(name);
        CHECK(use_of(name) == CacheUse::miss);
        fixture.settled(name);
        CHECK(use_of(name) == CacheUse::hit);
    }
    auto of_both = CacheUse::none;
    fixture.store.find("dir/inner", &of_both);
    fixture.store.find("small", &of_both);
    CHECK(of_both == CacheUse::miss);
}

TEST_CASE("changes are noticed at once, and told", "[io][file_store]")
{
    Fixture fixture;
    const auto& path = fixture.directory.path();
    for (const char* name : {"small", "large", "dir/inner", "new", "dir/new", "link/inner"}) fixture.settled(name);
    const auto before = fixture.share.changes;
    fixture.hear();
    CHECK(fixture.share.changes == before);

    SECTION("a file is replaced")
    {
        fixture.directory.write("next", "other");
        fs::rename(path / "next", path / "small");
        fixture.hear();
        CHECK(fixture.content("small") == "other");
    }
    SECTION("a file is written to, keeping size and time")
    {
        const auto time = fs::last_write_time(path / "small");
        fixture.directory.write("small", "CONTENT");
        fs::last_write_time(path / "small", time);
        fixture.hear();
        CHECK(fixture.content("small") == "CONTENT");
    }
    SECTION("a file is made")
    {
        fixture.directory.write("dir/new", "new");
        fixture.hear();
        CHECK(fixture.content("dir/new") == "new");
    }
    SECTION("a file is removed")
    {
        fs::remove(path / "dir/inner");
        fixture.hear();
        CHECK(fixture.content("dir/inner") == "nothing");
    }
    SECTION("a directory is replaced")
    {
        fixture.directory.write("next/inner", "next content");
        fs::rename(path / "dir", path / "old");
        fs::rename(path / "next", path / "dir");
        fixture.hear();
        CHECK(fixture.content("dir/inner") == "next content");
        fixture.settled("dir/inner");
        fixture.directory.write("dir/inner", "and again");
        fixture.hear();
        CHECK(fixture.content("dir/inner") == "and again");
    }
    SECTION("a link is made, and then another")
    {
        fixture.directory.write("release/1/inner", "one");
        fixture.directory.write("release/2/inner", "two");
        fs::create_symlink("release/1", path / "link");
        fixture.hear();
        fixture.clock.advance(1100ms);  // "link/inner" was no name in a directory that is watched
        CHECK(fixture.content("link/inner") == "one");
        fixture.settled("link/inner");
        fs::create_symlink("release/2", path / "next");
        fs::rename(path / "next", path / "link");
        fixture.hear();
        CHECK(fixture.content("link/inner") == "two");
    }
    SECTION("the whole root is removed")
    {
        fs::remove_all(path);
        fixture.hear();
        CHECK(fixture.content("small") == "nothing");
    }
    CHECK(fixture.share.changes > before);
}

TEST_CASE("a change that the kernel doesn't report is noticed after a second", "[io][file_store]")
{
    Fixture fixture;
    fixture.settled("small");
    const auto known = fixture.settled("large");
    fixture.directory.write("small", "changed");  // the event loop doesn't run, and so the report isn't read
    fixture.clock.advance(999ms);
    CHECK(fixture.content("small") == "content");
    fixture.clock.advance(2ms);
    CHECK(fixture.content("small") == "changed");
    CHECK(fixture.store.find("large") == known);  // looked at, and the same
}

TEST_CASE("a file that is held stays the one that it was", "[io][file_store]")
{
    Fixture fixture;
    const auto small = fixture.settled("small"), large = fixture.settled("large");
    for (const char* name : {"small", "large"}) fs::remove(fixture.directory.path() / name);
    fixture.hear();
    CHECK(!fixture.find("small")->found);
    CHECK(small->content() == "content");
    char byte = 0;
    CHECK(::pread(large->descriptor.get(), &byte, 1, 99'999) == 1);
    CHECK(byte == 'x');
}

TEST_CASE("FIFOs are not found, and are not waited for", "[io][file_store]")
{
    Fixture fixture;
    REQUIRE(::mkfifo((fixture.directory.path() / "fifo").c_str(), 0600) == 0);
    CHECK(fixture.find("fifo")->failure == LookUpFailure::not_found);
}

TEST_CASE("a thread may wait for the disk", "[io][file_store]")
{
    Fixture fixture;
    std::vector<std::string> loaded;
    const auto load_all = [&]() -> Task<> {
        for (const std::string name : {"small", "dir/inner", "nothing"}) {
            const auto file = co_await fixture.store.load(name);
            loaded.push_back(file->found ? std::string{file->content()} : "nothing");
        }
        fixture.store.rest();
    };
    boost::asio::co_spawn(fixture.io, load_all(), boost::asio::detached);
    fixture.io.run();
    CHECK(loaded == std::vector<std::string>{"content", "inner content", "nothing"});
}

TEST_CASE("threads that are closed finish what they do, and do nothing more", "[io][file_store]")
{
    boost::asio::io_context io;
    DiskThreads threads{io.get_executor()};
    std::atomic<int> worked = 0;
    int completed = 0;
    auto work = [&worked] { ++worked; };
    threads.run(work, [&completed] { ++completed; });
    threads.close();
    const int before = worked;
    threads.run(work, [&completed] { ++completed; });
    io.run();
    CHECK(before <= 1);
    CHECK(worked == before);
    CHECK(completed == 2);
}

TEST_CASE("a store that rests leaves the event loop without work", "[io][file_store]")
{
    Fixture fixture;
    fixture.settled("small");
    fixture.store.rest();
    fixture.io.restart();
    fixture.io.run();  // would not return
    CHECK(fixture.content("small") == "content");
}

TEST_CASE("the hash of a file is known from its first look-up on, but not that of a large one", "[io][file_store]")
{
    Fixture fixture;
    CHECK(fixture.find("small")->facts.hash == hash_of("content"));
    CHECK(fixture.find("empty")->facts.hash == hash_of(""));
    CHECK(!fixture.find("dir")->facts.hash);
    CHECK(fixture.find("large")->facts.hash == hash_of(std::string(100'000, 'x')));

    fs::create_hard_link(fixture.directory.path() / "large", fixture.directory.path() / "other name");
    fixture.directory.write("huge", std::string((1 << 20) + 1, 'x'));
    CHECK(fixture.find("other name")->facts.hash == hash_of(std::string(100'000, 'x')));
    for (int i = 0; i < 3; ++i) {
        const auto huge = fixture.settled("huge");
        CHECK(!huge->facts.hash);
        CHECK(huge->facts.settled);
        fixture.hear();
    }
}

TEST_CASE("what is looked up by many at once is hashed once, and known to all", "[io][file_store]")
{
    Fixture fixture;
    std::vector<FilePointer> found;
    const auto load = [&]() -> Task<> {
        auto file = co_await fixture.store.load("large");
        found.push_back(std::move(file));
    };
    for (int i = 0; i < 10; ++i) boost::asio::co_spawn(fixture.io, load(), boost::asio::detached);
    while (found.size() < 10) fixture.io.run_one();
    for (const auto& file : found) CHECK(file->facts.hash == hash_of(std::string(100'000, 'x')));
    CHECK(fixture.share.hashing.waiting() == 0);
}

TEST_CASE("a small file that was written just now has its hash, and one that is replaced has another",
          "[io][file_store]")
{
    Fixture fixture;
    fixture.directory.write("small", "CONTENT");
    CHECK(fixture.find("small")->facts.hash == hash_of("CONTENT"));
    fixture.directory.write("small", "Content");
    fixture.hear();
    CHECK(fixture.find("small")->facts.hash == hash_of("Content"));
    fixture.directory.write("large", std::string(100'000, 'y'));
    fixture.hear();
    CHECK(fixture.find("large")->facts.hash == hash_of(std::string(100'000, 'y')));
}

TEST_CASE("a file that was written just now is answered with when its tag is one that it keeps", "[io][file_store]")
{
    Fixture fixture;
    fixture.clock.show_age();
    fixture.directory.write("fresh", std::string(100'000, 'x'));
    fixture.directory.write("huge", std::string((1 << 20) + 1, 'x'));
    const auto fresh = fixture.find("fresh");
    CHECK(fresh->facts.settled);
    CHECK(fresh->facts.hash == hash_of(std::string(100'000, 'x')));
    const auto huge = fixture.find("huge");
    CHECK(huge->facts.settled);
    CHECK(!huge->facts.hash);
}

TEST_CASE("a file that changes all the time is waited for once", "[io][file_store]")
{
    Fixture fixture;
    fixture.clock.show_age();
    bool done = false;
    int answers = 0;
    const auto ask = [&]() -> Task<> {
        for (; answers < 200; ++answers) {
            const auto file = co_await fixture.store.load("growing");
            CHECK(file->found);
            CHECK(!file->facts.settled);
        }
        done = true;
    };
    std::ofstream growing{fixture.directory.write("growing", std::string(100'000, 'x')), std::ios::app};
    boost::asio::co_spawn(fixture.io, ask(), boost::asio::detached);
    const auto begun = std::chrono::steady_clock::now();
    while (!done) {
        growing << 'x' << std::flush;
        fixture.io.run_one_for(1ms);
    }
    CHECK(std::chrono::steady_clock::now() - begun < 9s);  // two hundred waits would take ten seconds
}

TEST_CASE("a large file that is asked for again is hashed in the background, and known after a touch",
          "[io][file_store]")
{
    Fixture fixture;
    const std::string content((1 << 20) + 1, 'x');
    const auto path = fixture.directory.write("huge", content);
    const auto before = fixture.settled("huge");
    CHECK(fixture.find("huge") == before);
    CHECK(!before->to_be_hashed);  // within a second it is one client's request
    fixture.clock.advance(1001ms);
    CHECK(fixture.find("huge") == before);
    CHECK(before->to_be_hashed);
    auto& hashes = fixture.share.hashing.hashes();
    while (!hashes.find(before->facts)) fixture.io.run_one();

    fs::last_write_time(path, fs::last_write_time(path) + 1h);
    fixture.hear();
    const auto touched = fixture.find("huge");
    CHECK(!touched->facts.hash);
    const std::array<std::uint64_t, 4> names{engine::state_digest(before->facts)}, others{1, 2};
    CHECK(fixture.store.can_hash(*touched, names));
    CHECK(!fixture.store.can_hash(*touched, others));
    FilePointer hashed;
    const auto hash = [&]() -> Task<> { hashed = co_await fixture.store.hash("huge", names); };
    boost::asio::co_spawn(fixture.io, hash(), boost::asio::detached);
    while (!hashed) fixture.io.run_one();
    CHECK(hashed->facts.hash == hash_of(content));
    const std::array<std::uint64_t, 4> former{0, names.front()};  // the latest is the present state
    CHECK(hashed->facts.former == former);
    CHECK(!fixture.store.can_hash(*hashed, names));  // it is known
    CHECK(fixture.find("huge")->facts.former == former);
}

TEST_CASE("the stores of an event loop share the bound on names of nothing", "[io][file_store]")
{
    const TemporaryDirectory one, other;
    one.write("a", "a");
    other.write("a", "a");
    boost::asio::io_context io{1};
    FileStoreShare share{io.get_executor(), {.entries = 20}};
    FileStore first{share, one.path().string()}, second{share, other.path().string()};
    const auto find = [&io](FileStore& store, const std::string& name) {
        FilePointer found = store.find(name);
        const auto load = [&]() -> Task<> { found = co_await store.load(name); };
        if (!found) boost::asio::co_spawn(io, load(), boost::asio::detached);
        while (!found) io.run_one();
        return found->found;
    };
    for (auto* const store : {&first, &second}) {
        CHECK(find(*store, "a"));
        CHECK_FALSE(find(*store, std::string(250, 'x') + "/inside"));
    }
    CHECK(share.absences.size() == 0);  // long ones are not kept
    for (int i = 0; i < 50; ++i)
        for (auto* const store : {&first, &second}) CHECK_FALSE(find(*store, std::to_string(i)));
    CHECK(share.absences.size() == 20);
    CHECK(find(first, "a"));  // what is there has a place of its own

    CHECK_FALSE(find(first, "x"));
    CHECK_FALSE(find(second, "x"));
    one.write("x", "there");
    io.run_for(50ms);
    CHECK(find(first, "x"));
    CHECK_FALSE(find(second, "x"));
    for (auto* const store : {&first, &second}) store->rest();
    CHECK(share.absences.size() == 0);
}

TEST_CASE("what is withheld is never found, by whatever name", "[io][file_store]")
{
    const TemporaryDirectory directory;
    for (const char* name : {"users", "users.gz", "users.html", "log/a", "log/a.1", "log/a-20261128.gz", "log/ab"})
        directory.write(name, name);
    fs::create_symlink("users", directory.path() / "link");
    fs::create_hard_link(directory.path() / "users", directory.path() / "hard");
    boost::asio::io_context io{1};
    FileStoreShare share{io.get_executor()};
    const auto path = [&](const std::string& name) { return (directory.path() / name).string(); };
    const WithheldFiles withheld{{path("users"), path("log/a"), path("later"), "/elsewhere"},
                                 directory.path().string()};
    CHECK(withheld.inside() == std::vector<std::string>{path("users"), path("log/a"), path("later")});
    FileStore store{share, directory.path().string(), libnet::Symlinks::inside, {}, withheld};
    const auto find = [&](const std::string& name) {
        FilePointer found = store.find(name);
        const auto load = [&]() -> Task<> { found = co_await store.load(name); };
        if (!found) boost::asio::co_spawn(io, load(), boost::asio::detached);
        while (!found) io.run_one();
        return found;
    };
    for (const char* name : {"users", "users.gz", "link", "hard", "log/a", "log/a.1", "log/a-20261128.gz"}) {
        INFO(name);
        for (int i = 0; i < 3; ++i) CHECK(find(name)->failure == LookUpFailure::not_found);
        CHECK(!find(name)->found);
    }
    for (const char* name : {"users.html", "log/ab", "log"}) CHECK(find(name)->found);
    const auto listed = read_directory(store.root(), "log", 100, store.withheld());
    REQUIRE(listed.has_value());
    REQUIRE(listed->entries.size() == 1);
    CHECK(listed->entries.front().name == "ab");

    directory.write("new", "replaced");
    fs::rename(directory.path() / "new", directory.path() / "users");  // another file has the name now
    directory.write("later", "it is there by now");
    io.run_for(50ms);
    CHECK(!find("users")->found);
    CHECK(!find("later")->found);
    store.rest();
}

TEST_CASE("a store may end while a file is being hashed", "[io][file_store]")
{
    boost::asio::io_context io{1};
    const TemporaryDirectory directory;
    directory.write("large", std::string(1'000'000, 'x'));
    const libnet::test::ManualClock clock;
    bool loaded = false;
    {
        FileStoreShare share{io.get_executor(), {}, {}, clock.clock()};
        FileStore store{share, directory.path().string()};
        const auto load = [&]() -> Task<> {
            co_await store.load("large");
            loaded = true;
        };
        boost::asio::co_spawn(io, load(), boost::asio::detached);
        while (share.hashing.waiting() == 0) io.run_one();
        share.close();
        while (!loaded) io.run_one();
        store.rest();
    }
    io.run();
}

}  // namespace file_store_tests
