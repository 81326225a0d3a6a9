#pragma once
// What an exception says to people.

#include <boost/system/system_error.hpp>

#include <exception>
#include <string>

namespace libnet::inline v0::io {

namespace detail {

/// Null: it is none.
inline const boost::system::system_error* as_system_error(const std::exception& error) noexcept
{
#if defined(__GXX_RTTI)
    return dynamic_cast<const boost::system::system_error*>(&error);
#else
    // Only a handler tells types apart then, those of the exception that is being handled.
    if (!std::current_exception()) return nullptr;
    try {
        throw;
    } catch (const boost::system::system_error& handled) {
        return &handled == &error ? &handled : nullptr;
    } catch (...) {
        return nullptr;
    }
#endif
}

}  // namespace detail

/// What an exception says, without the category, number and source position that Boost appends for developers.
inline std::string reason_of(const std::exception& error)
{
    std::string text = error.what();
    const auto* system = detail::as_system_error(error);
    if (system == nullptr) return text;
    const auto details = system->code().what();
    if (text.ends_with(details)) text.replace(text.size() - details.size(), details.size(), system->code().message());
    return text;
}

}  // namespace libnet::inline v0::io
