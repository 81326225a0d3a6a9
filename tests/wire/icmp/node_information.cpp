#include <libnet/wire/icmp/node_information.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace node_information_tests {

using namespace libnet::wire;
namespace asio = boost::asio;

namespace {

using Octets = std::vector<std::byte>;

Octets octets(std::initializer_list<int> values)
{
    Octets bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

Octets octets(const std::string& text)
{
    Octets bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

Octets operator+(Octets a, const Octets& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const Octets ttl(4);
const NodeNonce nonce{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                      std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}};

NodeData<std::string> names(const Octets& behind_ttl) { return decode_node_names(ttl + behind_ttl); }

using Names = NodeData<std::string>;

}  // namespace

TEST_CASE("a node query has its Qtype, flags, nonce and subject", "[wire][icmp]")
{
    const NodeQuery query{NodeQtype::ipv6_addresses, node_flag::global | node_flag::all_interfaces, nonce,
                          NodeSubject::ipv4_address, octets({192, 0, 2, 1})};
    const auto message = encode_node_query(query);
    CHECK(message == octets({139, 2, 0, 0, 0, 3, 0, 0x22, 1, 2, 3, 4, 5, 6, 7, 8, 192, 0, 2, 1}));
    const auto decoded = decode_node_query(message);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == query);
    CHECK(decode_node_reply(message).error() == IcmpError::other_type);
    CHECK(decode_quoted_node_query(message) == nonce);
    for (std::size_t size = 0; size < node_information_header_size; ++size) {
        CHECK_FALSE(decode_quoted_node_query(std::span{message}.first(size)));
        CHECK(decode_node_query(std::span{message}.first(size)).error() == IcmpError::truncated);
    }
}

TEST_CASE("a node reply is read as it came, codes that aren't known among them", "[wire][icmp]")
{
    const auto data = octets({9, 9, 9});
    for (const int code : {0, 1, 2, 77}) {
        const auto message =
            encode_node_reply({static_cast<NodeReplyCode>(code), NodeQtype::names, node_flag::truncated, nonce, data});
        const auto reply = decode_node_reply(message);
        REQUIRE(reply.has_value());
        CHECK(static_cast<int>(reply->code) == code);
        CHECK(reply->qtype == NodeQtype::names);
        CHECK(reply->flags == node_flag::truncated);
        CHECK(reply->nonce == nonce);
        CHECK(Octets(reply->data.begin(), reply->data.end()) == data);
        CHECK_FALSE(decode_quoted_node_query(message));
        for (std::size_t size = 0; size < node_information_header_size; ++size)
            CHECK(decode_node_reply(std::span{message}.first(size)).error() == IcmpError::truncated);
    }
}

TEST_CASE("a node's names are full, or of one label behind which another empty one stands", "[wire][icmp]")
{
    CHECK(names({}) == Names{});
    CHECK(names(octets("\x05"
                       "alpha") +
                octets({0, 0})) == Names{{"alpha"}, true});
    const auto full = octets(
                          "\x05"
                          "alpha\x03"
                          "net") +
                      octets({0});
    CHECK(names(full) == Names{{"alpha.net."}, true});
    CHECK(names(full +
                octets("\x04"
                       "beta") +
                octets({0, 0})) == Names{{"alpha.net.", "beta"}, true});
}

TEST_CASE("a pointer in a node's names leads back into the data", "[wire][icmp]")
{
    const auto full = octets(
                          "\x05"
                          "alpha\x03"
                          "net") +
                      octets({0});
    CHECK(names(full +
                octets("\x04"
                       "beta") +
                octets({0xC0, 10})) == Names{{"alpha.net.", "beta.net."}, true});
    CHECK(names(octets({0xC0, 4})) == Names{{}, false});             // to itself
    CHECK(names(octets({0xC0, 6, 1, 'a', 0})) == Names{{}, false});  // forward
    CHECK(names(octets({1, 'a', 0xC0, 4})) == Names{{}, false});     // to its own beginning
    CHECK(names(octets({0xC0})) == Names{{}, false});
}

TEST_CASE("names that make no sense end a node's list", "[wire][icmp]")
{
    for (std::size_t size = 0; size < ttl.size(); ++size)
        CHECK_FALSE(decode_node_names(std::span{ttl}.first(size)).complete);
    CHECK(names(octets({5, 'a', 'l'})) == Names{{}, false});
    CHECK(names(octets({1, 'a'})) == Names{{}, false});   // no end
    CHECK(names(octets({64, 'a'})) == Names{{}, false});  // a length that DNS doesn't have
    Octets long_name;
    for (int i = 0; i < 5; ++i) long_name = long_name + octets({63}) + Octets(63, std::byte{'x'});
    CHECK(names(long_name + octets({0})) == Names{{}, false});
    Octets many;
    for (int i = 0; i < 500; ++i) many = many + octets({1, 'a', 0});
    CHECK(names(many).values.size() == 64);
    CHECK_FALSE(names(many).complete);
}

TEST_CASE("whatever a node sends, its names are bounded", "[wire][icmp]")
{
    std::mt19937 random{7};
    for (int i = 0; i < 20'000; ++i) {
        Octets data(random() % 64);
        for (auto& octet : data) octet = static_cast<std::byte>(random() % 3 == 0 ? 0xC0 : random() % 32);
        const auto found = decode_node_names(data);
        CHECK(found.values.size() <= 64);
        for (const auto& name : found.values) CHECK(name.size() <= 256);
    }
}

TEST_CASE("a node's addresses stand behind their TTLs", "[wire][icmp]")
{
    using Addresses = NodeData<asio::ip::address>;
    const auto v4 = ttl + octets({192, 0, 2, 1});
    const auto v6 = ttl + octets({0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    const auto address = [](const char* text) { return asio::ip::make_address(text); };
    CHECK(decode_node_addresses(NodeQtype::ipv4_addresses, v4 + v4) ==
          Addresses{{address("192.0.2.1"), address("192.0.2.1")}, true});
    CHECK(decode_node_addresses(NodeQtype::ipv6_addresses, v6) == Addresses{{address("2001:db8::1")}, true});
    CHECK(decode_node_addresses(NodeQtype::ipv6_addresses, {}) == Addresses{});
    CHECK(decode_node_addresses(NodeQtype::ipv6_addresses, v4) == Addresses{{}, false});
    CHECK(decode_node_addresses(NodeQtype::ipv4_addresses, v4 + octets({1})) ==
          Addresses{{address("192.0.2.1")}, false});
}

TEST_CASE("a subject is a name in the format of DNS", "[wire][icmp]")
{
    CHECK(node_subject("Alpha.net", true) == octets("\x05"
                                                    "alpha\x03"
                                                    "net") +
                                                 octets({0}));
    CHECK(node_subject("alpha.net.", true) == node_subject("alpha.net", true));
    CHECK(node_subject("alpha", false) == octets("\x05"
                                                 "alpha") +
                                              octets({0, 0}));
    for (const auto& none :
         {std::string{}, std::string{"."}, std::string{"a..b"}, std::string{".a"}, std::string(64, 'a')})
        CHECK_FALSE(node_subject(none, true));
    std::string long_name = "a";
    for (int i = 0; i < 130; ++i) long_name += ".a";
    CHECK_FALSE(node_subject(long_name, true));
}

TEST_CASE("a name's group has 24 bits of the hash of its first label", "[wire][icmp]")
{
    // printf '\005alpha' | md5sum
    CHECK(node_group(*node_subject("alpha.net", true)).to_string() == "ff02::2:fff4:45eb");
    CHECK(node_group(*node_subject("ALPHA", false)) == node_group(*node_subject("alpha.net", true)));
    CHECK(node_group({}).is_multicast());
}

}  // namespace node_information_tests
