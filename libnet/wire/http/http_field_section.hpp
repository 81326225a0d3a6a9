#pragma once
// The field lines of a head or of a trailer section, up to the empty line that ends them: RFC 9112 section 5.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_repair.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// Reads a section in as many calls as it comes in.
///
/// What of a faulty section is repaired, where the leniency allows it, and what is refused all the same because two
/// readers could find different ends of the message in it:
///
///  - white space before a colon is removed. In a framing field that is noted, see HttpRepairs::framing.
///  - a folded value goes on, unless the field is a framing field, or the line begins like one, or has nothing but white
///    space (some readers take that for the end of the head), or is the first one (RFC 9112 section 2.2).
///  - an LF alone ends a line. Where other lines of the same head end with CRLF, a reader that wants CRLF must find
///    the same framing: such an LF may stand neither before nor behind a framing field, nor at the end of the head.
class HttpFieldSection {
public:
    explicit HttpFieldSection(HttpLeniency leniency = {}) noexcept : leniency_{leniency} {}

    /// Reads on from where the scanner stands, and adds each field to `fields` when its line is complete. True: the
    /// empty line has been read. False: as HttpScanner says.
    ///
    /// Folded values are views over their line breaks, which `unfold` removes.
    bool read(HttpScanner& scanner, std::string_view text, std::size_t max_fields, HttpFields& fields);

    /// What has been repaired, or, of folded values, is left to `unfold`.
    const HttpRepairs& repairs() const noexcept { return repairs_; }

private:
    enum class Part : std::uint8_t { line, name, colon, value, line_end, last_line_end };

    // Each reads on as `read` does, and sets `part_` when it returns true.
    bool begin_line(HttpScanner& scanner, std::string_view text, std::size_t max_fields, const HttpFields& fields);
    bool begin_fold(HttpScanner& scanner, const HttpFields& fields);
    bool read_name(HttpScanner& scanner, std::string_view text);
    bool read_colon(HttpScanner& scanner, std::string_view text);
    bool read_value(HttpScanner& scanner, std::string_view text);
    bool end_line(HttpScanner& scanner, std::string_view text, HttpFields& fields);
    bool end_section(HttpScanner& scanner, std::string_view text);

    HttpLeniency leniency_;
    Part part_ = Part::line;
    HttpField field_;           // of the line that is being read; of a fold, what the line adds to the value
    std::size_t value_at_ = 0;  // where in the text the value begins: in this line, or in the one that it continues
    bool is_fold_ = false;      // this line continues the value of the one before
    bool follows_line_feed_ = false;  // the line before ended with an LF alone
    bool line_feed_beside_framing_ = false;
    HttpRepairs repairs_;
};

/// Replaces folded values by copies with spaces for the line breaks. The copies are in `storage`, which loses what was in
/// it, and has to live as long as the fields are used.
void unfold(HttpFields& fields, std::vector<char>& storage);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_field_section.ipp>
#endif
