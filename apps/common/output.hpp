#pragma once
// What a program says: results to standard output, mistakes to standard error.
//
//   apps::print("{} bytes from {}\n", size, from);          // at once, for a pipe's reader waits for it
//   apps::complain("ping++", "no.such.name: host not found");
//
// A program whose output is no longer read must end, and quietly: `ping++ ... | head -1`. So print() throws
// OutputClosed when the reader is gone (SIGPIPE must be ignored, as run() and serve() do), and they end the program.

#include <libnet/base/diagnostics.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/io/loop/reason_of.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace libnet::apps {

/// Standard output is no longer read.
struct OutputClosed {};

/// The exit code after OutputClosed: what a shell reports for a program that SIGPIPE ends.
constexpr int exit_output_closed = 128 + SIGPIPE;

/// Writes to standard output at once. Throws OutputClosed, or std::system_error for anything else (a full disk).
inline void print_text(std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
    if (errno == EPIPE) throw OutputClosed{};
    throw std::system_error{errno, std::generic_category(), "standard output"};
}

/// Formats and writes to standard output at once; throws as print_text does.
template <typename... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments)
{
    print_text(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Where complaints go while this is set, for who must not wait for standard error: see apps/common/complaint_log.hpp.
inline std::mutex complaint_mutex;  // of the next
inline std::function<void(DiagnosticLevel, std::string_view program, std::string_view message)> complaint_taker;

using base::without_controls;

/// Writes "program: message" to standard error; where even that fails there is nowhere else to write.
inline void complain(std::string_view program, std::string_view message, DiagnosticLevel level = DiagnosticLevel::error)
{
    {
        const std::lock_guard alone{complaint_mutex};
        if (complaint_taker) return complaint_taker(level, program, message);
    }
    const auto line = fmt::format("{}: {}\n", program, without_controls(message));
    std::fwrite(line.data(), 1, line.size(), stderr);
}

/// The same for what is as it should be.
inline void report(std::string_view program, std::string_view message)
{
    complain(program, message, DiagnosticLevel::info);
}

using io::reason_of;

}  // namespace libnet::apps
