#pragma once
// Bodies of libnet/engine/query/interface_query.hpp.

#include <libnet/engine/query/interface_query.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL InterfaceQuery::InterfaceQuery(asio::ip::address target, InterfaceId interface, InterfacePlace place,
                                             InterfaceQueryOptions options)
    : options_{options},
      interface_{std::move(interface)},
      place_{place}
{
    result_.address = std::move(target);
    encode(0, 0, form_);  // throws
}

LIBNETXX_DECL InterfaceAction InterfaceQuery::next(TimePoint now)
{
    if (done_) return interface_action::Done{};
    if (attempts_ > 0 && now < deadline_) return interface_action::WaitUntil{deadline_};
    if (attempts_ == options_.attempts) {
        done_ = true;
        return interface_action::Done{};
    }
    ++attempts_;
    deadline_ = now + options_.timeout;
    questions_.push_back({now, form_});
    result_.probes = static_cast<std::uint32_t>(questions_.size());
    return interface_action::Send{{last_sequence(), form_}};
}

LIBNETXX_DECL void InterfaceQuery::on_reply(const asio::ip::address& from, const wire::ExtendedEchoReply& reply,
                                            TimePoint received)
{
    Question* question = open_question(from, reply.sequence);
    if (question == nullptr || !is_ours(reply.payload, question->form)) return;
    question->answered = true;
    const bool padded = question->form == wire::NameForm::padded;
    if (reply.code == InterfaceCode::malformed_query && padded && can_leave_padding_out()) {
        if (form_ == wire::NameForm::exact) return;  // asked so already: one of several padded questions
        form_ = wire::NameForm::exact;
        attempts_ = 0;
        return;
    }
    result_.outcome = InterfaceState::Outcome::answered;
    result_.code = reply.code;
    result_.neighbour = reply.neighbour;
    result_.active = reply.active;
    result_.ipv4 = reply.ipv4;
    result_.ipv6 = reply.ipv6;
    result_.rtt = received - question->sent;
    done_ = true;
}

LIBNETXX_DECL void InterfaceQuery::on_error(const asio::ip::address& destination, std::uint8_t sequence,
                                            InterfaceError error)
{
    if (!wire::icmp_means_dropped(wire::version_of(result_.address), error.type)) return;
    if (open_question(destination, sequence) == nullptr) return;
    result_.outcome = InterfaceState::Outcome::unreachable;
    result_.error = std::move(error);
    done_ = true;
}

LIBNETXX_DECL std::vector<std::byte> InterfaceQuery::question(std::uint16_t identifier) const
{
    return encode(identifier, last_sequence(), form_);
}

LIBNETXX_DECL InterfaceQuery::Question* InterfaceQuery::open_question(const asio::ip::address& whom,
                                                                      std::uint8_t sequence)
{
    const auto index = static_cast<std::uint8_t>(sequence - options_.first_sequence);
    if (done_ || whom != result_.address || index >= questions_.size() || questions_[index].answered) return nullptr;
    return &questions_[index];
}

LIBNETXX_DECL std::vector<std::byte> InterfaceQuery::encode(std::uint16_t identifier, std::uint8_t sequence,
                                                            wire::NameForm form) const
{
    return encode_extended_echo_request(wire::version_of(result_.address), {identifier, sequence, place_, interface_},
                                        form);
}

LIBNETXX_DECL bool InterfaceQuery::is_ours(std::span<const std::byte> extensions, wire::NameForm form) const
{
    if (extensions.empty()) return true;
    const auto message = encode(0, 0, form);
    return std::ranges::equal(extensions, std::span{message}.subspan(wire::icmp_header_size));
}

LIBNETXX_DECL bool InterfaceQuery::can_leave_padding_out() const
{
    const auto* name = std::get_if<std::string>(&interface_);
    return name != nullptr && name->size() % 4 != 0;
}

LIBNETXX_DECL std::uint8_t InterfaceQuery::last_sequence() const
{
    return static_cast<std::uint8_t>(options_.first_sequence + questions_.size() - 1);
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const InterfaceQuestion& question)
{
    return out << '#' << unsigned{question.sequence} << (question.form == wire::NameForm::padded ? "" : ", exact");
}

}  // namespace libnet::inline v0::engine
