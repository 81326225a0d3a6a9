#pragma once
// What a part of the library reports where there is no caller to return an error to.

#include <cstdint>
#include <exception>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

/// How bad it is.
enum class DiagnosticLevel : std::uint8_t {
    info,     ///< what was reported before is over
    warning,  ///< something is slower, or less up to date, than it should be
    error,    ///< a client or a target wasn't served because of it
};

constexpr std::string_view name_of(DiagnosticLevel level) noexcept  ///< "warning"
{
    switch (level) {
    case DiagnosticLevel::info:
        return "info";
    case DiagnosticLevel::warning:
        return "warning";
    case DiagnosticLevel::error:
        break;
    }
    return "error";
}

inline std::ostream& operator<<(std::ostream& out, DiagnosticLevel level) { return out << name_of(level); }

/// Takes a report in words: one sentence, valid during the call only. It may quote octets that a client sent: escape
/// it before printing. Called on the thread of whatever complains, and must not throw: what it throws is lost.
using DiagnosticsHandler = std::function<void(DiagnosticLevel level, std::string_view text)>;

namespace base {

/// The exception that is being handled, in words.
inline std::string describe_current_exception()
{
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

/// Tells a handler, if there is one.
class Diagnostics {
public:
    Diagnostics() = default;
    explicit Diagnostics(DiagnosticsHandler handler) : handler_{std::move(handler)} {}  ///< an empty one takes nothing

    void tell(DiagnosticLevel level, std::string_view text) const noexcept  ///< never throws
    {
        if (!handler_) return;
        try {
            handler_(level, text);
        } catch (...) {
            // An exception of the handler itself can't be reported anywhere.
        }
    }

    /// The exception that is being handled has ended something: "`what`: the exception in words".
    void tell_exception(std::string_view what) const noexcept
    {
        if (!handler_) return;
        try {
            tell(DiagnosticLevel::error, std::string{what}.append(": ").append(describe_current_exception()));
        } catch (...) {
            tell(DiagnosticLevel::error, what);  // there is no memory for more words
        }
    }

private:
    DiagnosticsHandler handler_;
};

}  // namespace base

}  // namespace libnet::inline v0
