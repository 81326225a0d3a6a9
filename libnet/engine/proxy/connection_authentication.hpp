#pragma once
// Authentication of a connection instead of a request: RFC 4559 section 6.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <string_view>

namespace libnet::inline v0::engine {

/// Whether one of the fields of this name speaks of a scheme that authenticates the whole connection (NTLM, Negotiate):
/// `Authorization` of a request, `WWW-Authenticate` of its answer.
///
/// What goes over such a connection afterwards is done in the name of who has authenticated: it must never be another
/// client's. Any list member that begins with the scheme's name counts; one too many costs a connection and no more.
inline bool authenticates_connection(const wire::HttpFields& fields, std::string_view name)
{
    bool found = false;
    wire::for_each_item(fields, name, [&found](std::string_view item) {
        const auto scheme = item.substr(0, item.find_first_of(" \t"));
        found = found || base::iequals(scheme, "NTLM") || base::iequals(scheme, "Negotiate");
    });
    return found;
}

}  // namespace libnet::inline v0::engine
