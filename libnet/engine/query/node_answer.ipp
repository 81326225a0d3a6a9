#pragma once
// Bodies of libnet/engine/query/node_answer.hpp.

#include <libnet/base/printable.hpp>
#include <libnet/engine/query/node_answer.hpp>
#include <libnet/wire/icmp/icmp.hpp>

namespace libnet::inline v0 {

LIBNETXX_DECL std::string_view NodeQueryError::words() const noexcept
{
    return wire::icmp_words(wire::IpVersion::v6, type, code);
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeAnswer& answer)
{
    out << "answer to #" << answer.sequence << " from " << answer.from << ", code "
        << static_cast<unsigned>(answer.code);
    for (const auto& name : answer.names) out << ' ' << base::printable(name);
    for (const auto& address : answer.addresses) out << ' ' << address;
    return out << (answer.complete ? "" : " incomplete") << (answer.truncated ? " truncated" : "")
               << (answer.duplicate ? " duplicate" : "");
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeQueryError& error)
{
    return out << "error about #" << error.sequence << " from " << error.from << ": " << error.words();
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeQuerySendError& error)
{
    return out << "#" << error.sequence << " not sent: " << error.reason.message();
}

}  // namespace libnet::inline v0
