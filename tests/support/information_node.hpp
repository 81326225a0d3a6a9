#pragma once
// A node that answers ICMPv6 node information queries (RFC 4620), which Linux itself doesn't.

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/wire/icmp/node_information.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace libnet::test {

inline std::vector<std::byte> octets_of(std::string_view text)
{
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

/// Answers queries for names and IPv6 addresses, and refuses others. As often as it is told to, and with octets in front
/// of that which are no answers. On all interfaces, as long as it lives; takes CAP_NET_RAW.
class InformationNode {
public:
    explicit InformationNode(int answers = 1, std::vector<std::byte> names = octets_of(two_names))
        : socket_{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)},
          stop_{::eventfd(0, EFD_CLOEXEC)},
          answers_{answers},
          names_{std::move(names)}
    {
        icmp6_filter filter;
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(wire::node_query_type, &filter);
        REQUIRE(::setsockopt(socket_.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~InformationNode()
    {
        const std::uint64_t one = 1;
        (void)!::write(stop_.get(), &one, sizeof one);
        thread_.join();
    }
    InformationNode(const InformationNode&) = delete;
    InformationNode& operator=(const InformationNode&) = delete;

private:
    /// "alpha.net." and "beta"; 2001:db8::1.
    static constexpr std::string_view two_names{"\0\0\0\0\5alpha\3net\0\4beta\0\0", 22};
    static constexpr std::string_view one_address{"\0\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 20};

    void serve()
    {
        for (;;) {
            pollfd waits[] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
            if (::poll(waits, 2, -1) < 0 || waits[1].revents != 0) return;
            std::array<std::byte, 2048> message;
            sockaddr_in6 from{};
            socklen_t size = sizeof from;
            const auto count =
                ::recvfrom(socket_.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (count > 0) answer(std::span{message}.first(static_cast<std::size_t>(count)), from);
        }
    }

    void answer(std::span<const std::byte> message, const sockaddr_in6& to)
    {
        const auto query = wire::decode_node_query(message);
        if (!query) return;
        wire::NodeReply reply;
        reply.qtype = query->qtype;
        reply.nonce = query->nonce;
        if (query->qtype == wire::NodeQtype::names) reply.data = names_;
        else if (query->qtype == wire::NodeQtype::ipv6_addresses) reply.data = address_;
        else reply.code = wire::NodeReplyCode::refused;
        auto forged = reply;
        forged.nonce[7] ^= std::byte{1};
        send(wire::encode_node_reply(forged), to);
        for (int i = 0; i < answers_; ++i) send(wire::encode_node_reply(reply), to);
    }

    void send(const std::vector<std::byte>& message, sockaddr_in6 to)
    {
        to.sin6_port = 0;
        ::sendto(socket_.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }

    io::FileDescriptor socket_, stop_;
    int answers_;
    std::vector<std::byte> names_, address_ = octets_of(one_address);
    std::thread thread_;
};

}  // namespace libnet::test
