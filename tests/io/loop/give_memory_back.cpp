#include <libnet/io/loop/give_memory_back.hpp>
#include <tests/support/catch.hpp>

#include <sys/mman.h>

namespace give_memory_back_tests {

using namespace libnet::io;

TEST_CASE("resident memory is what the process has touched", "[io][memory]")
{
    constexpr std::size_t size = 64 * 1024 * 1024;
    const auto before = resident_memory();
    CHECK(before > 1024 * 1024);
    auto* const memory =
        static_cast<char*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(memory != MAP_FAILED);
    for (std::size_t at = 0; at < size; at += 4096) memory[at] = 1;
    CHECK(resident_memory() >= before + size / 2);
    ::munmap(memory, size);
    CHECK(resident_memory() < before + size / 2);
    give_growth_back();
    give_growth_back();
}

}  // namespace give_memory_back_tests
