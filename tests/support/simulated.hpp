#pragma once
// A program run in a simulated network, beside what really happened to its packets.

#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::test {

/// What a program said, and what netsim's log says.
struct Simulated {
    Finished tool;
    boost::json::object start;                 ///< first line: when time zero was
    std::vector<boost::json::object> packets;  ///< a line for each packet and each thing that came of it
    boost::json::object counters;              ///< last line

    /// How many packets had this fate, such as ("dropped", "loss").
    std::size_t count(std::string_view did, std::string_view why = {}) const
    {
        return count_if([&](const boost::json::object& packet) {
            return packet.at("did").as_string() == did && (why.empty() || packet.at("why").as_string() == why);
        });
    }

    template <typename Predicate>
    std::size_t count_if(Predicate&& wanted) const
    {
        return static_cast<std::size_t>(std::count_if(packets.begin(), packets.end(), wanted));
    }
};

/// The path of a scenario of tests/lab/scenarios.
inline std::string scenario(const std::string& name)
{
    const char* directory = std::getenv("SCENARIOS");
    return (std::filesystem::path{directory ? directory : "tests/lab/scenarios"} / (name + ".yaml")).string();
}

/// A scenario that a test writes down itself.
class WrittenScenario {
public:
    explicit WrittenScenario(std::string_view text) : path_{directory_.write("scenario.yaml", text).string()} {}
    const std::string& path() const noexcept { return path_; }

private:
    TemporaryDirectory directory_;
    std::string path_;
};

/// Runs a program in the network of a scenario, which is there for this run alone.
inline Simulated simulate(const std::string& scenario_path, const Arguments& tool, const Arguments& options = {})
{
    const TemporaryDirectory directory;
    const auto log = (directory.path() / "log").string();
    const char* netsim = std::getenv("NETSIM");
    Arguments command{netsim ? netsim : "netsim", "--log", log};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(scenario_path);
    command.insert(command.end(), tool.begin(), tool.end());

    Simulated result;
    result.tool = run(command);
    std::ifstream lines{log};
    for (std::string line; std::getline(lines, line);) {
        auto object = boost::json::parse(line).as_object();
        const auto* event = object.if_contains("event");
        if (event == nullptr) result.packets.push_back(std::move(object));
        else if (event->as_string() == "start") result.start = std::move(object);
        else result.counters = std::move(object);
    }
    return result;
}

}  // namespace libnet::test
