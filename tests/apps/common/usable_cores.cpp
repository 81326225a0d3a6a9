#include <libnet/io/loop/usable_cores.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

namespace usable_cores_tests {

using namespace libnet;
using namespace libnet::test;
using io::detail::cores_of_quota, io::detail::cores_of_groups;

TEST_CASE("a part of a core is one", "[apps][usable_cores]")
{
    CHECK(cores_of_quota("150000 100000") == 2);
    CHECK(cores_of_quota("200000 100000") == 2);
    CHECK(cores_of_quota("1000 100000") == 1);
    CHECK(cores_of_quota("max 100000") == 0);
    CHECK(cores_of_quota("") == 0);
    CHECK(cores_of_quota("5 0") == 0);
    CHECK(cores_of_quota("99999999999 1") == 256);
}

TEST_CASE("the least of the groups around a process counts", "[apps][usable_cores]")
{
    const TemporaryDirectory root;
    root.write("a/cpu.max", "300000 100000\n");
    root.write("a/b/cpu.max", "max 100000\n");
    CHECK(cores_of_groups(root.path(), "/a/b") == 3);
    root.write("a/b/cpu.max", "100000 100000\n");
    CHECK(cores_of_groups(root.path(), "/a/b") == 1);
    CHECK(cores_of_groups(root.path(), "/a") == 3);
    CHECK(cores_of_groups(root.path(), "/") == 0);
    CHECK(cores_of_groups(root.path(), "/elsewhere") == 0);
}

TEST_CASE("a daemon has as many threads as cores that it may use", "[apps][usable_cores]")
{
    CHECK(io::usable_cores() >= 1);
    if (is_missing("taskset", "util-linux")) return;
    const auto shown = run({"taskset", "-c", "0", program("httpd++"), "--print-config"});
    CHECK(shown.out.find("\nthreads = 1 ") != std::string::npos);
}

}  // namespace usable_cores_tests
