#pragma once
// Regular expressions in what programs print. A unit that includes <regex> compiles ten seconds longer: only one does.

#include <string>
#include <vector>

namespace libnet::test {

/// What a match consists of: all of it, and then its groups. A group that took no part is empty.
using Groups = std::vector<std::string>;

/// The whole text matches. Patterns are ECMAScript's.
bool matches(const std::string& text, const std::string& pattern);

/// The first match; empty: there is none.
Groups search(const std::string& text, const std::string& pattern);

std::vector<Groups> search_all(const std::string& text, const std::string& pattern);

std::string replace_all(const std::string& text, const std::string& pattern, const std::string& replacement);

}  // namespace libnet::test
