#pragma once
// The names under which ping++ stands in for other programs: it is called so by a symbolic link, or is told with --as.
//
//   fping, fping6          fping's options, output and exit codes
//   ping, ping4, ping6     those of iputils' ping

#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// Whose options, output and exit codes these are.
enum class Personality { own, fping, iputils };

/// A command line, and as whom it is understood.
struct Invocation {
    Personality as = Personality::own;
    std::string program;                 ///< as messages call it: what it was called by, or told with --as
    std::string_view name;               ///< the program's name alone: "fping6"; empty for our own
    std::vector<std::string> arguments;  ///< without the program and --as
};

namespace detail {

struct KnownName {
    std::string_view name;
    Personality as;
};

inline constexpr KnownName known_names[] = {{"fping", Personality::fping},
                                            {"fping6", Personality::fping},
                                            {"ping", Personality::iputils},
                                            {"ping4", Personality::iputils},
                                            {"ping6", Personality::iputils}};

inline void become(Invocation& invocation, const std::string& called)
{
    const auto name = std::string_view{called}.substr(called.rfind('/') + 1);
    for (const KnownName& known : known_names) {
        if (known.name != name) continue;
        invocation.as = known.as;
        invocation.name = known.name;
        invocation.program = called;
    }
}

}  // namespace detail

/// Looks at the name that the program was called by, and at --as NAME or --as=NAME, which must be the first argument. A
/// NAME that isn't known is left to the usual options, which say so.
inline Invocation invocation_of(int argc, const char* const* argv)
{
    Invocation invocation;
    if (argc == 0) return invocation;
    std::vector<std::string> all{argv, argv + argc};
    detail::become(invocation, all[0]);
    std::size_t first = 1;
    constexpr std::string_view as = "--as", as_value = "--as=";
    if (all.size() > 2 && all[1] == as) {
        detail::become(invocation, all[2]);
        first = 3;
    } else if (all.size() > 1 && all[1].starts_with(as_value)) {
        detail::become(invocation, all[1].substr(as_value.size()));
        first = 2;
    }
    invocation.arguments.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.end());
    return invocation;
}

}  // namespace libnet::apps
