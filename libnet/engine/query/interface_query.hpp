#pragma once
// Asking a node about an interface (RFC 8335), decided without a socket or a clock.

#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/engine/query/interface_state.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

struct InterfaceQueryOptions {
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};  ///< how long one question waits for its answer
    std::uint32_t attempts = 3;       ///< questions without an answer until we give up: 1 to 100
    std::uint8_t first_sequence = 0;  ///< random: an attacker has to guess it
};

/// A question: what `InterfaceQuery::question` makes.
struct InterfaceQuestion {
    std::uint8_t sequence = 0;
    wire::NameForm form = wire::NameForm::padded;
    friend bool operator==(const InterfaceQuestion&, const InterfaceQuestion&) = default;
};

/// What the caller must do next: see engine/action.hpp. When it is done, see InterfaceQuery::result.
namespace interface_action {
using Send = action::Send<InterfaceQuestion>;
using action::Done, action::TimePoint, action::WaitUntil;
}  // namespace interface_action

using InterfaceAction = std::variant<interface_action::Send, interface_action::WaitUntil, interface_action::Done>;

/// Asks up to `attempts` times, and takes the first answer to any of the questions.
///
/// Names are sent with their padding first, as RFC 8335 says; where the node calls that malformed, as Linux does with
/// names of 13 to 15 octets, it is asked once more, with the padding left out of the length.
///
/// An answer counts when it comes from the target to a question of ours; its extensions, which many nodes leave out,
/// must be ours, too. RFC 8335 gives it no room for a cookie: beside the address it has the identifier and the
/// sequence, 24 bits, that an attacker who isn't on the path has to guess.
class InterfaceQuery {
public:
    using TimePoint = interface_action::TimePoint;

    /// Throws `std::length_error` for a name that is empty or longer than 255 octets.
    InterfaceQuery(asio::ip::address target, InterfaceId interface, InterfacePlace place,
                   InterfaceQueryOptions options);

    InterfaceAction next(TimePoint now);

    void on_reply(const asio::ip::address& from, const wire::ExtendedEchoReply& reply, TimePoint received);

    /// An ICMP error came about the question with this sequence.
    void on_error(const asio::ip::address& destination, std::uint8_t sequence, InterfaceError error);

    /// The question of the last `Send`.
    std::vector<std::byte> question(std::uint16_t identifier) const;

    const InterfaceState& result() const noexcept { return result_; }

private:
    struct Question {
        TimePoint sent{};
        wire::NameForm form = wire::NameForm::padded;
        bool answered = false;
    };

    Question* open_question(const asio::ip::address& whom, std::uint8_t sequence);
    std::vector<std::byte> encode(std::uint16_t identifier, std::uint8_t sequence, wire::NameForm form) const;
    bool is_ours(std::span<const std::byte> extensions, wire::NameForm form) const;
    bool can_leave_padding_out() const;
    std::uint8_t last_sequence() const;

    InterfaceQueryOptions options_;
    InterfaceId interface_;
    InterfacePlace place_;
    InterfaceState result_;
    std::vector<Question> questions_;  ///< by their sequence, less the first one
    wire::NameForm form_ = wire::NameForm::padded;
    std::uint32_t attempts_ = 0;  ///< in this form
    TimePoint deadline_{};
    bool done_ = false;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const InterfaceQuestion& question);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/interface_query.ipp>
#endif
