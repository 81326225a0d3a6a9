#pragma once
// Bodies of libnet/interface_probe.hpp.

#include <libnet/engine/query/interface_query.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/io/dns/target_address.hpp>
#include <libnet/io/icmp/icmp_message_socket.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <random>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL io::IcmpSocketOptions interface_socket_options(const InterfaceProbeOptions& options)
{
    io::IcmpSocketOptions result;
    result.access = options.access;
    result.ttl = options.ttl;
    result.source = options.source;
    result.interface = options.interface.str();
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    return result;
}

LIBNETXX_DECL engine::InterfaceQueryOptions interface_query_options(const InterfaceProbeOptions& options)
{
    using namespace std::chrono_literals;
    io::require_option(options.timeout > 0s && options.timeout <= 1h, "interface probe timeout: up to an hour");
    io::require_option(options.attempts >= 1 && options.attempts <= 100, "interface probe attempts: 1 to 100");
    io::require_option(!options.ttl || (*options.ttl >= 1 && *options.ttl <= 255), "interface probe ttl: 1 to 255");
    io::require_option(options.place, InterfacePlace::neighbour, "interface probe place: node or neighbour");
    io::require_option(options.access, InterfaceProbeAccess::raw, "interface probe access: automatic, datagram or raw");
    std::random_device random;
    return {options.timeout, options.attempts, static_cast<std::uint8_t>(random())};
}

LIBNETXX_DECL std::uint8_t extended_echo_reply_type(wire::IpVersion version)
{
    return version == wire::IpVersion::v4 ? wire::icmp_type::extended_echo_reply
                                          : wire::icmpv6_type::extended_echo_reply;
}

LIBNETXX_DECL engine::InterfaceQuery interface_query(const boost::asio::ip::address& target,
                                                     const InterfaceId& interface, const InterfaceProbeOptions& options)
try {
    return {target, interface, options.place, interface_query_options(options)};
} catch (const std::length_error& error) {
    throw boost::system::system_error{boost::asio::error::make_error_code(boost::asio::error::invalid_argument),
                                      error.what()};
}

/// Performs the actions of an InterfaceQuery.
class InterfaceProbeSession {
public:
    InterfaceProbeSession(const boost::asio::any_io_executor& executor, const boost::asio::ip::address& target,
                          const InterfaceId& interface, const InterfaceProbeOptions& options)
        : target_{target},
          query_{interface_query(target, interface, options)},
          socket_{executor, wire::version_of(target), extended_echo_reply_type(wire::version_of(target)),
                  interface_socket_options(options)}
    {}

    boost::asio::awaitable<InterfaceState> run()
    {
        using namespace engine::interface_action;
        for (;;) {
            take_answers();
            const auto action = query_.next(std::chrono::steady_clock::now());
            if (std::holds_alternative<Done>(action)) co_return query_.result();
            if (std::holds_alternative<Ask>(action)) {
                send();
                continue;
            }
            const auto deadline = std::get<WaitUntil>(action).deadline;
            co_await socket_.ready(deadline);
        }
    }

private:
    void send()
    {
        const auto question = query_.question(socket_.identifier());
        const auto error = socket_.send(target_, question);
        if (!error || error == boost::asio::error::would_block || error == boost::asio::error::no_buffer_space)
            return;  // asked again
        // It may be about an earlier question, in place of this one: then the error queue has it.
        if (!take_errors()) throw boost::system::system_error{error, target_.to_string()};
    }

    void take_answers()
    {
        take_errors();
        constexpr int many = 256;  // a raw socket also gets what other programs here have asked for
        for (int i = 0; i < many; ++i) {
            const auto received = socket_.receive();
            if (!received) return;
            const auto reply = wire::decode_extended_echo_reply(socket_.version(), received->message);
            if (reply && reply->identifier == socket_.identifier())
                query_.on_reply(received->from, *reply, received->at);
        }
    }

    /// False: the error queue was empty.
    bool take_errors()
    {
        constexpr int many = 256;
        for (int i = 0; i < many; ++i) {
            const auto queued = socket_.next_error();
            if (!queued) return i > 0;
            const auto asked = wire::decode_quoted_extended_echo_request(socket_.version(), queued->payload);
            if (asked && asked->identifier == socket_.identifier())
                query_.on_error(queued->destination.address(), asked->sequence,
                                {queued->offender, queued->type, queued->code});
        }
        return true;
    }

    boost::asio::ip::address target_;
    engine::InterfaceQuery query_;
    io::IcmpMessageSocket socket_;
};

}  // namespace detail

LIBNETXX_DECL boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                                     boost::asio::ip::address address,
                                                                     InterfaceId interface,
                                                                     InterfaceProbeOptions options)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    const auto target = io::target_address(address, options.interface.str());
    detail::InterfaceProbeSession session{executor, target, interface, options};
    co_return co_await session.run();
}

LIBNETXX_DECL boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                                     boost::asio::ip::address address,
                                                                     InterfaceId interface)
{
    return probe_interface(std::move(executor), std::move(address), std::move(interface), InterfaceProbeOptions{});
}

}  // namespace libnet::inline v0
