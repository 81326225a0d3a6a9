#pragma once
// Names looked up for many clients, and remembered for a while: everything but the sending of questions.

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/dns/question_queue.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

/// Options of a NameLookups.
struct NameLookupOptions {
    std::size_t max_names = 4096;    ///< that are remembered; what was used least recently is forgotten first
    std::size_t max_addresses = 16;  ///< of one name, in each family; further ones are left out
    /// An answer is used again for as long as its records say (RFC 1035 section 3.2.1), but not longer than this. With a
    /// time to live of zero it serves those who wait for it, and no later question.
    std::chrono::seconds longest_life{3600};
    /// How long it is remembered that a name or its addresses don't exist. The time that the zone gives (RFC 2308
    /// section 5) doesn't come with c-ares' answer, so this is short.
    std::chrono::seconds negative_life{10};
    /// How long a failed question is remembered (RFC 9520 section 3.2).
    std::chrono::seconds failure_life{1};
    /// How long the addresses of one family wait for those of the other: RFC 8305 section 3 recommends 50 ms.
    std::chrono::milliseconds resolution_delay{50};
    QuestionQueueOptions questions{};
};

/// What a name has come to.
struct NameOutcome {
    std::vector<boost::asio::ip::address> addresses;  ///< IPv6 before IPv4; empty: see `error`
    boost::system::error_code error;                  ///< why there are none, as `io::Resolver` has it
    bool complete = true;                             ///< false: the other family's answer is late, and may come yet
};

/// Decides for any number of names and clients what is asked, who is told what, and what is remembered.
///
/// A name's two address families are two questions; however many clients wait for a name, each is asked once. The
/// answer serves all of them, and those who ask later, for as long as it lives. A question goes out when it is its turn
/// (see QuestionQueue); one that no client waits for any more before that is not asked at all. What is under way can't
/// be taken back, and its answer is remembered.
class NameLookups {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Question = QuestionQueue::Id;
    using Ticket = std::uint64_t;

    enum class Family : std::uint8_t { ipv6, ipv4 };

    /// What a client waits for.
    enum class Wish : std::uint8_t {
        usable,    ///< addresses to begin with: those of one family, if the other's are late
        complete,  ///< all addresses
    };

    /// Why a question has no answer. Of a name's two failures the greater one says more.
    enum class Failure : std::uint8_t {
        no_address,  ///< the name exists, without an address of this family
        passing,     ///< no server could be asked, or none knew
        no_name,     ///< there is no such name
    };

    /// Ask the name servers for the addresses of this name, and report the outcome under this number.
    struct Ask {
        Question question;
        std::string name;
        Family family;
        friend bool operator==(const Ask&, const Ask&) = default;
    };
    /// Tell who holds this ticket, which is void from now on.
    struct Tell {
        Ticket ticket;
        NameOutcome outcome;
    };
    using Action = std::variant<Ask, Tell>;

    explicit NameLookups(NameLookupOptions options = {}) : options_{options}, queue_{options.questions} {}

    /// A client wants the addresses of a name.
    Ticket ask(std::string_view name, ClientKey client, Wish wish, TimePoint now);

    /// It doesn't want them any more.
    void leave(Ticket ticket);

    /// What to do now: call this until there is nothing, then wait.
    std::optional<Action> next(TimePoint now);

    /// When to call `next` again at the latest; empty: not before something happens.
    std::optional<TimePoint> deadline() const;

    /// The question has these addresses, best first; `ttl` empty: they always hold.
    void on_answer(Question question, std::vector<boost::asio::ip::address> addresses,
                   std::optional<std::chrono::seconds> ttl, TimePoint now);
    void on_failure(Question question, boost::system::error_code error, Failure why, TimePoint now);

    /// Whether the name of this question is known to have no address of the other family.
    bool other_has_none(Question question) const;

    /// Names that are remembered or looked up.
    std::size_t size() const noexcept { return names_.size(); }

    /// Questions without an answer yet, and some of the names that they are about, each once.
    std::size_t open_questions() const noexcept { return questions_.size(); }
    std::vector<std::string> open_names(std::size_t most) const;

private:
    enum class State : std::uint8_t { unknown, waiting, under_way, answered, failed };

    /// What is known of one family's addresses.
    struct Answer {
        State state = State::unknown;
        Failure failure = Failure::no_address;
        Question question = 0;  ///< while waiting or under way
        std::vector<boost::asio::ip::address> addresses;
        boost::system::error_code error;
        TimePoint since{};  ///< answered or failed
        TimePoint until{};

        bool settled() const noexcept { return state == State::answered || state == State::failed; }
    };
    struct Waiter {
        Ticket ticket;
        Wish wish;
    };
    struct Name;
    using Names = std::map<std::string, Name, std::less<>>;
    using Entry = Names::iterator;
    struct Name {
        std::array<Answer, 2> answers;  ///< by Family
        std::vector<Waiter> waiters;
        std::optional<TimePoint> usable_at;  ///< in `delayed_`
        bool idle = false;                   ///< in `idle_`
        std::list<Entry>::iterator place;
    };
    struct OlderEntry {
        bool operator()(const std::pair<TimePoint, Entry>& a, const std::pair<TimePoint, Entry>& b) const
        {
            return a.first != b.first ? a.first < b.first : a.second->first < b.second->first;
        }
    };

    Entry entry_of(std::string_view name);
    void want(Entry entry, Family family, ClientKey client);
    Answer* end_question(Question question, Entry& entry);
    void settle(Entry entry, TimePoint now);
    void tell_all(Entry entry, bool complete);
    void tell_usable(Entry entry);
    std::optional<TimePoint> usable_at(const Name& name) const;
    void delay(Entry entry, std::optional<TimePoint> until);
    void rest(Entry entry);
    static NameOutcome outcome_of(const Name& name);

    NameLookupOptions options_;
    QuestionQueue queue_;
    Names names_;  // ordered, not hashed: a client that chooses names can't choose ones that collide
    std::unordered_map<Question, std::pair<Entry, Family>> questions_;
    std::unordered_map<Ticket, Entry> tickets_;
    std::set<std::pair<TimePoint, Entry>, OlderEntry> delayed_;  // half answered, the first to be usable first
    std::list<Entry> idle_;                                      // only remembered, the least recently used first
    std::deque<Tell> told_;
    Question last_question_ = 0;
    Ticket last_ticket_ = 0;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/dns/name_lookups.ipp>
#endif
