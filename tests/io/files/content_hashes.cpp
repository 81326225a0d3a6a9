#include <libnet/engine/files/content_hash.hpp>
#include <libnet/engine/files/validators.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <set>
#include <string>
#include <utility>

namespace content_hashes_tests {

using namespace libnet;
using namespace libnet::io;
using namespace std::chrono_literals;

namespace {

OpenedFile open(const test::TemporaryDirectory& root, const std::string& name)
{
    auto opened = RootDirectory{root.path().string()}.open(name);
    REQUIRE(opened.has_value());
    return *std::move(opened);
}

}  // namespace

TEST_CASE("the hash of a file is that of its content, wherever it is", "[io][content_hashes]")
{
    const test::TemporaryDirectory root;
    std::set<std::uint64_t> hashes;
    const std::atomic<bool> give_up{false};
    const auto piece = engine::ContentHash::piece_size;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, piece - 1, piece, piece + 1, 3 * piece})
        root.write(std::to_string(size), std::string(size, 'x'));
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, piece - 1, piece, piece + 1, 3 * piece}) {
        const auto file = open(root, std::to_string(size));
        const auto hash = hash_of(file.descriptor, file.facts, give_up);
        REQUIRE(hash);
        CHECK(*hash == hash_of(std::string(size, 'x')));
        CHECK(hashes.insert(*hash).second);
    }
    std::string other(3 * piece, 'x');
    other[piece + 7] = 'y';
    CHECK(hashes.insert(hash_of(other)).second);
}

TEST_CASE("a file that changes has no hash", "[io][content_hashes]")
{
    const test::TemporaryDirectory root;
    root.write("a", "text");
    const std::atomic<bool> go{false}, stop{true};
    auto file = open(root, "a");
    CHECK(hash_of(file.descriptor, file.facts, go));
    CHECK(!hash_of(file.descriptor, file.facts, stop));
    auto longer = file.facts;
    longer.size = 5;
    CHECK(!hash_of(file.descriptor, longer, go));
    root.wait_for_tick();
    root.write("a", "TEXT");
    CHECK(!hash_of(file.descriptor, file.facts, go));
}

TEST_CASE("hashes are remembered by the state of a file", "[io][content_hashes]")
{
    ContentHashes hashes;
    engine::FileFacts facts{.size = 5, .device = 1, .inode = 2};
    CHECK(!hashes.find(facts));
    hashes.put(facts, 7);
    CHECK(hashes.find(facts) == 7);
    facts.hash = 7;
    facts.settled = true;  // it is the same state
    CHECK(hashes.find(facts) == 7);
    facts.changed += 1us;
    CHECK(!hashes.find(facts));
    for (std::size_t i = 0; i < 2 * ContentHashes::most; ++i) {
        facts.inode = i;
        hashes.put(facts, i);
    }
    CHECK(hashes.find(facts) == facts.inode);
    facts.inode = 0;
    CHECK(!hashes.find(facts));
}

TEST_CASE("hashes that are kept in a file are known after a restart", "[io][content_hashes]")
{
    const test::TemporaryDirectory root;
    const auto path = (root.path() / "hashes").string();
    const engine::FileFacts one{.size = 5, .device = 1, .inode = 2}, other{.size = 5, .device = 1, .inode = 3};
    const engine::FileFacts image{.size = 5, .device = 1, .inode = 4};
    {
        ContentHashes hashes;
        CHECK(hashes.keep_in(path).empty());
        hashes.put(one, 7);
        hashes.put(image, 8, false);
        CHECK(hashes.find(image) == 8);
    }
    {
        ContentHashes hashes, beside;
        CHECK(hashes.keep_in(path).empty());
        CHECK(beside.keep_in(path).empty());  // another process
        CHECK(hashes.find(one) == 7);
        CHECK(!hashes.find(other));
        CHECK(!hashes.find(image));
        hashes.put(other, 9);
        beside.put(image, 10);
    }
    {
        ContentHashes hashes;
        CHECK(hashes.keep_in(path).empty());
        CHECK(hashes.find(one) == 7);
        CHECK(hashes.find(other) == 9);
        CHECK(hashes.find(image) == 10);
    }
    const auto status = std::filesystem::status(path);
    CHECK((status.permissions() & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("a file of hashes that was damaged is begun anew, or read as far as it is right", "[io][content_hashes]")
{
    const test::TemporaryDirectory root;
    const auto path = (root.path() / "hashes").string();
    const engine::FileFacts one{.size = 5, .inode = 2}, other{.size = 5, .inode = 3};
    {
        ContentHashes hashes;
        hashes.keep_in(path);
        hashes.put(one, 7);
        hashes.put(other, 8);
    }
    const auto size = std::filesystem::file_size(path);
    bool knows_one = false, knows_other = false;
    SECTION("a record was written over")
    {
        std::fstream{path, std::ios::in | std::ios::out}.seekp(static_cast<std::streamoff>(size) - 9) << "x";
        knows_one = true;
    }
    SECTION("its end is missing") { std::filesystem::resize_file(path, size - 3); }
    SECTION("it is a text") { root.write("hashes", std::string(1000, 'x')); }
    SECTION("it is far too large") { std::filesystem::resize_file(path, 100'000'000); }
    ContentHashes hashes;
    CHECK(hashes.keep_in(path).empty());
    CHECK(hashes.find(one).has_value() == knows_one);
    CHECK(hashes.find(other).has_value() == knows_other);
    hashes.put(other, 9);
    ContentHashes next;
    CHECK(next.keep_in(path).empty());
    CHECK(next.find(other) == 9);
}

TEST_CASE("what can't be a file of hashes is said, and hashes are remembered all the same", "[io][content_hashes]")
{
    const test::TemporaryDirectory root;
    std::filesystem::create_symlink("elsewhere", root.path() / "link");
    for (const std::string path :
         {root.path() / "none/hashes", root.path(), root.path() / "link", std::filesystem::path{"/dev/full"}})
    {
        ContentHashes hashes;
        CHECK(hashes.keep_in(path).starts_with(path + ": "));
        const engine::FileFacts facts{.size = 5, .inode = 2};
        hashes.put(facts, 7);
        CHECK(hashes.find(facts) == 7);
    }
}

TEST_CASE("earlier states with the same content are known, of large files only", "[io][content_hashes]")
{
    ContentHashes hashes;
    engine::FileFacts facts{.size = 2 << 20, .inode = 2};
    std::array<std::uint64_t, 4> states{};
    for (std::size_t i = 0; i < 6; ++i) {
        facts.changed += 1us;
        hashes.put(facts, 7);
        if (i < 4) states[3 - i] = engine::state_digest(facts);  // the latest four of six are kept
        else states = {engine::state_digest(facts), states[0], states[1], states[2]};
    }
    auto expected = states;
    expected[0] = 0;  // it is the state that is asked about
    CHECK(hashes.former_states(facts, 7) == expected);
    CHECK(hashes.former_states(facts, 8) == std::array<std::uint64_t, 4>{});
    CHECK(hashes.knows_any({0, states[3]}));
    CHECK(!hashes.knows_any({}));
    facts.size = 5;
    hashes.put(facts, 7);
    CHECK(hashes.former_states(facts, 7) == std::array<std::uint64_t, 4>{});
}

}  // namespace content_hashes_tests
