#include <tests/support/pattern.hpp>

#include <regex>

namespace libnet::test {

namespace {

Groups groups_of(const std::smatch& match) { return {match.begin(), match.end()}; }

}  // namespace

bool matches(const std::string& text, const std::string& pattern)
{
    return std::regex_match(text, std::regex{pattern});
}

Groups search(const std::string& text, const std::string& pattern)
{
    std::smatch match;
    return std::regex_search(text, match, std::regex{pattern}) ? groups_of(match) : Groups{};
}

std::vector<Groups> search_all(const std::string& text, const std::string& pattern)
{
    const std::regex expression{pattern};
    std::vector<Groups> found;
    for (std::sregex_iterator at{text.begin(), text.end(), expression}, end; at != end; ++at)
        found.push_back(groups_of(*at));
    return found;
}

std::string replace_all(const std::string& text, const std::string& pattern, const std::string& replacement)
{
    return std::regex_replace(text, std::regex{pattern}, replacement);
}

}  // namespace libnet::test
