#pragma once
// The name of a network interface.

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace libnet::inline v0 {

/// The name of an interface of this host, such as "eth0": at most 15 octets (IFNAMSIZ of netdevice(7)). Empty: none.
///
/// It owns no memory. So options that hold one may be written out in a statement with `co_await`, where g++ 12 destroys a
/// temporary that holds a `std::string` twice.
class InterfaceName {
public:
    static constexpr std::size_t max_size = 15;  ///< octets

    constexpr InterfaceName() noexcept = default;

    /// Throws `boost::system::system_error`, `invalid_argument`, for a name that is too long or has a NUL in it.
    constexpr InterfaceName(std::string_view name)
    {
        if (name.size() > max_size || name.find('\0') != name.npos) refuse();
        for (const char octet : name) octets_[size_++] = octet;
    }
    constexpr InterfaceName(const char* name) : InterfaceName{std::string_view{name}} {}  ///< the same
    InterfaceName(const std::string& name) : InterfaceName{std::string_view{name}} {}     ///< the same

    constexpr bool empty() const noexcept { return size_ == 0; }                          ///< it names none
    constexpr std::string_view view() const noexcept { return {octets_.data(), size_}; }  ///< of this object's octets
    std::string str() const { return std::string{view()}; }                               ///< a copy

    friend bool operator==(const InterfaceName&, const InterfaceName&) = default;
    friend std::ostream& operator<<(std::ostream& out, const InterfaceName& name) { return out << name.view(); }

private:
    [[noreturn]] static void refuse()
    {
        throw boost::system::system_error{EINVAL, boost::system::system_category(),
                                          "interface name (it has 1 to 15 octets)"};
    }

    std::array<char, max_size> octets_{};
    std::uint8_t size_ = 0;
};

static_assert(std::is_trivially_copyable_v<InterfaceName> && std::is_trivially_destructible_v<InterfaceName>);

}  // namespace libnet::inline v0
