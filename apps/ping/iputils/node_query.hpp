#pragma once
// ping -N: asks IPv6 nodes for their names and addresses (RFC 4620), as iputils' ping does it.
//
//   $ ping -N name fe80::1%eth0
//   PING fe80::1%eth0 (fe80::1%eth0) 56 data bytes
//   39 bytes from fe80::1%eth0: alpha.example.net.; seq=1; ttl=64

#include <apps/common/output.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/ping/iputils/node_request.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/settings.hpp>
#include <apps/ping/text_printer.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/engine/query/node_queries.hpp>
#include <libnet/io/icmp/probe_poll.hpp>
#include <libnet/io/icmp/probe_reader.hpp>
#include <libnet/io/icmp/probe_socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <memory>
#include <random>
#include <string>

namespace libnet::apps::iputils {

namespace asio = boost::asio;

/// The answer in words, as it stands behind "from ADDRESS:".
inline std::string answer_text(const wire::NodeReply& reply)
{
    using Code = wire::NodeReplyCode;
    if (reply.code == Code::refused) return " refused";
    if (reply.code == Code::unknown_qtype) return " unknown";
    if (reply.code != Code::success) return fmt::format(" unknown code({:02x})", static_cast<unsigned>(reply.code));
    std::string text;
    const auto add = [&text](const std::string& value) { text += (text.empty() ? " " : ", ") + value; };
    bool complete = true, shortened = false;
    if (reply.qtype == wire::NodeQtype::names) {
        const auto names = wire::decode_node_names(reply.data);
        for (const auto& name : names.values) add(base::printable(name));
        complete = names.complete;
    } else {
        const auto addresses = wire::decode_node_addresses(reply.qtype, reply.data);
        for (const auto& address : addresses.values) add(address.to_string());
        complete = addresses.complete;
        shortened = (reply.flags & wire::node_flag::truncated) != 0;
    }
    if (!complete) text += " parse error (truncated)";
    return shortened ? text + " (truncated)" : text;
}

/// Queries one node, or the members of a group.
class NodeQuery {
public:
    /// `settings.plain` has the address. Throws `boost::system::system_error` where there is no raw socket.
    NodeQuery(const asio::any_io_executor& executor, const PingSettings& settings, const NodeRequest& request)
        : settings_{settings},
          name_{settings.hosts.front()},
          query_{query_of(request, settings.plain->address.to_v6())},
          queries_{queries_options(settings)},
          socket_{executor, wire::IpVersion::v6, socket_options(settings, *request.qtype)},
          reader_{largest_reply, 16},
          poll_{std::make_shared<io::ProbePoll>(executor)},
          names_{executor}
    {
        poll_->add(socket_.native(), 0);
    }

    /// Completes with the exit code when it is enough, or this coroutine is cancelled.
    asio::awaitable<int> run()
    {
        start();
        try {
            while (const auto deadline = act()) {
                const auto poll = poll_;
                const auto until = *deadline;
                co_await io::ProbePoll::until(poll, until);
                take_all();
            }
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) throw;  // interrupted: the numbers are told
        }
        co_return finish();
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t largest_reply = 2048;

    static wire::NodeQuery query_of(const NodeRequest& request, const asio::ip::address_v6& to)
    {
        wire::NodeQuery query;
        query.qtype = *request.qtype;
        query.flags = request.flags;
        query.subject = request.subject.value_or(wire::NodeSubject::ipv6_address);
        query.subject_octets = request.subject ? request.subject_octets : octets_of(to);
        return query;
    }

    static engine::NodeQueriesOptions queries_options(const PingSettings& settings)
    {
        using namespace std::chrono_literals;
        std::random_device random;
        const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
        engine::NodeQueriesOptions options;
        options.interval = std::max<std::chrono::nanoseconds>(settings.options.interval, 1ms);
        options.count = settings.count;
        options.linger = settings.plain->linger.count() == 0 ? std::chrono::nanoseconds{24h} : settings.plain->linger;
        options.deadline = settings.deadline;
        options.key = {word(), word()};
        return options;
    }

    /// The reader compares the octets where echo has its identifier: here the Qtype, which a reply has again.
    static io::ProbeSocketOptions socket_options(const PingSettings& settings, wire::NodeQtype qtype)
    {
        io::ProbeSocketOptions options;
        options.access = io::IcmpAccess::raw;
        options.answer_type = wire::node_reply_type;
        options.identifier = static_cast<std::uint16_t>(qtype);
        options.ttl = settings.options.ttl;
        options.source = settings.options.source;
        options.interface = settings.options.interface.str();
        options.traffic_class = settings.options.traffic_class;
        options.mark = settings.options.mark;
        options.multicast_loopback = settings.options.multicast_loopback;
        return options;
    }

