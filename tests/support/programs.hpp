#pragma once
// Programs of others that a test needs.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <string>

namespace libnet::test {

/// Whether a program is not here, which is said: the test is then SKIPPED. `package` is Debian's.
inline bool is_missing(const std::string& name, const std::string& package)
{
    if (run({"sh", "-c", "command -v " + name}).exit_code == 0) return false;
    WARN("SKIPPED: there is no " << name << " (Debian: " << package << ")");
    return true;
}

/// Whether ping++ may ping here; where it may not, that is said: the test is then SKIPPED.
inline bool can_ping()
{
    static const Finished once = run({program("ping++"), "-c", "1", "127.0.0.1"});
    if (once.exit_code == 0) return true;
    WARN("SKIPPED: " << once.err);
    return false;
}

}  // namespace libnet::test
