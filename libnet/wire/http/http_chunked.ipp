#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace libnet::inline v0::wire {

namespace detail {

LIBNETXX_DECL bool take(std::string_view& text, char c) noexcept
{
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

/// Bad white space: allowed by the grammar, and sent by attackers only (RFC 9110 section 5.6.3).
LIBNETXX_DECL void skip_white_space(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

LIBNETXX_DECL bool take_token(std::string_view& text) noexcept
{
    const auto size = end_of_run(CharClass::token, text);
    text.remove_prefix(size);
    return size > 0;
}

/// A quoted-string, RFC 9110 section 5.6.4.
LIBNETXX_DECL bool take_quoted_string(std::string_view& text) noexcept
{
    if (!take(text, '"')) return false;
    while (!take(text, '"')) {
        take(text, '\\');
        if (text.empty() || !is(CharClass::field_value, text.front())) return false;
        text.remove_prefix(1);
    }
    return true;
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`, RFC 9112 section 7.1.1.
LIBNETXX_DECL bool are_chunk_extensions(std::string_view text) noexcept
{
    while (!text.empty()) {
        skip_white_space(text);
        if (!take(text, ';')) return false;
        skip_white_space(text);
        if (!take_token(text)) return false;
        auto value = text;
        skip_white_space(value);
        if (!take(value, '=')) continue;
        skip_white_space(value);
        if (!take_token(value) && !take_quoted_string(value)) return false;
        text = value;
    }
    return true;
}

/// Reads `1*HEXDIG [ chunk-ext ]`.
LIBNETXX_DECL std::optional<std::uint64_t> parse_chunk_line(std::string_view line) noexcept
{
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (error != std::errc{} || size > most) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (!are_chunk_extensions(line)) return std::nullopt;
    return size;
}

/// Fields that frame or route a message, or belong to the connection. Elsewhere than in the head they are an attack.
LIBNETXX_DECL bool is_forbidden_trailer(std::string_view name) noexcept
{
    constexpr std::string_view names[] = {"Connection", "Content-Length",    "Expect",  "Host",    "Keep-Alive",
                                          "TE",         "Transfer-Encoding", "Trailer", "Upgrade", "Proxy-Connection"};
    return std::ranges::any_of(names, [&](std::string_view forbidden) { return base::iequals(name, forbidden); });
}

}  // namespace detail

LIBNETXX_DECL HttpResult<ChunkedDecoder::Step> ChunkedDecoder::next(std::string_view input)
{
    Step step;
    auto rest = input;
    while (step.data.empty() && !rest.empty() && part_ != Part::done) {
        std::optional<HttpError> error;
        switch (part_) {
        case Part::chunk_line:
            error = read_chunk_line(rest);
            break;
        case Part::data:
            step.data = read_data(rest);
            break;
        case Part::data_cr:
        case Part::data_lf:
            error = read_data_end(rest);
            break;
        case Part::trailers:
            error = read_trailers(rest);
            break;
        case Part::done:
            break;
        }
        if (error) return *error;
    }
    step.consumed = input.size() - rest.size();
    step.done = part_ == Part::done;
    return step;
}

LIBNETXX_DECL void ChunkedDecoder::reset()
{
    part_ = Part::chunk_line;
    overhead_ = 0;
    text_.clear();
    scanner_ = HttpScanner{};
    section_ = HttpFieldSection{leniency()};
    trailers_.clear();
}

LIBNETXX_DECL std::optional<HttpError> ChunkedDecoder::read_chunk_line(std::string_view& input)
{
    const auto room = input.substr(0, limits_.chunk_line + 2 - text_.size());
    const auto line_feed = room.find('\n');
    if (line_feed == room.npos && text_.size() + room.size() == limits_.chunk_line + 2)
        return HttpError::chunk_line_too_long;
    const auto piece = room.substr(0, line_feed);
    input.remove_prefix(std::min(piece.size() + 1, input.size()));
    if (line_feed != room.npos && text_.empty()) return begin_chunk(piece);  // nearly always: in place
    text_.append(piece);
    if (line_feed == room.npos) return std::nullopt;
    const auto error = begin_chunk(text_);
    text_.clear();
    return error;
}

LIBNETXX_DECL std::optional<HttpError> ChunkedDecoder::begin_chunk(std::string_view line)
{
    if (!line.ends_with('\r')) return HttpError::bare_line_end;
    line.remove_suffix(1);
    const auto length = line.size();
    if (source_ == ChunkSource::server) line = line.substr(0, line.find_last_not_of(" \t") + 1);
    const auto size = detail::parse_chunk_line(line);
    if (!size) return HttpError::bad_chunk;

    overhead_ = overhead_after(length, *size);
    if (overhead_ > limits_.chunk_overhead) return HttpError::chunk_overhead_too_large;
    remaining_ = *size;
    part_ = remaining_ > 0 ? Part::data : Part::trailers;
    return std::nullopt;
}

LIBNETXX_DECL std::size_t ChunkedDecoder::overhead_after(std::size_t line, std::uint64_t size) const noexcept
{
    const auto overhead = overhead_ + line;
    return overhead - std::min(overhead, 16 + 2 * static_cast<std::size_t>(std::min<std::uint64_t>(overhead, size)));
}

LIBNETXX_DECL void ChunkedDecoder::take_whole_chunks(std::span<char> bytes, std::size_t& data,
                                                     std::size_t& consumed) noexcept
{
    constexpr std::size_t most_digits = 7, ends = 4;  // the CRLF of the line and that of the data
    while (part_ == Part::chunk_line && text_.empty()) {
        std::size_t at = consumed, size = 0;
        for (; at < bytes.size() && at - consumed < most_digits; ++at) {
            const int digit = base::hex_value(bytes[at]);
            if (digit < 0) break;
            size = size * 16 + static_cast<std::size_t>(digit);
        }
        if (size == 0 || bytes.size() - at < size + ends) return;
        const char* const line_end = bytes.data() + at;
        const char* const data_end = line_end + 2 + size;
        if (line_end[0] != '\r' || line_end[1] != '\n' || data_end[0] != '\r' || data_end[1] != '\n') return;
        const auto overhead = overhead_after(at - consumed, size);
        if (overhead > limits_.chunk_overhead) return;
        overhead_ = overhead;
        std::memmove(bytes.data() + data, line_end + 2, size);
        data += size;
        consumed = at + size + ends;
    }
}

LIBNETXX_DECL std::string_view ChunkedDecoder::read_data(std::string_view& input) noexcept
{
    const auto data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
    input.remove_prefix(data.size());
    remaining_ -= data.size();
    if (remaining_ == 0) part_ = Part::data_cr;
    return data;
}

LIBNETXX_DECL std::optional<HttpError> ChunkedDecoder::read_data_end(std::string_view& input)
{
    const char expected = part_ == Part::data_cr ? '\r' : '\n';
    if (input.front() != expected) return HttpError::bad_chunk;
    input.remove_prefix(1);
    part_ = part_ == Part::data_cr ? Part::data_lf : Part::chunk_line;
    return std::nullopt;
}

// The section is copied, so that its fields stay while the input goes; memory is taken once, so that they don't move.
LIBNETXX_DECL std::optional<HttpError> ChunkedDecoder::read_trailers(std::string_view& input)
{
    if (text_.empty() && input.starts_with("\r\n")) {  // nearly always: there are none
        input.remove_prefix(2);
        part_ = Part::done;
        return std::nullopt;
    }
    text_.reserve(limits_.trailers);
    const auto before = text_.size();
    text_.append(input.substr(0, limits_.trailers - before));
    const bool is_complete = section_.read(scanner_, text_, limits_.fields, trailers_);
    input.remove_prefix((is_complete ? scanner_.at() : text_.size()) - before);
    if (scanner_.error()) return scanner_.error();
    if (!is_complete && text_.size() == limits_.trailers) return HttpError::trailers_too_large;
    if (!is_complete) return std::nullopt;
    return end_trailers();
}

LIBNETXX_DECL std::optional<HttpError> ChunkedDecoder::end_trailers()
{
    const auto is_forbidden = [](const HttpField& field) { return detail::is_forbidden_trailer(field.name); };
    if (source_ == ChunkSource::server) {
        trailers_.remove_if(is_forbidden);
        if (section_.repairs().folds) unfold(trailers_, unfolded_);
    } else if (std::ranges::any_of(trailers_, is_forbidden)) {
        return HttpError::forbidden_trailer;
    }
    part_ = Part::done;
    return std::nullopt;
}

LIBNETXX_DECL std::string_view format_chunk_header(std::uint64_t size, ChunkHeaderBuffer& buffer) noexcept
{
    char* end = std::to_chars(buffer.data(), buffer.data() + 16, size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

LIBNETXX_DECL void append_last_chunk(std::string& out, const HttpFields& trailers)
{
    out += "0\r\n";
    for (const auto& [name, value] : trailers) out.append(name).append(": ").append(value).append("\r\n");
    out += "\r\n";
}

}  // namespace libnet::inline v0::wire
