#pragma once
// A StaticFileServer whose allocations are counted. As for allocation_counter.hpp: in one file of a program only.

#include <libnet/static_file_server.hpp>
#include <tests/support/allocation_counter.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <thread>
#include <utility>

namespace libnet::test {

/// A server in a thread whose allocations are counted.
class CountedFileServer {
public:
    explicit CountedFileServer(const TemporaryDirectory& root) : server_{io_.get_executor(), options(root)}
    {
        auto served = server_.run();
        boost::asio::co_spawn(io_, std::move(served),
                              boost::asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
        thread_ = std::thread{[this] {
            count_allocations();
            io_.run();
        }};
    }
    ~CountedFileServer()
    {
        boost::asio::post(io_, [this] { stop_.emit(boost::asio::cancellation_type::terminal); });
        thread_.join();
    }
    boost::asio::ip::tcp::endpoint endpoint() const { return server_.local_endpoint(); }

private:
    static StaticFileServerOptions options(const TemporaryDirectory& root)
    {
        StaticFileServerOptions options{.root = root.path().string(), .port = 0};
        options.address = boost::asio::ip::address_v4::loopback();
        return options;
    }

    boost::asio::io_context io_{1};
    StaticFileServer server_;
    boost::asio::cancellation_signal stop_;
    std::thread thread_;
};

}  // namespace libnet::test
