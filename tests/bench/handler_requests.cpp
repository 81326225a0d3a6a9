// What a handler's answer costs beside a cached file: processor time of the server's thread for each request. By hand:
//
//   handler_requests [REQUESTS]
//
// One client asks for one after the other on a connection that is kept. Each kind is measured in several rounds that take turns,
// and the best counts. "/later" is a coroutine that waits for nothing; "/now" a function. The last line asks a server without
// handlers for the same file.

#include <libnet/http_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include <pthread.h>
#include <time.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace {

std::string json() { return "{\"name\":\"" + std::string(89, 'x') + "\"}"; }

/// A server in a thread, and a client.
struct Bench {
    Bench(const std::filesystem::path& root, bool mounts)
        : files{io.get_executor(), {.root = root.string(), .address = asio::ip::address_v4::loopback(), .port = 0}}
    {
        if (mounts) {
            files.handle("GET", "/now", [](libnet::HttpCall&) { return libnet::HttpReply::json(json()); });
            files.handle("GET", "/later", [](libnet::HttpCall&) -> asio::awaitable<libnet::HttpReply> {
                co_return libnet::HttpReply::json(json());
            });
        }
        asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
        thread = std::thread{[this] { io.run(); }};
        client.connect(files.local_endpoint());
        ::pthread_getcpuclockid(thread.native_handle(), &clock);
    }
    ~Bench()
    {
        io.stop();
        thread.join();
    }

    /// Microseconds of the server's processor time for each request.
    double measure(const std::string& path, int requests)
    {
        const std::string request =
            "GET " + path + " HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
        const auto size = exchange(request, 0);
        const auto before = now();
        for (int i = 0; i < requests; ++i) exchange(request, size);
        return (now() - before) / requests * 1e6;
    }

private:
    double now() const
    {
        timespec time{};
        ::clock_gettime(clock, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    }

    /// Returns the size of the answer; where it is known, no head is looked at.
    std::size_t exchange(const std::string& request, std::size_t size)
    {
        asio::write(client, asio::buffer(request));
        std::string answer(size, '\0');
        if (size > 0) return asio::read(client, asio::buffer(answer));
        std::this_thread::sleep_for(std::chrono::milliseconds{100});  // until all of it is there
        answer.resize(client.available());
        return asio::read(client, asio::buffer(answer));
    }

    asio::io_context io{1};
    libnet::StaticFileServer files;
    std::thread thread;
    asio::io_context own;
    asio::ip::tcp::socket client{own};
    clockid_t clock{};
};

}  // namespace

int main(int argc, char** argv)
{
    const int requests = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 20'000;
    const auto root = std::filesystem::temp_directory_path() / ("handler-requests-" + std::to_string(::getpid()));
    std::filesystem::create_directory(root);
    std::ofstream{root / "1k.txt"} << std::string(1024, 'x');
    {
        Bench mounted{root, true}, plain{root, false};
        constexpr int rounds = 7;
        double best[4];
        std::fill(std::begin(best), std::end(best), std::numeric_limits<double>::max());
        for (int round = 0; round < rounds; ++round) {
            best[0] = std::min(best[0], mounted.measure("/1k.txt", requests));
            best[1] = std::min(best[1], mounted.measure("/now", requests));
            best[2] = std::min(best[2], mounted.measure("/later", requests));
            best[3] = std::min(best[3], plain.measure("/1k.txt", requests));
        }
        const char* const names[] = {"file of 1 KiB, handlers mounted", "handler, a function", "handler, a coroutine",
                                     "file of 1 KiB, none mounted"};
        for (int i = 0; i < 4; ++i) std::printf("%-32s %6.2f us  %5.2f\n", names[i], best[i], best[i] / best[3]);
    }
    std::filesystem::remove_all(root);
}
