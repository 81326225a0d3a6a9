#pragma once
// The origins of addresses that are known, and which of the others have to be asked for: once for each prefix.

#include <libnet/config.hpp>
#include <libnet/wire/dns/address_origin.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace libnet::inline v0::engine {

/// Remembers origins by their prefixes.
///
/// An address is asked for if it is in no prefix that is known, and none of its neighbours (the same /24, or /48 of IPv6: the
/// longest prefixes that are announced) is or was asked for. So a provider's routers cost few questions.
///
/// Memory: at most 4,096 neighbourhoods and prefixes; what comes later has no origin.
class OriginLookups {
public:
    using Address = boost::asio::ip::address;

    /// What to ask for this address; nothing: it is known, asked for already, or not to be asked for.
    std::optional<std::string> look_up(const Address& address);

    /// The TXT records that the question for this address brought; none: it failed.
    void on_answer(const Address& address, std::span<const std::string> records);

    /// The origin, where it is known.
    const wire::AddressOrigin* find(const Address& address) const;

    /// It makes no sense to wait for the origin (any more).
    bool is_settled(const Address& address) const;

private:
    static Address neighbourhood_of(const Address& address);

    static constexpr std::size_t most = 4096;
    std::map<Address, bool> asked_;  ///< neighbourhoods, and whether there was an answer
    std::vector<wire::AddressOrigin> known_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/dns/origin_lookups.ipp>
#endif
