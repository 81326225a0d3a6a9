#include <libnet/io/loop/disk_threads.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <new>

namespace disk_threads_tests {

using libnet::io::DiskThreads;

namespace {

struct Work {
    bool throws = false;
    bool begun = false, done = false;
    void operator()()
    {
        begun = true;
        if (throws) throw std::bad_alloc{};
        done = true;
    }
};

}  // namespace

TEST_CASE("work that throws ends like any other, and is not done", "[io][disk_threads]")
{
    boost::asio::io_context io{1};
    DiskThreads threads{io.get_executor(), 1};
    Work good, bad{.throws = true};
    int completed = 0;
    threads.run(bad, [&completed] { ++completed; });
    threads.run(good, [&completed] { ++completed; });
    io.run();
    CHECK(completed == 2);
    CHECK(good.done);
    CHECK(bad.begun);
    CHECK(!bad.done);
}

TEST_CASE("after the end nothing is begun, but all completes", "[io][disk_threads]")
{
    boost::asio::io_context io{1};
    DiskThreads threads{io.get_executor(), 1};
    threads.close();
    Work late;
    int completed = 0;
    threads.run(late, [&completed] { ++completed; });
    io.run();
    CHECK(completed == 1);
    CHECK(!late.begun);
}

}  // namespace disk_threads_tests
