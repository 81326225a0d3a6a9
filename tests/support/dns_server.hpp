#pragma once
// A name server on loopback that answers as a test tells it to: in its own time, wrongly, or never.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::tests {

namespace asio = boost::asio;

/// Record types, RFC 1035 section 3.2.2 and RFC 3596 section 2.1.
constexpr std::uint16_t type_a = 1, type_ptr = 12, type_aaaa = 28;

/// Response codes, RFC 1035 section 4.1.1.
enum class Rcode : std::uint16_t { no_error = 0, server_failure = 2, no_such_name = 3, refused = 5 };

/// A question as it came.
struct DnsQuestion {
    std::string id;    ///< two octets
    std::string wire;  ///< the question section
    std::string name;  ///< "example.test"
    std::uint16_t type;
    bool over_tcp;
};

inline std::string big_endian(std::uint32_t value, int octets)
{
    std::string bytes;
    while (octets-- > 0) bytes += static_cast<char>(value >> (8 * octets));
    return bytes;
}

/// A name in wire format. The labels may hold anything.
inline std::string wire_name(const std::vector<std::string>& labels)
{
    std::string bytes;
    for (const auto& label : labels) bytes += static_cast<char>(label.size()) + label;
    return bytes + '\0';
}

/// An answer record for the name in the question.
inline std::string record(std::uint16_t type, std::string_view data, std::uint32_t ttl = 60)
{
    return "\xC0\x0C" + big_endian(type, 2) + big_endian(1, 2) + big_endian(ttl, 4) +
           big_endian(static_cast<std::uint32_t>(data.size()), 2) + std::string{data};
}

inline std::string a_record(std::uint32_t address, std::uint32_t ttl = 60)
{
    return record(type_a, big_endian(address, 4), ttl);
}

/// 2001:db8::`last`, or ::1 for 0.
inline std::string aaaa_record(std::uint32_t last)
{
    if (last == 0) return record(type_aaaa, std::string(15, '\0') + '\x01');
    return record(type_aaaa, big_endian(0x20010DB8, 4) + std::string(8, '\0') + big_endian(last, 4));
}

/// A whole message.
//
//    0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F      RFC 1035 section 4.1.1
//  +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
//  |                      ID                       |
//  |QR|  Opcode   |AA|TC|RD|RA|   Z    |   RCODE   |
//  |    QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT         |
//  +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
inline std::string answer(const DnsQuestion& question, const std::vector<std::string>& records,
                          Rcode rcode = Rcode::no_error, bool truncated = false)
{
    const std::uint32_t flags = 0x8180U | (truncated ? 0x0200U : 0U) | static_cast<std::uint32_t>(rcode);
    std::string message = question.id + big_endian(flags, 2) + big_endian(1, 2) +
                          big_endian(static_cast<std::uint32_t>(records.size()), 2) + big_endian(0, 4) + question.wire;
    for (const auto& each : records) message += each;
    return message;
}

inline std::string failure(const DnsQuestion& question, Rcode rcode) { return answer(question, {}, rcode); }

/// Serves a loopback address over UDP and TCP, at a port of its own (unless a test has the network for itself), as long
/// as the io_context runs.
class DnsServer {
public:
    /// What to send for a question, in this order; nothing for silence.
    using Script = std::function<std::vector<std::string>(const DnsQuestion&)>;

    DnsServer(asio::io_context& io, Script script, const asio::ip::address& address = asio::ip::address_v4::loopback(),
              std::uint16_t port = 0)
        : script_{std::move(script)},
          udp_{io},
          tcp_{io}
    {
        while (!bind_both(address, port)) {
        }
        asio::co_spawn(io, serve_udp(), asio::detached);
        asio::co_spawn(io, serve_tcp(), asio::detached);
    }

    asio::ip::udp::endpoint endpoint() const { return udp_.local_endpoint(); }

    /// Every question so far.
    std::vector<DnsQuestion> questions;

private:
    /// Takes a port that is free for both; false where another socket has the one that the kernel chose.
    bool bind_both(const asio::ip::address& address, std::uint16_t port)
    {
        udp_ = asio::ip::udp::socket{udp_.get_executor(), {address, port}};
        const asio::ip::tcp::endpoint same{address, udp_.local_endpoint().port()};
        tcp_ = asio::ip::tcp::acceptor{tcp_.get_executor(), same.protocol()};
        boost::system::error_code error;
        tcp_.bind(same, error);
        if (!error) tcp_.listen();
        return !error;
    }

    std::vector<std::string> replies_to(std::string_view message, bool over_tcp)
    {
        if (message.size() < 17) return {};
        DnsQuestion question{std::string{message.substr(0, 2)}, {}, {}, 0, over_tcp};
        std::size_t at = 12;
        while (at < message.size() && message[at] != '\0') {
            const auto length = static_cast<std::size_t>(message[at]);
            if (!question.name.empty()) question.name += '.';
            question.name += message.substr(at + 1, length);
            at += length + 1;
        }
        question.wire = message.substr(12, at + 5 - 12);
        question.type = static_cast<std::uint8_t>(message.at(at + 2));
        questions.push_back(question);
        return script_(question);
    }

    asio::awaitable<void> serve_udp()
    {
        std::array<char, 512> buffer;
        for (;;) {
            asio::ip::udp::endpoint client;
            const std::size_t size =
                co_await udp_.async_receive_from(asio::buffer(buffer), client, asio::use_awaitable);
            for (const auto& reply : replies_to({buffer.data(), size}, false))
                udp_.send_to(asio::buffer(reply), client);
        }
    }

    asio::awaitable<void> serve_tcp()
    {
        for (;;) {
            auto socket = co_await tcp_.async_accept(asio::use_awaitable);
            std::string length(2, '\0');
            co_await asio::async_read(socket, asio::buffer(length), asio::use_awaitable);
            std::string message(static_cast<std::size_t>(static_cast<std::uint8_t>(length[0]) << 8 |
                                                         static_cast<std::uint8_t>(length[1])),
                                '\0');
            co_await asio::async_read(socket, asio::buffer(message), asio::use_awaitable);
            for (const auto& reply : replies_to(message, true)) {
                const std::string framed = big_endian(static_cast<std::uint32_t>(reply.size()), 2) + reply;
                co_await asio::async_write(socket, asio::buffer(framed), asio::use_awaitable);
            }
        }
    }

    Script script_;
    asio::ip::udp::socket udp_;
    asio::ip::tcp::acceptor tcp_;
};

}  // namespace libnet::tests
