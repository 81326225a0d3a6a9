// libnet/node_inquiry.hpp: a node of ours on loopback answers (tests/lab/network.sh).

#include <libnet/node_inquiry.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/information_node.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace node_inquiry_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

const auto loopback = asio::ip::address_v6::loopback();

asio::awaitable<void> collect(NodeInquiry& inquiry, std::vector<NodeEvent>& events)
{
    while (auto event = co_await inquiry.next()) events.push_back(*std::move(event));
}

/// All that an inquiry tells. Rethrows what it throws.
std::vector<NodeEvent> all_events(asio::io_context& io, NodeInquiry& inquiry)
{
    std::vector<NodeEvent> events;
    std::exception_ptr failure;
    asio::co_spawn(io, collect(inquiry, events), [&](std::exception_ptr thrown) { failure = thrown; });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    return events;
}

}  // namespace

TEST_CASE("a node tells its names and addresses to an inquiry", "[lab]")
{
    const InformationNode node;
    asio::io_context io{1};
    NodeInquiryOptions options{.interval = 10ms, .count = 2};
    NodeInquiry names{io.get_executor(), loopback, options};
    const auto told = all_events(io, names);
    REQUIRE(told.size() == 2);
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto* answer = std::get_if<NodeAnswer>(&told[i]);
        REQUIRE(answer != nullptr);
        CHECK(answer->from == asio::ip::address{loopback});
        CHECK(answer->sequence == i + 1);
        CHECK(answer->names == std::vector<std::string>{"alpha.net.", "beta"});
        CHECK((answer->complete && !answer->truncated && !answer->duplicate));
        CHECK(answer->bytes == 38);
    }
    CHECK(names.counts().sent == 2);
    CHECK(names.counts().received == 2);

    options.qtype = NodeQtype::ipv6_addresses;
    options.count = 1;
    NodeInquiry addresses{io.get_executor(), loopback, options};
    const auto one = all_events(io, addresses);
    REQUIRE(one.size() == 1);
    CHECK(std::get<NodeAnswer>(one[0]).addresses ==
          std::vector<asio::ip::address>{asio::ip::make_address("2001:db8::1")});

    options.qtype = NodeQtype::ipv4_addresses;
    NodeInquiry refused{io.get_executor(), loopback, options};
    const auto none = all_events(io, refused);
    REQUIRE(none.size() == 1);
    CHECK(std::get<NodeAnswer>(none[0]).code == NodeReplyCode::refused);
}

TEST_CASE("an inquiry of a silent node ends after its linger", "[lab]")
{
    asio::io_context io{1};
    NodeInquiry inquiry{io.get_executor(), loopback, {.count = 1, .linger = 50ms}};
    CHECK(all_events(io, inquiry).empty());
    CHECK(inquiry.counts().sent == 1);
    CHECK(inquiry.counts().received == 0);
}

TEST_CASE("an inquiry that is cancelled goes on later, and one that is destroyed ends", "[lab]")
{
    asio::io_context io{1};
    std::optional<NodeInquiry> inquiry{std::in_place, io.get_executor(), loopback, NodeInquiryOptions{.count = 1}};
    asio::cancellation_signal stop;
    std::vector<boost::system::error_code> ends;
    const auto note = [&](boost::system::error_code error, const std::optional<NodeEvent>&) { ends.push_back(error); };
    inquiry->async_next(asio::bind_cancellation_slot(stop.slot(), note));
    asio::post(io, [&] { stop.emit(asio::cancellation_type::total); });
    io.run();
    CHECK(ends == std::vector<boost::system::error_code>{asio::error::operation_aborted});

    inquiry->async_next(note);
    asio::post(io, [&] { inquiry.reset(); });
    io.restart();
    io.run();
    CHECK(ends.size() == 2);
    CHECK(ends.back() == asio::error::operation_aborted);
}

TEST_CASE("options of an inquiry that are out of range are refused by name", "[lab]")
{
    asio::io_context io{1};
    const auto refused = [&](const NodeInquiryOptions& options) -> std::string {
        try {
            const NodeInquiry inquiry{io.get_executor(), loopback, options};
            return "taken";
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == asio::error::invalid_argument);
            return error.what();
        }
    };
    CHECK(refused({.interval = 0s}).find("node inquiry interval") != std::string::npos);
    CHECK(refused({.linger = -1s}).find("node inquiry linger") != std::string::npos);
    CHECK(refused({.deadline = -1s}).find("node inquiry deadline") != std::string::npos);
    CHECK(refused({.ttl = 256}).find("node inquiry ttl") != std::string::npos);
}

}  // namespace node_inquiry_tests
