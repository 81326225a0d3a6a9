#include <libnet/engine/files/content_hash.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <utility>

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
    std::this_thread::sleep_for(20ms);
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
