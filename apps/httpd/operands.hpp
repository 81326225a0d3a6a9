#pragma once
// What people write behind httpd++ that is no ROOT, as other file servers have it: a port.

#include <apps/common/option_values.hpp>
#include <libnet/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace libnet::apps {

/// What is wrong with the operands, of which there are one or two; nothing: they are one ROOT.
inline std::optional<std::string> mistaken_operand(const std::vector<std::string>& operands)
{
    const auto is_port = [](const std::string& text) {
        std::error_code failed;
        return base::parse_number<std::uint16_t>(text).has_value() && !std::filesystem::exists(text, failed);
    };
    const auto port = std::ranges::find_if(operands, is_port);
    if (port != operands.end()) return fmt::format("'{}' is no directory: for a port, give --port {}", *port, *port);
    if (operands.size() > 1)
        return fmt::format("unexpected operand '{}': try 'httpd++ --help'", printable(operands.back()));
    return std::nullopt;
}

}  // namespace libnet::apps
