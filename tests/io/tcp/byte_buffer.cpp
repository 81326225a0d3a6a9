#include <libnet/io/tcp/byte_buffer.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace byte_buffer_tests {

using libnet::io::ByteBuffer;

TEST_CASE("bytes go out in the order they came in", "[io][byte_buffer]")
{
    ByteBuffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.view().empty());
    buffer.append("abc");
    buffer.append("");
    buffer.append("def");
    CHECK(buffer.view() == "abcdef");
    buffer.consume(2);
    CHECK(buffer.view() == "cdef");
    buffer.append("gh");
    CHECK(buffer.view() == "cdefgh");
    buffer.consume(6);
    CHECK(buffer.empty());
}

TEST_CASE("a buffer grows as it must, and reuses the room in front first", "[io][byte_buffer]")
{
    ByteBuffer buffer;
    std::string expected;
    for (int i = 10; i < 2000; ++i) {
        const auto text = std::to_string(i);
        buffer.append(text);
        expected += text;
        if (i % 3 == 0) {
            buffer.consume(2);
            expected.erase(0, 2);
        }
        REQUIRE(buffer.view() == expected);
    }
    const auto capacity = buffer.capacity();
    buffer.consume(buffer.size() - 1);
    buffer.prepare(capacity - 1);
    CHECK(buffer.capacity() == capacity);
    CHECK(buffer.view() == expected.substr(expected.size() - 1));
}

TEST_CASE("what is prepared counts only when it is committed", "[io][byte_buffer]")
{
    ByteBuffer buffer;
    buffer.append("a");
    const auto room = buffer.prepare(100);
    REQUIRE(room.size() >= 100);
    room[0] = 'b';
    CHECK(buffer.view() == "a");
    buffer.commit(1);
    CHECK(buffer.view() == "ab");
}

TEST_CASE("bytes can be taken from the back and from the middle", "[io][byte_buffer]")
{
    ByteBuffer buffer;
    buffer.append("xhead+body+rest");
    buffer.consume(1);
    buffer.erase(5, 5);
    CHECK(buffer.view() == "head+rest");
    buffer.truncate(4);
    CHECK(buffer.view() == "head");
    buffer.truncate(0);
    buffer.release();
    CHECK(buffer.capacity() == 0);
    buffer.append("again");
    CHECK(buffer.view() == "again");
}

TEST_CASE("memory that a buffer gives back serves the next one", "[io][byte_buffer]")
{
    ByteBuffer first, second;
    first.append(std::string(5000, 'x'));
    const char* const memory = first.view().data();
    first.truncate(0);
    first.release();
    second.append("small");
    CHECK(second.view().data() == memory);
    CHECK(second.capacity() == 5000);
    first.append("other");
    CHECK(first.view().data() != memory);
    CHECK(second.view() == "small");
}

}  // namespace byte_buffer_tests
