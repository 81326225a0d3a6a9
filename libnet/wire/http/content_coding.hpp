#pragma once
// Content codings, and which of them a client takes: RFC 9110 sections 8.4.1 and 12.5.3.

#include <libnet/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>

namespace libnet::inline v0::wire {

/// The codings that are known here, the best first: of two that a client likes as much, the earlier one is chosen.
enum class ContentCoding : std::uint8_t {
    br,    ///< Brotli, RFC 7932
    zstd,  ///< Zstandard, RFC 8878
    gzip,  ///< RFC 1952
    identity,
};

/// The name in Content-Encoding; also of identity, which no Content-Encoding has.
std::string_view name_of(ContentCoding coding) noexcept;

/// What a precompressed file has behind the name of the plain one: ".br", ".zst", ".gz"; nothing for identity.
std::string_view suffix_of(ContentCoding coding) noexcept;

/// The name of the plain file whose precompressed one this is; a name without such a suffix, as it is.
std::string_view plain_name(std::string_view name) noexcept;

/// The codings that a client takes, the most wanted one first.
class AcceptedCodings {
public:
    /// Identity alone: what a client without Accept-Encoding gets. It takes anything, says the RFC; but those that
    /// don't say so often can't.
    AcceptedCodings() noexcept : AcceptedCodings{std::array<std::uint16_t, 4>{0, 0, 0, 1}} {}

    /// By weight in thousandths, in the order of ContentCoding; 0: never.
    explicit AcceptedCodings(const std::array<std::uint16_t, 4>& weights) noexcept;

    std::span<const ContentCoding> in_order() const& noexcept { return {codings_.data(), count_}; }
    void in_order() const&& = delete;  // the view would outlive what it shows

    friend bool operator==(const AcceptedCodings&, const AcceptedCodings&) = default;

private:
    std::array<ContentCoding, 4> codings_{};
    std::uint8_t count_ = 0;
};

/// Reads the value of an Accept-Encoding field; several lines are joined with a comma. An empty one accepts identity
/// alone. Identity is acceptable, after all others, unless "identity;q=0" or "*;q=0" says otherwise. What is no
/// coding with a weight is passed over, and so are codings that are unknown here.
AcceptedCodings read_accept_encoding(std::string_view field) noexcept;

/// Reads a weight: "q=0.5" as 500 (RFC 9110 section 12.4.2). Anything else is 0, "not acceptable".
std::uint16_t read_weight(std::string_view parameter) noexcept;

std::ostream& operator<<(std::ostream& out, const AcceptedCodings& accepted);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/content_coding.ipp>
#endif
