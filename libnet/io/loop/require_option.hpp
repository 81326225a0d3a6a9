#pragma once
// What a constructor says of an option that is out of its range.

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <type_traits>

namespace libnet::inline v0::io {

/// Throws `invalid_argument` with the option's name and its range in words, unless it is good.
inline void require_option(bool good, const char* name_and_range)
{
    if (!good) throw boost::system::system_error{boost::asio::error::invalid_argument, name_and_range};
}

/// The same for an enumeration whose values go from 0 to `last`.
template <typename Enum>
requires std::is_enum_v<Enum>
void require_option(Enum value, Enum last, const char* name)
{
    using Number = std::make_unsigned_t<std::underlying_type_t<Enum>>;
    require_option(static_cast<Number>(value) <= static_cast<Number>(last), name);
}

}  // namespace libnet::inline v0::io
