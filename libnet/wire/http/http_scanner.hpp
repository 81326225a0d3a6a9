#pragma once
// Reads the lines of a head from left to right, each byte once, however it is cut into pieces.

#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

/// How the lines of a text have ended so far.
struct LineEnds {
    enum class Kind : std::uint8_t { crlf, bare };  ///< `bare`: an LF alone

    void note(Kind kind) noexcept
    {
        (kind == Kind::bare ? any_bare : any_crlf) = true;
        before_last = last;
        last = kind;
    }

    bool any_crlf = false, any_bare = false;
    Kind last = Kind::crlf, before_last = Kind::crlf;
};

/// A place in a text that grows. Each function goes on where the last call stopped, and returns false when it can't
/// finish: the text has ended (call again with more of it), or `error()` is set.
///
/// An error depends on the bytes up to it alone, never on how many came at once.
class HttpScanner {
public:
    /// Reads one or more bytes of one class up to `end`, which is read too. Anything else is an error.
    bool read(std::string_view text, CharClass chars, char end, HttpError otherwise, std::string_view& element)
    {
        return read_any(text, chars, end, otherwise, element) && (!element.empty() || refuse(otherwise));
    }

    /// The same, of which there may be none.
    bool read_any(std::string_view text, CharClass chars, char end, HttpError otherwise, std::string_view& element)
    {
        at_ = end_of_run(chars, text, at_);
        if (at_ == text.size()) return false;
        if (text[at_] != end) return refuse(text[at_] == '\n' ? HttpError::bare_line_end : otherwise);
        element = text.substr(begin_, at_ - begin_);
        skip();
        return true;
    }

    /// Reads bytes of one class up to any other byte, which is not read: `peek` shows it.
    bool read_run(std::string_view text, CharClass chars, std::string_view& element)
    {
        at_ = end_of_run(chars, text, at_);
        if (at_ == text.size()) return false;
        element = text.substr(begin_, at_ - begin_);
        return true;
    }

    /// The next byte. There must be one, as there is behind `read_run`.
    char peek(std::string_view text) const noexcept { return text[at_]; }

    /// Reads the LF of a line end.
    bool read_line_feed(std::string_view text)
    {
        if (at_ == text.size()) return false;
        if (text[at_] != '\n') return refuse(HttpError::bare_line_end);
        skip();
        line_ends_.note(LineEnds::Kind::crlf);
        return true;
    }

    /// Reads an LF that has no CR in front, where that is allowed. There must be one.
    void skip_bare_line_feed() noexcept
    {
        skip();
        line_ends_.note(LineEnds::Kind::bare);
    }

    /// Steps over one byte that the caller has looked at.
    void skip() noexcept { begin_ = ++at_; }

    /// Always false, so that a caller can return it.
    bool refuse(HttpError error) noexcept
    {
        error_ = error;
        return false;
    }

    std::size_t at() const noexcept { return at_; }  ///< bytes read
    const LineEnds& line_ends() const noexcept { return line_ends_; }
    std::optional<HttpError> error() const noexcept { return error_; }

private:
    std::size_t at_ = 0, begin_ = 0;  // the next byte, and the first of the element that is being read
    std::optional<HttpError> error_;
    LineEnds line_ends_;
};

}  // namespace libnet::inline v0::wire
