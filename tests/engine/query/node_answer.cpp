#include <libnet/engine/query/node_answer.hpp>
#include <tests/support/catch.hpp>

#include <sstream>
#include <string>

namespace node_answer_tests {

using namespace libnet;

namespace {

template <typename Event>
std::string printed(const Event& event)
{
    std::ostringstream out;
    out << event;
    return out.str();
}

const auto node = boost::asio::ip::make_address("2001:db8::1");

}  // namespace

TEST_CASE("what becomes of a node query prints", "[engine][query]")
{
    NodeAnswer answer;
    answer.from = node;
    answer.sequence = 3;
    answer.names = {"alpha.", "\x1b[m"};
    answer.duplicate = true;
    CHECK(printed(answer) == "answer to #3 from 2001:db8::1, code 0 alpha. \\x1B[m duplicate");
    answer = {};
    answer.from = node;
    answer.addresses = {node};
    answer.complete = false;
    answer.truncated = true;
    CHECK(printed(answer) == "answer to #0 from 2001:db8::1, code 0 2001:db8::1 incomplete truncated");
    CHECK(printed(NodeQueryError{node, 2, 1, 0}) ==
          "error about #2 from 2001:db8::1: Destination unreachable: No route");
    CHECK(printed(NodeQuerySendError{1, make_error_code(boost::system::errc::network_unreachable)}) ==
          "#1 not sent: Network is unreachable");
}

}  // namespace node_answer_tests
