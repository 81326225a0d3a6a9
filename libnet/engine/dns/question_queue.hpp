#pragma once
// Which of many clients' questions goes out next: those without an answer don't keep other clients from asking.

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace libnet::inline v0::engine {

/// Bounds of a QuestionQueue.
struct QuestionQueueOptions {
    /// Questions under way that may still be answered soon. More would overflow a name server's socket buffer (Linux
    /// keeps about 190 questions by default), and each question lost there is asked again seconds later.
    std::size_t max_quick = 128;
    std::size_t max_quick_per_client = 96;
    /// How long a question counts as one that may be answered soon. After that it isn't in that buffer any more.
    std::chrono::milliseconds patience{25};
    /// Questions under way in all: each has an id of 16 bits, and some memory until the name server is given up.
    std::size_t max_under_way = 32'768;
    std::size_t max_under_way_per_client = 24'576;
};

/// Puts questions into an order that is fair to clients, without a resolver or a clock.
///
/// Clients take turns, one question each. Of one client's questions the newest and the oldest go out alternately: what
/// it asks now doesn't wait behind thousands that it asked before, and none of those waits without end. A client that
/// fills its share delays only itself, and questions without an answer make room after `patience`.
class QuestionQueue {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Id = std::uint64_t;

    explicit QuestionQueue(QuestionQueueOptions options = {}) : options_{options} {}

    /// A client wants this question asked; ids ascend. Another client may want the same: then it goes out when it is the
    /// turn of either. Nothing, if it is under way.
    void add(Id question, ClientKey client);

    /// No client wants it any more. False: it is under way, and `end` must follow.
    bool drop(Id question);

    /// The question to ask now, if there is one: call this until there is none, then wait.
    std::optional<Id> next(TimePoint now);

    /// When to call `next` again at the latest; empty: not before a question is added or ends.
    std::optional<TimePoint> deadline() const;

    /// The question that was under way has an answer, or never will.
    void end(Id question);

    std::size_t under_way() const noexcept { return under_way_; }

private:
    struct Client {
        std::set<Id> waiting;
        std::list<ClientKey>::iterator place;  ///< in `line_`, while something waits
        std::size_t quick = 0;
        std::size_t under_way = 0;
        bool newest_next = true;
    };
    struct Question {
        std::vector<ClientKey> clients;  ///< that want it; once it is under way, the one whose turn it was
        TimePoint quick_until{};
        bool under_way = false;
        bool quick = false;
    };
    struct Quick {
        TimePoint until;
        Id question;
    };

    bool may_ask() const noexcept { return quick_ < options_.max_quick && under_way_ < options_.max_under_way; }
    bool may_ask(const Client& client) const noexcept
    {
        return client.quick < options_.max_quick_per_client && client.under_way < options_.max_under_way_per_client;
    }
    Id take(Client& client);
    void withdraw(Id question, const std::vector<ClientKey>& clients);
    void begin(Id question, ClientKey client, TimePoint now);
    void lose_patience(TimePoint now);
    void end_quick(Question& question);
    void forget_idle(ClientKey client);

    QuestionQueueOptions options_;
    std::unordered_map<Id, Question> questions_;
    std::unordered_map<ClientKey, Client> clients_;
    std::list<ClientKey> line_;     ///< clients with questions that wait, the next one first
    std::deque<Quick> quick_ends_;  ///< the earliest first, some of them answered
    std::size_t quick_ = 0;
    std::size_t under_way_ = 0;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/dns/question_queue.ipp>
#endif
