#pragma once
// What an exception says to people.

#include <boost/system/system_error.hpp>

#include <exception>
#include <string>

namespace libnet::inline v0::io {

/// What an exception says, without the category, number and source position that Boost appends for developers.
inline std::string reason_of(const std::exception& error)
{
    std::string text = error.what();
    const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
    if (system == nullptr) return text;
    const auto details = system->code().what();
    if (text.ends_with(details)) text.replace(text.size() - details.size(), details.size(), system->code().message());
    return text;
}

}  // namespace libnet::inline v0::io
