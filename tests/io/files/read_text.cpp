#include <libnet/io/files/read_text.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <stdexcept>
#include <string>

namespace read_text_tests {

using libnet::io::read_text;

namespace {

std::string reason_of_failure(const std::string& file)
{
    try {
        return "none: " + read_text(file).substr(0, 20);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a text is read whole, whatever is in it", "[io][read_text]")
{
    const libnet::test::TemporaryDirectory directory;
    for (const auto& text :
         {std::string{}, std::string{"a line\n"}, std::string(4096, 'x'), std::string(100'000, '\0')})
        CHECK((read_text(directory.write("text", text).string()) == text));
}

TEST_CASE("what can't be read as a text is said", "[io][read_text]")
{
    const libnet::test::TemporaryDirectory directory;
    CHECK(reason_of_failure((directory.path() / "none").string()) == "No such file or directory");
    CHECK(reason_of_failure(directory.path().string()) == "Is a directory");
    CHECK(reason_of_failure("/dev/zero") == "it is larger than 16 MiB");
}

}  // namespace read_text_tests
