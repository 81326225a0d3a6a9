#pragma once
// Bodies of libnet/impl/query/node_inquiry_session.hpp.

#include <libnet/impl/query/node_inquiry_session.hpp>
#include <libnet/io/loop/require_option.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL engine::NodeQueriesOptions node_queries_options(const NodeInquiryOptions& options)
{
    using namespace std::chrono_literals;
    io::require_option(options.interval > 0s, "node inquiry interval: more than zero is needed");
    io::require_option(options.linger >= 0s, "node inquiry linger: zero or more is needed");
    io::require_option(!options.deadline || *options.deadline >= 0s, "node inquiry deadline: zero or more is needed");
    io::require_option(!options.ttl || (*options.ttl >= 1 && *options.ttl <= 255), "node inquiry ttl: 1 to 255");
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    engine::NodeQueriesOptions result;
    result.interval = options.interval;
    result.count = options.count;
    result.linger = options.linger;
    result.deadline = options.deadline;
    result.key = {word(), word()};
    return result;
}

/// The reader compares the octets where echo has its identifier: here the Qtype, which a reply has again.
LIBNETXX_DECL io::ProbeSocketOptions node_socket_options(const NodeInquiryOptions& options)
{
    io::ProbeSocketOptions result;
    result.access = io::IcmpAccess::raw;
    result.answer_type = wire::node_reply_type;
    result.identifier = static_cast<std::uint16_t>(options.qtype);
    result.ttl = options.ttl;
    result.source = options.source;
    result.interface = options.interface.str();
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    result.multicast_loopback = options.multicast_loopback;
    return result;
}

LIBNETXX_DECL wire::NodeQuery node_query(const asio::ip::address_v6& address, const NodeInquiryOptions& options)
{
    wire::NodeQuery query;
    query.qtype = options.qtype;
    query.flags = options.flags;
    query.subject = options.subject.value_or(NodeSubject::ipv6_address);
    query.subject_octets = options.subject_octets;
    if (options.subject) return query;
    query.subject_octets.clear();
    for (const auto octet : address.to_bytes()) query.subject_octets.push_back(static_cast<std::byte>(octet));
    return query;
}

constexpr std::size_t largest_node_reply = 2048;

LIBNETXX_DECL NodeInquirySession::NodeInquirySession(const asio::any_io_executor& executor,
                                                     const asio::ip::address_v6& address,
                                                     const NodeInquiryOptions& options)
    : executor_{executor},
      address_{address},
      query_{node_query(address, options)},
      queries_{node_queries_options(options)},
      socket_{executor, wire::IpVersion::v6, node_socket_options(options)},
      reader_{largest_node_reply, 16},
      poll_{std::make_shared<io::ProbePoll>(executor)}
{
    poll_->add(socket_.native(), 0);
}

LIBNETXX_DECL NodeInquiryCounts NodeInquirySession::counts() const noexcept
{
    const auto& numbers = queries_.numbers();
    return {numbers.sent, numbers.received, numbers.duplicates, numbers.errors, numbers.sending};
}

LIBNETXX_DECL NodeInquirySession::Action NodeInquirySession::next(engine::action::TimePoint now)
{
    if (!events_.empty()) {
        Action report = engine::action::Report<Outcome>{std::move(events_.front())};
        events_.pop_front();
        return report;
    }
    const auto action = queries_.next(now);
    if (const auto* query = std::get_if<engine::action::Send<Probe>>(&action)) return *query;
    if (const auto* wait = std::get_if<engine::action::WaitUntil>(&action)) return *wait;
    return engine::action::Done{};
}

LIBNETXX_DECL void NodeInquirySession::send(const Probe& query)
{
    query_.nonce = query.nonce;
    const auto message = wire::encode_node_query(query_);
    const auto sent = io::send_past_errors(socket_, {{address_, 0}, message}, [this] { return take_errors(); });
    if (!sent) events_.push_back(NodeQuerySendError{query.sequence, sent.error()});
}

LIBNETXX_DECL void NodeInquirySession::take_answers()
{
    take_errors();
    constexpr int batches = 32;  // a flood of replies doesn't keep us from everything else
    for (int i = 0; i < batches; ++i) {
        const auto batch = reader_.receive(socket_);
        for (const auto& datagram : batch.read) take_answer(datagram);
        if (!batch.more) return;
    }
}

LIBNETXX_DECL void NodeInquirySession::take_answer(const io::ProbeReader::Datagram& datagram)
{
    const auto reply = wire::decode_node_reply(datagram.message);
    if (!reply) return;
    const auto match = queries_.on_reply(reply->nonce);
    if (!match) return;
    NodeAnswer answer;
    answer.from = datagram.from.address();
    answer.sequence = match->sequence;
    answer.duplicate = !match->first;
    answer.code = reply->code;
    answer.qtype = reply->qtype;
    answer.hop_limit = datagram.ttl;
    answer.bytes = datagram.message.size();
    if (reply->code == NodeReplyCode::success && reply->qtype == NodeQtype::names) {
        auto names = wire::decode_node_names(reply->data);
        answer.names = std::move(names.values);
        answer.complete = names.complete;
    } else if (reply->code == NodeReplyCode::success) {
        auto addresses = wire::decode_node_addresses(reply->qtype, reply->data);
        answer.addresses = std::move(addresses.values);
        answer.complete = addresses.complete;
        answer.truncated = (reply->flags & wire::node_flag::truncated) != 0;
    }
    events_.push_back(std::move(answer));
}

/// False: the error queue was empty.
LIBNETXX_DECL bool NodeInquirySession::take_errors()
{
    const auto batch = reader_.receive_errors(socket_);
    for (const auto& entry : batch.read) {
        const auto& error = *entry.error;
        if (error.origin != io::QueuedError::Origin::icmpv6) continue;
        const auto nonce = wire::decode_quoted_node_query(error.payload);
        const auto sequence = nonce ? queries_.on_error(*nonce) : std::nullopt;
        if (sequence) events_.push_back(NodeQueryError{error.offender, *sequence, error.type, error.code});
    }
    return batch.any;
}

}  // namespace libnet::inline v0::detail
