#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_field_section.hpp>

namespace libnet::inline v0::wire {

LIBNETXX_DECL bool HttpFieldSection::read(HttpScanner& scanner, std::string_view text, std::size_t max_fields,
                                          HttpFields& fields)
{
    for (;;) {
        switch (part_) {
        case Part::line:
            if (scanner.at() == text.size()) return false;
            if (text[scanner.at()] == '\r') {
                scanner.skip();
                part_ = Part::last_line_end;
                break;
            }
            if (text[scanner.at()] == ' ' || text[scanner.at()] == '\t') return scanner.refuse(HttpError::folded_field);
            if (fields.size() == max_fields) return scanner.refuse(HttpError::too_many_fields);
            part_ = Part::name;
            [[fallthrough]];
        case Part::name:
            if (!scanner.read(text, CharClass::token, ':', HttpError::bad_field_name, field_.name)) return false;
            part_ = Part::value;
            [[fallthrough]];
        case Part::value:
            if (!scanner.read_any(text, CharClass::field_value, '\r', HttpError::bad_field_value, field_.value))
                return false;
            part_ = Part::line_end;
            [[fallthrough]];
        case Part::line_end:
            if (!scanner.read_line_feed(text)) return false;
            fields.add(field_.name, base::trim(field_.value));
            part_ = Part::line;
            break;
        case Part::last_line_end:
            return scanner.read_line_feed(text);
        }
    }
}

}  // namespace libnet::inline v0::wire
