#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_field_section.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

LIBNETXX_DECL bool HttpFieldSection::read(HttpScanner& scanner, std::string_view text, std::size_t max_fields,
                                          HttpFields& fields)
{
    for (;;) {
        switch (part_) {
        case Part::line:
            if (!begin_line(scanner, text, max_fields, fields)) return false;
            break;
        case Part::name:
            if (!read_name(scanner, text)) return false;
            break;
        case Part::colon:
            if (!read_colon(scanner, text)) return false;
            break;
        case Part::value:
            if (!read_value(scanner, text)) return false;
            [[fallthrough]];
        case Part::line_end:
            if (!end_line(scanner, text, fields)) return false;
            break;
        case Part::last_line_end:
            return end_section(scanner, text);
        }
    }
}

LIBNETXX_DECL bool HttpFieldSection::begin_line(HttpScanner& scanner, std::string_view text, std::size_t max_fields,
                                                const HttpFields& fields)
{
    if (scanner.at() == text.size()) return false;
    const char c = scanner.peek(text);
    if (c == '\r' || (c == '\n' && leniency_.line_feeds)) {
        if (c == '\r') scanner.skip();
        part_ = Part::last_line_end;
        return true;
    }
    if (c == ' ' || c == '\t') return begin_fold(scanner, fields);
    if (fields.size() == max_fields) return scanner.refuse(HttpError::too_many_fields);
    is_fold_ = false;
    follows_line_feed_ = scanner.line_ends().last == LineEnds::Kind::bare;
    part_ = Part::name;
    return true;
}

LIBNETXX_DECL bool HttpFieldSection::begin_fold(HttpScanner& scanner, const HttpFields& fields)
{
    if (!leniency_.folds || fields.empty() || frames_message(field_.name))
        return scanner.refuse(HttpError::folded_field);
    is_fold_ = true;
    part_ = Part::value;
    return true;
}

LIBNETXX_DECL bool HttpFieldSection::read_name(HttpScanner& scanner, std::string_view text)
{
    if (!scanner.read_run(text, CharClass::token, field_.name)) return false;
    const char c = scanner.peek(text);
    const bool is_padded = leniency_.colons && (c == ' ' || c == '\t');
    if (field_.name.empty() || (c != ':' && !is_padded))
        return scanner.refuse(c == '\n' ? HttpError::bare_line_end : HttpError::bad_field_name);
    scanner.skip();
    value_at_ = scanner.at();
    part_ = is_padded ? Part::colon : Part::value;
    return true;
}

LIBNETXX_DECL bool HttpFieldSection::read_colon(HttpScanner& scanner, std::string_view text)
{
    while (scanner.at() < text.size() && (scanner.peek(text) == ' ' || scanner.peek(text) == '\t')) scanner.skip();
    if (scanner.at() == text.size()) return false;
    const char c = scanner.peek(text);
    if (c != ':') return scanner.refuse(c == '\n' ? HttpError::bare_line_end : HttpError::bad_field_name);
    repairs_.colons = true;
    repairs_.framing = repairs_.framing || frames_message(field_.name);
    scanner.skip();
    value_at_ = scanner.at();
    part_ = Part::value;
    return true;
}

LIBNETXX_DECL bool HttpFieldSection::read_value(HttpScanner& scanner, std::string_view text)
{
    if (!scanner.read_run(text, CharClass::field_value, field_.value)) return false;
    const char c = scanner.peek(text);
    if (c == '\n' && !leniency_.line_feeds) return scanner.refuse(HttpError::bare_line_end);
    if (c != '\r' && c != '\n') return scanner.refuse(HttpError::bad_field_value);
    if (c == '\r') scanner.skip();
    part_ = Part::line_end;
    return true;
}

/// The line's CR, if it has one, has been read.
LIBNETXX_DECL bool HttpFieldSection::end_line(HttpScanner& scanner, std::string_view text, HttpFields& fields)
{
    const bool has_cr = scanner.at() > 0 && text[scanner.at() - 1] == '\r';
    const auto value_end = scanner.at() - (has_cr ? 1 : 0);
    if (has_cr && !scanner.read_line_feed(text)) return false;
    if (!has_cr) scanner.skip_bare_line_feed();

    part_ = Part::line;
    if (is_fold_) {
        const auto added = base::trim(field_.value);
        if (added.empty() || frames_message(base::trim(added.substr(0, added.find(':')))))
            return scanner.refuse(HttpError::folded_field);
        repairs_.folds = true;
        fields.replace_value(fields.size() - 1, base::trim(text.substr(value_at_, value_end - value_at_)));
        return true;
    }
    const bool touches_line_feed = !has_cr || follows_line_feed_;
    if (touches_line_feed && frames_message(field_.name)) line_feed_beside_framing_ = true;
    fields.add(field_.name, base::trim(field_.value));
    return true;
}

LIBNETXX_DECL bool HttpFieldSection::end_section(HttpScanner& scanner, std::string_view text)
{
    const bool has_cr = scanner.at() > 0 && text[scanner.at() - 1] == '\r';
    if (has_cr && !scanner.read_line_feed(text)) return false;
    if (!has_cr) scanner.skip_bare_line_feed();

    const auto& ends = scanner.line_ends();
    if (!ends.any_bare) return true;
    const bool ends_bare = ends.last == LineEnds::Kind::bare || ends.before_last == LineEnds::Kind::bare;
    if (ends.any_crlf && (line_feed_beside_framing_ || ends_bare)) return scanner.refuse(HttpError::bare_line_end);
    repairs_.line_feeds = repairs_.framing = true;
    return true;
}

LIBNETXX_DECL void unfold(HttpFields& fields, std::vector<char>& storage)
{
    const auto is_break = [](char c) { return c == '\r' || c == '\n'; };
    const auto is_folded = [](const HttpField& field) { return field.value.find('\n') != field.value.npos; };
    std::size_t size = 0;
    for (const auto& field : fields) size += is_folded(field) ? field.value.size() : 0;
    storage.resize(size);
    auto* to = storage.data();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto field = fields.begin()[static_cast<std::ptrdiff_t>(i)];
        if (!is_folded(field)) continue;
        std::ranges::replace_copy_if(field.value, to, is_break, ' ');
        // The first line may have had nothing: what was its end is white space in front now.
        fields.replace_value(i, base::trim({to, field.value.size()}));
        to += field.value.size();
    }
}

}  // namespace libnet::inline v0::wire
