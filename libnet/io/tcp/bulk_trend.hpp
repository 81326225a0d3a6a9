#pragma once
// Whether much goes one way, so that it pays to splice it.

#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::io {

/// One direction of a tunnel, judged by what each reception brings. A direction is bulk once four in a row have filled all
/// the room there was, and is so until eight in a row have not.
///
/// To splice small pieces costs more than to copy them: two calls for a few bytes, and one more to learn that there is
/// nothing left.
class BulkTrend {
public:
    bool is_bulk() const noexcept { return bulk_; }

    /// `size` bytes came; a copying reception has room for `room`.
    void received(std::size_t size, std::size_t room) noexcept
    {
        if (given_up_) return;
        const bool is_like_before = (size >= room) == bulk_;
        against_ = is_like_before ? std::uint8_t{0} : static_cast<std::uint8_t>(against_ + 1);
        if (against_ < (bulk_ ? small_ones : full_ones)) return;
        bulk_ = !bulk_;
        against_ = 0;
    }

    /// As if nothing had come yet.
    void begin_anew() noexcept
    {
        bulk_ = false;
        against_ = 0;
    }

    /// It is never bulk again.
    void give_up() noexcept
    {
        begin_anew();
        given_up_ = true;
    }

private:
    static constexpr std::uint8_t full_ones = 4, small_ones = 8;

    std::uint8_t against_ = 0;  // receptions in a row that speak for the other judgement
    bool bulk_ = false;
    bool given_up_ = false;
};

}  // namespace libnet::inline v0::io
