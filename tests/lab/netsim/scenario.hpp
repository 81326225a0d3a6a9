#pragma once
// Reading scenario files. README.md beside this file says what may stand in one.

#include <tests/lab/netsim/model.hpp>

#include <stdexcept>
#include <string>

namespace netsim {

/// A mistake in a scenario: `what()` is "FILE:LINE: what was found: what was expected".
class ScenarioError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads YAML text. `file` names it in messages. Throws ScenarioError.
Scenario parse_scenario(const std::string& text, const std::string& file);

/// Reads a file. Throws ScenarioError, also where it can't be read.
Scenario read_scenario(const std::string& path);

}  // namespace netsim
