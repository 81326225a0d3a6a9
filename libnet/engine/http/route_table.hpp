#pragma once
// Which handler answers for a path and a method: a table of patterns such as "/api/hosts/{name}".

#include <libnet/config.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// What a part of a path stands for in a pattern. The views are into the table, and into the path that was looked up.
struct RouteParameter {
    std::string_view name, value;
    friend bool operator==(const RouteParameter&, const RouteParameter&) = default;
};

/// What a table has for a request.
struct RouteMatch {
    enum class Kind : std::uint8_t {
        nothing,       ///< no pattern fits the path
        wrong_method,  ///< one does, but not for this method: 405, or the answer to OPTIONS
        found,
    } kind = Kind::nothing;
    std::size_t route = 0;                     ///< the number that was given to `add`
    std::vector<RouteParameter> parameters{};  ///< in the order of the pattern
    std::string_view allow{};                  ///< the methods of the path, for an Allow field ("GET, HEAD, OPTIONS")
};

/// Patterns and methods.
///
/// A pattern is a path, written decoded, whose segments are literal, or a parameter in braces: `{name}` stands for exactly one
/// segment, and `{name...}`, as the last one, for one or more. Where several patterns fit a path, the one with the literal
/// segment counts, from left to right, and a `{name}` before a `{name...}`. A pattern with a slash at its end fits paths
/// that have one, and no others.
///
/// A lookup looks at each node of the table at most once, whatever the path is.
class RouteTable {
public:
    /// Adds a route. A GET route answers HEAD, too, unless HEAD has a route of its own. Methods have case.
    /// @throws std::invalid_argument  the pattern or the method is malformed, or there is a route for the same already:
    ///         `what()` names it, and says why
    void add(std::string_view method, std::string_view pattern, std::size_t route);

    /// Looks a path up: `name` is its decoded segments, joined by "/" (wire::FilePath). `directory`: it ended in a slash.
    RouteMatch find(std::string_view method, std::string_view name, bool directory) const;

    bool empty() const noexcept { return nodes_.size() == 1; }

private:
    struct Method {
        std::string name;
        std::size_t route = 0;
        std::vector<std::string> parameters;
    };
    struct End {  // of patterns that differ in their methods only
        std::vector<Method> methods;
        std::string allow;
    };
    struct Node {
        std::map<std::string, std::size_t, std::less<>> literals{};
        std::size_t parameter = 0, rest = 0;  // 0: none, for the root is no node's child
        End plain{}, slash{};                 // without and with a slash at its end
    };
    struct Pattern;

    std::size_t place_of(const Pattern& pattern);
    std::size_t child(std::size_t node, std::size_t Node::*which);
    const End* walk(std::size_t node, std::string_view rest, bool directory,
                    std::vector<std::string_view>& values) const;
    static const End* end_of(const Node& node, bool directory) noexcept;

    std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/http/route_table.ipp>
#endif
