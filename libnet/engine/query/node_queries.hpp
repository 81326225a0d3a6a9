#pragma once
// When to ask a node for its names and addresses (RFC 4620), which replies are to these queries, and when it is enough.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/wire/icmp/node_information.hpp>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <variant>

namespace libnet::inline v0::engine {

struct NodeQueriesOptions {
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two queries; more than 0
    std::uint64_t count = 0;                                      ///< queries in all; 0: without an end
    std::chrono::nanoseconds linger =
        std::chrono::seconds{10};  ///< after the last query, when no reply has come; or `interval`
    std::optional<std::chrono::nanoseconds> deadline{};  ///< for everything; then `count` is of replies
    base::SipKey key{};                                  ///< secret and random: nonces are made by it
};

/// Theory of operation. A query's nonce is the low half of its number, and a keyed hash of the number: a reply that has
/// such a nonce is one to our query, and says to which of the last 65,536. The first reply to a query counts, others are
/// duplicates: of a group there may be many. It is enough when `count` queries are answered, or the last replies were
/// waited for: as iputils' ping does it, for `linger` when there was no reply at all, else for `interval`.
class NodeQueries {
public:
    using TimePoint = action::TimePoint;

    struct Query {
        std::uint64_t sequence = 0;  ///< the first one has 1
        wire::NodeNonce nonce{};
        friend bool operator==(const Query&, const Query&) = default;
    };
    using Action = std::variant<action::Send<Query>, action::WaitUntil, action::Done>;

    /// What a nonce says: a reply to one of our queries, the first or not.
    struct Match {
        std::uint64_t sequence = 0;
        bool first = true;
        friend bool operator==(const Match&, const Match&) = default;
    };

    struct Numbers {
        std::uint64_t sent = 0, received = 0, duplicates = 0, errors = 0;
        std::chrono::nanoseconds sending{};  ///< from the first query to the last
        friend bool operator==(const Numbers&, const Numbers&) = default;
    };

    explicit NodeQueries(const NodeQueriesOptions& options) : options_{options}, answered_{std::make_unique<Answered>()}
    {}

    /// A `Send` counts as sent.
    LIBNETXX_DECL Action next(TimePoint now);

    /// nullopt: it is none of ours.
    LIBNETXX_DECL std::optional<Match> on_reply(const wire::NodeNonce& nonce);

    /// An ICMP error quotes a query with this nonce: its sequence; nullopt: it is none of ours.
    LIBNETXX_DECL std::optional<std::uint64_t> on_error(const wire::NodeNonce& nonce);

    const Numbers& numbers() const noexcept { return numbers_; }

private:
    static constexpr std::size_t window = 65'536;
    using Answered = std::bitset<window>;

    wire::NodeNonce nonce_of(std::uint64_t sequence) const;
    std::optional<std::uint64_t> sequence_of(const wire::NodeNonce& nonce) const;
    bool enough() const noexcept
    {
        return options_.count != 0 && numbers_.received + numbers_.errors >= options_.count;
    }

    NodeQueriesOptions options_;
    Numbers numbers_;
    std::unique_ptr<Answered> answered_;  ///< by the low half of the sequence
    std::optional<TimePoint> first_sent_, last_sent_;
};

inline std::ostream& operator<<(std::ostream& out, const NodeQueries::Query& query)
{
    return out << '#' << query.sequence;
}

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/node_queries.ipp>
#endif
