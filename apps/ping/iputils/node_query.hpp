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
#include <libnet/io/dns/host_text.hpp>
#include <libnet/node_inquiry.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <string>
#include <variant>

namespace libnet::apps::iputils {

namespace asio = boost::asio;

/// The answer in words, as it stands behind "from ADDRESS:".
inline std::string answer_text(const NodeAnswer& answer)
{
    using Code = NodeReplyCode;
    if (answer.code == Code::refused) return " refused";
    if (answer.code == Code::unknown_qtype) return " unknown";
    if (answer.code != Code::success) return fmt::format(" unknown code({:02x})", static_cast<unsigned>(answer.code));
    std::string text;
    const auto add = [&text](const std::string& value) { text += (text.empty() ? " " : ", ") + value; };
    for (const auto& name : answer.names) add(base::printable(name));
    for (const auto& address : answer.addresses) add(address.to_string());
    if (!answer.complete) text += " parse error (truncated)";
    return answer.truncated ? text + " (truncated)" : text;
}

inline NodeInquiryOptions inquiry_options(const PingSettings& settings, const NodeRequest& request)
{
    using namespace std::chrono_literals;
    NodeInquiryOptions options;
    options.qtype = *request.qtype;
    options.flags = request.flags;
    options.subject = request.subject;
    options.subject_octets = request.subject_octets;
    options.interval = std::max<std::chrono::nanoseconds>(settings.options.interval, 1ms);
    options.count = settings.count;
    options.linger = settings.plain->linger.count() == 0 ? std::chrono::nanoseconds{24h} : settings.plain->linger;
    options.deadline = settings.deadline;
    options.ttl = settings.options.ttl;
    options.source = settings.options.source;
    options.interface = settings.options.interface;
    options.traffic_class = settings.options.traffic_class;
    options.mark = settings.options.mark;
    options.multicast_loopback = settings.options.multicast_loopback;
    return options;
}

/// Queries one node, or the members of a group.
class NodeQuery {
public:
    /// `settings.plain` has the address. Throws `boost::system::system_error` where there is no raw socket.
    NodeQuery(const asio::any_io_executor& executor, const PingSettings& settings, const NodeRequest& request)
        : settings_{settings},
          name_{settings.hosts.front()},
          inquiry_{executor, settings.plain->address.to_v6(), inquiry_options(settings, request)},
          names_{executor}
    {}

    /// Completes with the exit code when it is enough, or this coroutine is cancelled.
    asio::awaitable<int> run()
    {
        start();
        try {
            while (const auto event = co_await inquiry_.next()) tell_event(*event);
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) throw;  // interrupted: the numbers are told
        }
        co_return finish();
    }

private:
    void start()
    {
        boost::system::error_code is_name;
        asio::ip::make_address(io::resolvable_host(name_), is_name);
        named_ = settings_.names == PingNames::always || (is_name && settings_.names != PingNames::never);
        print("PING {} ({}) {} data bytes\n", printable_name(name_), settings_.plain->address.to_string(),
              settings_.options.payload_size);
    }

    void tell_event(const NodeEvent& event)
    {
        std::visit([this](const auto& what) { tell(what); }, event);
    }

    void tell(const NodeAnswer& answer)
    {
        if (settings_.quiet) return;
        const bool group = settings_.plain->address.is_multicast();
        print("{}{} bytes from {}:{}; seq={};{}{}{}\n", time(), answer.bytes, show(answer.from), answer_text(answer),
              answer.sequence % 65'536, answer.hop_limit ? fmt::format(" ttl={}", *answer.hop_limit) : "",
              !answer.duplicate || (group && !settings_.verbose) ? "" : " (DUP!)", settings_.audible ? "\a" : "");
    }

    void tell(const NodeQueryError& error)
    {
        if (settings_.quiet) return;
        print("{}From {} icmp_seq={} {}\n", time(), show(error.from), error.sequence % 65'536, error.words());
    }

    void tell(const NodeQuerySendError& error) { complain(settings_.program, "sendmsg: " + error.reason.message()); }

    std::string show(const asio::ip::address& address) { return named_ ? names_.show(address) : address.to_string(); }
    std::string time() const { return settings_.timestamps ? time_of_day() : std::string{}; }

    /// As iputils' ping: 1 when there was no reply, or not enough of them before the deadline.
    int finish() const
    {
        const auto numbers = inquiry_.counts();
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
    NodeInquiry inquiry_;
    ShownAddresses names_;
    bool named_ = false;
};

}  // namespace libnet::apps::iputils
