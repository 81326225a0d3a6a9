#pragma once
// Bodies of libnet/engine/query/node_queries.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/query/node_queries.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace libnet::inline v0::engine {

LIBNETXX_DECL NodeQueries::Action NodeQueries::next(TimePoint now)
{
    if (enough()) return action::Done{};
    const auto deadline = first_sent_ && options_.deadline ? *first_sent_ + *options_.deadline : TimePoint::max();
    if (now >= deadline) return action::Done{};
    const bool all_sent = options_.count != 0 && numbers_.sent >= options_.count && !options_.deadline;
    if (all_sent) {
        const auto wait = numbers_.received == 0 ? options_.linger : options_.interval;
        if (now - *last_sent_ >= wait) return action::Done{};
        return action::WaitUntil{*last_sent_ + wait};
    }
    if (last_sent_ && now - *last_sent_ < options_.interval)
        return action::WaitUntil{std::min(*last_sent_ + options_.interval, deadline)};
    if (!first_sent_) first_sent_ = now;
    last_sent_ = now;
    numbers_.sending = *last_sent_ - *first_sent_;
    answered_->reset(++numbers_.sent % window);
    return action::Send<Query>{{numbers_.sent, nonce_of(numbers_.sent)}};
}

LIBNETXX_DECL std::optional<NodeQueries::Match> NodeQueries::on_reply(const wire::NodeNonce& nonce)
{
    const auto sequence = sequence_of(nonce);
    if (!sequence) return std::nullopt;
    const bool first = !answered_->test(*sequence % window);
    answered_->set(*sequence % window);
    ++(first ? numbers_.received : numbers_.duplicates);
    return Match{*sequence, first};
}

LIBNETXX_DECL std::optional<std::uint64_t> NodeQueries::on_error(const wire::NodeNonce& nonce)
{
    const auto sequence = sequence_of(nonce);
    if (sequence) ++numbers_.errors;
    return sequence;
}

LIBNETXX_DECL wire::NodeNonce NodeQueries::nonce_of(std::uint64_t sequence) const
{
    std::array<std::byte, sizeof sequence> octets;
    base::store_be(std::span<std::byte>{octets}, 0, sequence);
    const auto hash = base::siphash(options_.key, octets);
    wire::NodeNonce nonce;
    base::store_be(std::span<std::byte>{nonce}, 0, hash);
    base::store_be(std::span<std::byte>{nonce}, 0, static_cast<std::uint16_t>(sequence));
    return nonce;
}

/// The last query with this low half, if the rest fits it.
LIBNETXX_DECL std::optional<std::uint64_t> NodeQueries::sequence_of(const wire::NodeNonce& nonce) const
{
    const std::uint64_t low = base::load_be<std::uint16_t>(nonce, 0);
    const std::uint64_t behind = (numbers_.sent - low) % window;
    if (behind >= numbers_.sent) return std::nullopt;  // no such query yet: the first one has 1
    const auto sequence = numbers_.sent - behind;
    return nonce == nonce_of(sequence) ? std::optional{sequence} : std::nullopt;
}

}  // namespace libnet::inline v0::engine
