#pragma once
// The field lines of a head or of a trailer section, up to the empty line that ends them: RFC 9112 section 5.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::wire {

/// Reads a section in as many calls as it comes in.
class HttpFieldSection {
public:
    /// Reads on from where the scanner stands, and adds each field to `fields` when its line is complete. True: the
    /// empty line has been read. False: as HttpScanner says.
    bool read(HttpScanner& scanner, std::string_view text, std::size_t max_fields, HttpFields& fields);

private:
    enum class Part : std::uint8_t { line, name, value, line_end, last_line_end };

    Part part_ = Part::line;
    HttpField field_;  // of the line that is being read
};

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_field_section.ipp>
#endif
