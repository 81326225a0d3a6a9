#pragma once
// Why a program can't listen at a place, and what would do.
//
//   throw apps::CannotListen{error, place, "admin"};   // "cannot listen on PLACE: Address already in use: choose another --admin..."

#include <libnet/io/loop/reason_of.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace libnet::apps {

namespace detail {

/// What would do at the path of a Unix socket, which `option` has named.
inline std::string hint_for_path(const std::string& path, const boost::system::error_code& failure,
                                 std::string_view option)
{
    if (failure != boost::asio::error::address_in_use) return {};
    std::error_code unknown;
    if (std::filesystem::symlink_status(path, unknown).type() != std::filesystem::file_type::socket)
        return fmt::format(": the file is no socket: give --{} another path, or remove the file", option);
    return fmt::format(": give --{} another path, or end the program that has it", option);
}

/// What would do at a place, which `option` has named.
inline std::string hint_for(const io::ListenPlace& place, const boost::system::error_code& failure,
                            std::string_view option)
{
    if (place.is_unix()) return hint_for_path(place.path, failure, option);
    if (failure == boost::asio::error::address_in_use)
        return fmt::format(": choose another --{}, or end the program that has it", option);
    if (failure == boost::asio::error::access_denied)
        return fmt::format(": a port below 1024 takes the capability CAP_NET_BIND_SERVICE: choose another --{}",
                           option);
    if (failure == boost::system::errc::address_not_available)
        return fmt::format(": this machine has no such {} address",
                           option == "port" ? "--bind" : "--" + std::string{option});
    return {};
}

}  // namespace detail

/// A place where a daemon can't listen, and what would do, in its words.
class CannotListen : public std::runtime_error {
public:
    /// `option` has named the place.
    CannotListen(const boost::system::system_error& failure, const io::ListenPlace& place, std::string_view option)
        : runtime_error{io::reason_of(failure) + detail::hint_for(place, failure.code(), option)},
          code_{failure.code()},
          why_{io::reason_of(failure)}
    {}

    const boost::system::error_code& code() const noexcept { return code_; }

    /// Without the hint.
    const std::string& why() const noexcept { return why_; }

private:
    boost::system::error_code code_;
    std::string why_;
};

}  // namespace libnet::apps
