#pragma once
// Bodies of libnet/interface_probe.hpp.

#include <libnet/engine/query/interface_query.hpp>
#include <libnet/impl/probe_driver.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/io/dns/target_address.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <random>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL std::uint8_t extended_echo_reply_type(wire::IpVersion version)
{
    return version == wire::IpVersion::v4 ? wire::icmp_type::extended_echo_reply
                                          : wire::icmpv6_type::extended_echo_reply;
}

LIBNETXX_DECL io::ProbeSocketOptions interface_socket_options(wire::IpVersion version,
                                                              const InterfaceProbeOptions& options)
{
    io::ProbeSocketOptions result;
    result.access = options.access;
    result.ttl = options.ttl;
    result.source = options.source;
    result.interface = options.interface.str();
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    result.answer_type = extended_echo_reply_type(version);
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

LIBNETXX_DECL engine::InterfaceQuery interface_query(const boost::asio::ip::address& target,
                                                     const InterfaceId& interface, const InterfaceProbeOptions& options)
try {
    return {target, interface, options.place, interface_query_options(options)};
} catch (const std::length_error& error) {
    throw boost::system::system_error{boost::asio::error::make_error_code(boost::asio::error::invalid_argument),
                                      error.what()};
}

/// An InterfaceQuery with its ICMP socket. Its only outcome is the state.
class InterfaceProbeSession {
public:
    using Outcome = InterfaceState;
    using Probe = engine::InterfaceQuestion;
    using Action = std::variant<engine::action::Send<Probe>, engine::action::Report<Outcome>, engine::action::WaitUntil,
                                engine::action::Done>;

    InterfaceProbeSession(const boost::asio::any_io_executor& executor, const boost::asio::ip::address& target,
                          const InterfaceId& interface, const InterfaceProbeOptions& options)
        : target_{target},
          query_{interface_query(target, interface, options)},
          socket_{executor, wire::version_of(target), interface_socket_options(wire::version_of(target), options)},
          reader_{largest_answer, 8},
          poll_{std::make_shared<io::ProbePoll>(executor)}
    {
        poll_->add(socket_.native(), 0);
    }

    const std::shared_ptr<io::ProbePoll>& poll() const noexcept { return poll_; }

    Action next(engine::action::TimePoint now)
    {
        const auto action = query_.next(now);
        if (const auto* question = std::get_if<engine::interface_action::Send>(&action)) return *question;
        if (const auto* wait = std::get_if<engine::action::WaitUntil>(&action)) return *wait;
        return engine::action::Report<Outcome>{query_.result()};
    }

    void send(const Probe&)
    {
        const auto question = query_.question(socket_.identifier());
        const auto sent = io::send_past_errors(socket_, {{target_, 0}, question}, [this] { return take_errors(); });
        if (!sent && sent.error() != boost::asio::error::would_block)  // then it is asked again
            throw boost::system::system_error{sent.error(), target_.to_string()};
    }

    void take_answers()
    {
        take_errors();
        constexpr int batches = 32;  // a raw socket also gets what other programs here have asked for
        for (int i = 0; i < batches; ++i) {
            const auto batch = reader_.receive(socket_);
            for (const auto& datagram : batch.read)
                if (const auto reply = wire::decode_extended_echo_reply(socket_.version(), datagram.message))
                    query_.on_reply(datagram.from.address(), *reply, datagram.received);
            if (!batch.more) return;
        }
    }

private:
    static constexpr std::size_t largest_answer = 2048;

    /// False: the error queue was empty.
    bool take_errors()
    {
        const auto batch = reader_.receive_errors(socket_);
        for (const auto& entry : batch.read) {
            const auto& queued = *entry.error;
            const auto asked = wire::decode_quoted_extended_echo_request(socket_.version(), queued.payload);
            if (asked && asked->identifier == socket_.identifier())
                query_.on_error(queued.destination.address(), asked->sequence,
                                {queued.offender, queued.type, queued.code});
        }
        return batch.any;
    }

    boost::asio::ip::address target_;
    engine::InterfaceQuery query_;
    io::ProbeSocket socket_;
    io::ProbeReader reader_;
    std::shared_ptr<io::ProbePoll> poll_;
};

}  // namespace detail

LIBNETXX_DECL boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                                     boost::asio::ip::address address,
                                                                     InterfaceId interface,
                                                                     InterfaceProbeOptions options)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    const auto target = io::target_address(address, options.interface.str());
    const auto session = std::make_shared<detail::InterfaceProbeSession>(executor, target, interface, options);
    auto state = co_await detail::next_outcome(session);
    co_return *std::move(state);
}

LIBNETXX_DECL boost::asio::awaitable<InterfaceState> probe_interface(boost::asio::any_io_executor executor,
                                                                     boost::asio::ip::address address,
                                                                     InterfaceId interface)
{
    return probe_interface(std::move(executor), std::move(address), std::move(interface), InterfaceProbeOptions{});
}

}  // namespace libnet::inline v0
