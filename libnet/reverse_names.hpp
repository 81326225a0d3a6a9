#pragma once
// The names of addresses, for people to read.

#include <libnet/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
class ReverseNamesState;
}

/// Options of ReverseNames.
struct ReverseNamesOptions {
    std::chrono::milliseconds patience{1500};  ///< after which no name is waited for any more; more than 0
    unsigned tries = 1;                        ///< rounds through the name servers, `patience` for the first one

    /// Called on the executor whenever another name is known, or known not to come. It must not throw.
    std::function<void()> on_settled{};

    std::vector<boost::asio::ip::udp::endpoint> servers{};  ///< name servers; empty: the system's
};

/// Looks the names of addresses up, each once, while something else goes on. A name is an extra: nothing waits for it
/// longer than `patience`, so that a silent name server costs that long once, and not once an address.
///
///     ReverseNames names{executor};
///     names.look_up(hop.from);
///     ...
///     std::cout << names.find(hop.from).value_or("?");
///
/// A name is a claim of whoever owns the address, and may be wrong; it is a host name in any case, without control
/// characters. What is found is kept until the object is destroyed: some 200 octets for each address. One object belongs
/// to the thread of its executor; destroying it ends its questions.
class ReverseNames {
public:
    /// Reads the system's resolver configuration. Throws `boost::system::system_error`: `invalid_argument` for a
    /// `patience` of zero or less, or what the configuration's reading reports.
    explicit ReverseNames(boost::asio::any_io_executor executor, ReverseNamesOptions options = {});
    ~ReverseNames();
    ReverseNames(ReverseNames&&) noexcept;
    ReverseNames& operator=(ReverseNames&&) noexcept;

    /// Looks an address up, unless that was done before.
    void look_up(const boost::asio::ip::address& address);

    /// Whether it makes no sense to wait for the name (any more): it is known, doesn't come, or wasn't asked for.
    bool is_settled(const boost::asio::ip::address& address) const;

    /// The name, where one is known.
    std::optional<std::string> find(const boost::asio::ip::address& address) const;

private:
    std::shared_ptr<detail::ReverseNamesState> state_;  ///< its questions share it weakly
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/dns/reverse_names.ipp>
#endif
