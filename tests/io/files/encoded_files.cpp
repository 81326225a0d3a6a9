#include <libnet/io/files/content_encoder.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace encoded_files_tests {

using namespace libnet::io;
using libnet::engine::LookUpFailure;
using libnet::wire::ContentCoding;

namespace {

FilePointer file_of(const std::string& content)
{
    StoredFile file;
    file.found = file.facts.settled = true;
    file.facts.size = content.size();
    file.memory = std::make_unique<char[]>(content.size());
    std::ranges::copy(content, file.memory.get());
    return FilePointer{new SharedFile{std::move(file)}};
}

Task<> encode_one(EncodedFiles& files, const std::string& name, FilePointer plain, FilePointer& encoded)
{
    encoded = co_await files.encode(name, ContentCoding::gzip, plain);
}

}  // namespace

TEST_CASE("few wait for an encoding, and the rest goes without", "[io][encoded_files]")
{
    if (!can_encode(ContentCoding::gzip)) {
        WARN("skipped: the library was built without LIBNETXX_COMPRESSION");
        return;
    }
    boost::asio::io_context io{1};
    EncodedFiles files{io.get_executor()};
    const auto plain = file_of(std::string(10'000, 'x'));
    std::vector<std::string> names;
    for (char c = 'a'; c < 'a' + 16; ++c) names.emplace_back(1, c);
    std::vector<FilePointer> encoded(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(!files.find(names[i], ContentCoding::gzip, *plain));
        boost::asio::co_spawn(io, encode_one(files, names[i], plain, encoded[i]), boost::asio::detached);
    }
    io.poll();  // all begin; what is done stays to be told

    for (const std::string name : {"a", "another"}) {
        const auto busy = files.find(name, ContentCoding::gzip, *plain);
        if (encoded[0]) continue;  // it took us longer to get here
        REQUIRE(busy);
        CHECK(!busy->found);
        CHECK(busy->failure == LookUpFailure::overloaded);
    }
    io.run();
    for (const auto& file : encoded) CHECK(file->facts.size < 1000);
    CHECK(files.find("a", ContentCoding::gzip, *plain) == encoded[0]);
    CHECK(!files.find("another", ContentCoding::gzip, *plain));
}

}  // namespace encoded_files_tests
