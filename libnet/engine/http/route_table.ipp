#pragma once
// Bodies of libnet/engine/http/route_table.hpp.

#include <libnet/base/text.hpp>
#include <libnet/engine/http/route_table.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

[[noreturn]] LIBNETXX_DECL void refuse_route(std::string_view what, std::string_view text, std::string_view why)
{
    throw std::invalid_argument{std::string{what}.append(" \"").append(text).append("\": ").append(why)};
}

/// "*" is a token, but people would take it for all methods.
LIBNETXX_DECL bool is_method(std::string_view text) noexcept { return wire::is_token(text) && text != "*"; }

LIBNETXX_DECL bool is_parameter_name(std::string_view text) noexcept
{
    const auto is_letter = [](char c) { return c == '_' || (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z'); };
    return !text.empty() && is_letter(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || base::is_digit(c); });
}

/// The text before the next slash, which is taken off with it.
LIBNETXX_DECL std::string_view take_segment(std::string_view& rest) noexcept
{
    const auto segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    return segment;
}

}  // namespace detail

/// A pattern as it was read.
struct RouteTable::Pattern {
    enum class Kind : std::uint8_t { literal, parameter, rest };
    std::vector<std::pair<Kind, std::string>> segments{};
    std::vector<std::string> parameters{};
    bool directory = false;

    static Pattern read(std::string_view text);
    void add(std::string_view text, std::string_view segment);
};

LIBNETXX_DECL RouteTable::Pattern RouteTable::Pattern::read(std::string_view text)
{
    const auto refuse = [text](std::string_view why) { detail::refuse_route("the route", text, why); };
    if (!text.starts_with('/')) refuse("a route begins with a slash");
    const auto is_unfit = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, is_unfit)) refuse("there is a control character in it");
    if (text.find_first_of("?#") != text.npos) refuse("a route is a path: a query or a fragment is no part of it");
    if (text.find('%') != text.npos) refuse("write it decoded, without percent-encoding");
    Pattern pattern;
    auto rest = text.substr(1);
    pattern.directory = text.ends_with('/') && !rest.empty();
    if (pattern.directory) rest.remove_suffix(1);
    if (rest.empty() && text.size() > 1) refuse("there is an empty segment in it");
    for (bool more = !rest.empty(); more;) {
        more = rest.find('/') != rest.npos;
        pattern.add(text, detail::take_segment(rest));
    }
    return pattern;
}

LIBNETXX_DECL void RouteTable::Pattern::add(std::string_view text, std::string_view segment)
{
    const auto refuse = [text](std::string_view why) { detail::refuse_route("the route", text, why); };
    if (segment.empty()) refuse("there is an empty segment in it");
    if (segment == "." || segment == "..") refuse("\".\" and \"..\" are resolved before a route is looked for");
    if (!segments.empty() && segments.back().first == Kind::rest) refuse("\"{name...}\" has to be the last segment");
    if (segment.find_first_of("{}") == segment.npos) {
        segments.emplace_back(Kind::literal, segment);
        return;
    }
    if (!segment.starts_with('{') || !segment.ends_with('}'))
        refuse("a parameter is a whole segment: \"/{name}/\", not \"/a{name}/\"");
    auto name = segment.substr(1, segment.size() - 2);
    const bool is_rest = name.ends_with("...");
    if (is_rest) name.remove_suffix(3);
    if (!detail::is_parameter_name(name)) refuse("a parameter's name has letters, digits and \"_\", a letter first");
    if (std::ranges::find(parameters, name) != parameters.end()) refuse("two of its parameters have the same name");
    parameters.emplace_back(name);
    segments.emplace_back(is_rest ? Kind::rest : Kind::parameter, std::string{});
}