    void start()
    {
        boost::system::error_code is_name;
        asio::ip::make_address(io::resolvable_host(name_), is_name);
        named_ = settings_.names == PingNames::always || (is_name && settings_.names != PingNames::never);
        print("PING {} ({}) {} data bytes\n", printable_name(name_), settings_.plain->address.to_string(),
              settings_.options.payload_size);
    }

    /// Does what there is to do now; until when to wait, or nullopt: it is over.
    std::optional<Clock::time_point> act()
    {
        for (;;) {
            const auto action = queries_.next(Clock::now());
            if (std::holds_alternative<engine::action::Done>(action)) return std::nullopt;
            if (const auto* wait = std::get_if<engine::action::WaitUntil>(&action)) return wait->deadline;
            send(std::get<engine::action::Send<engine::NodeQueries::Query>>(action));
        }
    }

    void send(const engine::NodeQueries::Query& query)
    {
        query_.nonce = query.nonce;
        const auto message = wire::encode_node_query(query_);
        const io::ProbeSocket::Outgoing outgoing{{settings_.plain->address, 0}, message};
        const auto sent = io::send_past_errors(socket_, outgoing, [this] { return take_errors(); });
        if (!sent) complain(settings_.program, "sendmsg: " + sent.error().message());
    }

    void take_all()
    {
        take_errors();
        constexpr int batches = 32;  // a flood of replies doesn't keep us from everything else
        for (int i = 0; i < batches; ++i) {
            const auto batch = reader_.receive(socket_);
            for (const auto& datagram : batch.read) on_datagram(datagram);
            if (!batch.more) return;
        }
    }

    void on_datagram(const io::ProbeReader::Datagram& datagram)
    {
        const auto reply = wire::decode_node_reply(datagram.message);
        if (!reply) return;
        const auto match = queries_.on_reply(reply->nonce);
        if (!match || settings_.quiet) return;
        const bool group = settings_.plain->address.is_multicast();
        print("{}{} bytes from {}:{}; seq={};{}{}{}\n", time(), datagram.message.size(), show(datagram.from.address()),
              answer_text(*reply), match->sequence % 65'536, datagram.ttl ? fmt::format(" ttl={}", *datagram.ttl) : "",
              match->first || (group && !settings_.verbose) ? "" : " (DUP!)", settings_.audible ? "\a" : "");
    }

    /// False: the error queue was empty.
    bool take_errors()
    {
        const auto batch = reader_.receive_errors(socket_);
        for (const auto& entry : batch.read) {
            const auto& error = *entry.error;
            if (error.origin != io::QueuedError::Origin::icmpv6) continue;
            const auto nonce = wire::decode_quoted_node_query(error.payload);
            const auto sequence = nonce ? queries_.on_error(*nonce) : std::nullopt;
            if (!sequence || settings_.quiet) continue;
            print("{}From {} icmp_seq={} {}\n", time(), show(error.offender), *sequence % 65'536,
                  wire::icmp_words(wire::IpVersion::v6, error.type, error.code));
        }
        return batch.any;
    }

    std::string show(const asio::ip::address& address) { return named_ ? names_.show(address) : address.to_string(); }
    std::string time() const { return settings_.timestamps ? time_of_day() : std::string{}; }

    /// As iputils' ping: 1 when there was no reply, or not enough of them before the deadline.
    int finish() const
    {
        const auto& numbers = queries_.numbers();
        PingStatistics n;
        n.sent = numbers.sent;
        n.received = numbers.received;
        n.duplicates = numbers.duplicates;
        n.errors = numbers.errors;
        n.sending = numbers.sending;
        print("\n--- {} ping statistics ---\n{}\n\n", printable_name(name_), summary_line(n, true));
        return n.received == 0 || (settings_.deadline && n.received < settings_.count) ? 1 : 0;
    }

    const PingSettings& settings_;
    std::string name_;
    wire::NodeQuery query_;
    engine::NodeQueries queries_;
    io::ProbeSocket socket_;
    io::ProbeReader reader_;
    std::shared_ptr<io::ProbePoll> poll_;
    ShownAddresses names_;
    bool named_ = false;
};

}  // namespace libnet::apps::iputils
