#pragma once
// Which of many names is asked for when: all of them soon, each again when its answer is too old, and no server too often.

#include <libnet/base/time_queue.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/time_point.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

/// Options of a NameRefresh.
struct NameRefreshOptions {
    std::size_t max_quick = 64;  ///< questions under way at the same time, while they may be answered soon
    std::chrono::nanoseconds patience = std::chrono::milliseconds{200};  ///< after which one no longer counts as such
    std::size_t max_under_way = 1024;                                    ///< questions under way in all
    std::chrono::nanoseconds first_pause = std::chrono::seconds{1};      ///< after a failure; twice as long each time
    std::chrono::nanoseconds longest_pause = std::chrono::minutes{1};    ///< between two questions
    std::chrono::nanoseconds shortest_life = std::chrono::seconds{1};  ///< an answer is asked for again after its TTL,
    std::chrono::nanoseconds longest_life = std::chrono::hours{24};    ///< within these bounds
    std::chrono::nanoseconds zero_life = std::chrono::seconds{10};     ///< what a TTL of 0 counts as
};

/// What an answer means for who uses the name.
enum class NameNews : std::uint8_t {
    first,    ///< the name has an address now
    same,     ///< its address is still one of those in the answer
    changed,  ///< it isn't: another one takes its place
};

/// Why there is no answer.
enum class NameFailure : std::uint8_t {
    passing,  ///< no server could be asked, or none knew
    told,     ///< the name server says that there is no such name or address
    final,    ///< no name server can ever tell: it is no host name
};

/// How many failed questions it takes until a name without an address isn't worth waiting for.
struct NameAttempts {
    unsigned passing = ~0U;  ///< if the last failure may pass
    unsigned told = ~0U;     ///< if a name server has said that there is no such name
};

/// Keeps many names up to date, without a resolver or a clock.
///
/// A name is asked for when its turn comes, the first one first; when its answer is as old as its TTL allows; and after
/// a failure, with a growing pause. An address that the name has had before a failure stays. Few questions are under
/// way at once, as a name server's buffer is small; one that waits for its answer longer than `patience` makes room for
/// another, so that names whose servers are silent don't delay others.
class NameRefresh {
public:
    explicit NameRefresh(NameRefreshOptions options) : options_{options} {}  ///< no names yet

    /// Adds a name. Names are numbered from 0 on.
    std::size_t add(TimePoint now);

    /// How many were added.
    std::size_t size() const noexcept { return names_.size(); }

    /// This name is asked for no more.
    void drop(std::size_t name);

    /// The name to ask for now, if there is one: call this until there is none, then wait.
    std::optional<std::size_t> next(TimePoint now);

    /// When to call `next` again at the latest; empty: not before an answer comes.
    std::optional<TimePoint> deadline() const;

    /// The name has these addresses, at least one, best first. A `ttl` that is empty has no end.
    NameNews on_answer(std::size_t name, const std::vector<asio::ip::address>& addresses,
                       std::optional<std::chrono::seconds> ttl, TimePoint now);
    void on_failure(std::size_t name, NameFailure why, TimePoint now);  ///< likewise

    /// The address that the name has; unspecified: none yet.
    const asio::ip::address& address(std::size_t name) const { return names_[name].address; }

    /// Failures in a row.
    unsigned failures(std::size_t name) const { return names_[name].failures; }

    /// The name has no address yet, and is worth waiting for.
    bool awaited(std::size_t name, const NameAttempts& attempts) const;

private:
    struct Name {
        asio::ip::address address;
        TimePoint quick_until{};  ///< of its question
        unsigned failures = 0;
        NameFailure last_failure = NameFailure::passing;
        bool under_way = false;
        bool quick = false;  ///< under way, and not for long
        bool dropped = false;
    };
    struct Question {
        TimePoint quick_until;
        std::size_t name;
    };

    bool may_ask() const noexcept { return quick_now_ < options_.max_quick && under_way_ < options_.max_under_way; }
    void lose_patience(TimePoint now);
    void end_quick(Name& name);
    Name& end_question(std::size_t name);
    std::chrono::nanoseconds life_of(std::chrono::seconds ttl) const;

    NameRefreshOptions options_;
    std::vector<Name> names_;
    base::TimeQueue<TimePoint, std::size_t> due_;  ///< names that aren't under way
    std::deque<Question> questions_;               ///< the oldest first, some of them answered
    std::size_t quick_now_ = 0;
    std::size_t under_way_ = 0;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/dns/name_refresh.ipp>
#endif