LIBNETXX_DECL void RouteTable::add(std::string_view method, std::string_view pattern, std::size_t route)
{
    if (!detail::is_method(method)) detail::refuse_route("the method", method, "it is no method's name");
    if (method == "CONNECT") detail::refuse_route("the method", method, "it asks for no path");
    const auto read = Pattern::read(pattern);
    const auto node = place_of(read);
    auto& end = read.directory ? nodes_[node].slash : nodes_[node].plain;
    if (std::ranges::find(end.methods, method, &Method::name) != end.methods.end())
        detail::refuse_route("the route", pattern, "there is one for the same paths and method already");
    end.methods.push_back({std::string{method}, route, read.parameters});

    end.allow.clear();
    const auto has = [&end](std::string_view name) {
        return std::ranges::find(end.methods, name, &Method::name) != end.methods.end();
    };
    for (const auto& one : end.methods) end.allow.append(end.allow.empty() ? "" : ", ").append(one.name);
    if (has("GET") && !has("HEAD")) end.allow += ", HEAD";
    if (!has("OPTIONS")) end.allow += ", OPTIONS";
}

/// The node at the end of a pattern, which is made where there is none.
LIBNETXX_DECL std::size_t RouteTable::place_of(const Pattern& pattern)
{
    std::size_t node = 0;
    for (const auto& [kind, text] : pattern.segments) {
        if (kind != Pattern::Kind::literal) {
            node = child(node, kind == Pattern::Kind::rest ? &Node::rest : &Node::parameter);
            continue;
        }
        const auto next = nodes_[node].literals.try_emplace(text, nodes_.size()).first->second;
        if (next == nodes_.size()) nodes_.emplace_back();
        node = next;
    }
    return node;
}

LIBNETXX_DECL std::size_t RouteTable::child(std::size_t node, std::size_t Node::*which)
{
    if (nodes_[node].*which == 0) {
        nodes_[node].*which = nodes_.size();
        nodes_.emplace_back();
    }
    return nodes_[node].*which;
}

LIBNETXX_DECL const RouteTable::End* RouteTable::end_of(const Node& node, bool directory) noexcept
{
    const auto& end = directory ? node.slash : node.plain;
    return end.methods.empty() ? nullptr : &end;
}

/// What fits the rest of a path from a node on. `values` gets what the parameters stand for.
LIBNETXX_DECL const RouteTable::End* RouteTable::walk(std::size_t at, std::string_view rest, bool directory,
                                                      std::vector<std::string_view>& values) const
{
    const auto& node = nodes_[at];
    if (rest.empty()) return end_of(node, directory);
    auto behind = rest;
    const auto segment = detail::take_segment(behind);
    const auto known = values.size();
    if (const auto literal = node.literals.find(segment); literal != node.literals.end())
        if (const auto* const end = walk(literal->second, behind, directory, values)) return end;
    if (node.parameter != 0) {
        values.resize(known);
        values.push_back(segment);
        if (const auto* const end = walk(node.parameter, behind, directory, values)) return end;
    }
    values.resize(known);
    if (node.rest == 0) return nullptr;
    values.push_back(rest);
    return end_of(nodes_[node.rest], directory);
}

LIBNETXX_DECL RouteMatch RouteTable::find(std::string_view method, std::string_view name, bool directory) const
{
    RouteMatch match;
    std::vector<std::string_view> values;
    const auto* const end = walk(0, name, directory && !name.empty(), values);
    if (end == nullptr) return match;
    match.allow = end->allow;
    auto found = std::ranges::find(end->methods, method, &Method::name);
    if (found == end->methods.end() && method == "HEAD") found = std::ranges::find(end->methods, "GET", &Method::name);
    match.kind = found == end->methods.end() ? RouteMatch::Kind::wrong_method : RouteMatch::Kind::found;
    if (match.kind == RouteMatch::Kind::wrong_method) return match;
    match.route = found->route;
    for (std::size_t i = 0; i < values.size(); ++i) match.parameters.push_back({found->parameters[i], values[i]});
    return match;
}

}  // namespace libnet::inline v0::engine
