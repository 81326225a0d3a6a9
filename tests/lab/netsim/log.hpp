#pragma once
// The log: one JSON line per packet and thing that came of it, and counters at the end. README.md describes it.

#include <tests/lab/netsim/record.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace netsim {

/// Writes lines through a large buffer of its own. The file belongs to the caller.
class Log {
public:
    /// `file` may be null: then it only counts.
    Log(const Scenario& scenario, std::FILE* file);
    ~Log();

    /// The first line: which moment (CLOCK_REALTIME, since 1970) all others count from.
    void start(Duration epoch);

    /// `out`: when the answer was written, nullopt for none.
    void write(const Record& record, std::optional<Duration> out);

    /// The counters, as the inside of a JSON object.
    std::string counters() const;

    /// Writes them as the last line, and flushes.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace netsim
