#pragma once
// What ends a run of ping before it has begun.

#include <stdexcept>
#include <string>

namespace libnet::apps::iputils {

/// Ends the program with this code, after this text on standard error, which is the program's name and a colon, and this.
struct Fault : std::runtime_error {
    Fault(int exit_code_, const std::string& text) : runtime_error{text}, exit_code{exit_code_} {}
    int exit_code;
};

/// The usage is the answer.
struct UsageWanted {};

}  // namespace libnet::apps::iputils
