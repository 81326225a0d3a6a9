#pragma once
// A mapping of a scenario file whose words are asked for one by one, so that none is overlooked.

#include <tests/lab/netsim/scenario.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace netsim {

/// A place in a file: a node of the document and the file's name.
struct Place {
    YAML::Node node;
    const std::string* file = nullptr;

    Place at(const YAML::Node& other) const { return {other, file}; }
    int line() const { return node.Mark().line + 1; }

    /// What stands here, shortened.
    std::string found() const
    {
        if (node.IsScalar()) {
            std::string text = node.Scalar().substr(0, 60);
            std::replace_if(
                text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
            return node.Scalar().size() > 60 ? text + "..." : text;
        }
        return node.IsMap() ? "a mapping" : node.IsSequence() ? "a list" : "nothing";
    }

    [[noreturn]] void expected(std::string_view what) const
    {
        throw ScenarioError{fmt::format("{}:{}: found '{}': expected {}", *file, line(), found(), what)};
    }
    [[noreturn]] void wrong(std::string_view what) const
    {
        throw ScenarioError{fmt::format("{}:{}: {}", *file, line(), what)};
    }

    /// The elements of a list; what is no list is a list of one.
    std::vector<Place> elements() const
    {
        std::vector<Place> places;
        if (!node.IsSequence()) return {*this};
        for (const auto& element : node) places.push_back(at(element));
        return places;
    }
};

/// A mapping. Construction refuses anything else, and words that stand twice.
class Section {
public:
    struct Entry {
        Place key, value;
        std::string name;
        bool asked = false;
    };

    Section(const Place& place, std::string_view what) : place_{place}
    {
        if (!place.node.IsMap()) place.expected(what);
        for (const auto& pair : place.node) {
            const Place key = place.at(pair.first);
            if (!pair.first.IsScalar()) key.expected("a word");
            if (!index_.emplace(pair.first.Scalar(), entries_.size()).second)
                key.wrong(fmt::format("'{}' stands here a second time: expected it once", key.found()));
            entries_.push_back({key, place.at(pair.second), pair.first.Scalar()});
        }
    }

    /// Calls `read` with the word's value where it is given.
    template <typename Read>
    void word(std::string_view name, Read&& read)
    {
        if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
        if (Entry* entry = find(name)) {
            entry->asked = true;
            read(entry->value);
        }
    }

    /// Every word was asked for: others are mistakes.
    void finish() const
    {
        for (const auto& entry : entries_)
            if (!entry.asked) entry.key.expected(fmt::format("one of: {}", fmt::join(known_, ", ")));
    }

    const Place& place() const { return place_; }
    std::vector<Entry>& entries() { return entries_; }

private:
    Entry* find(std::string_view name)
    {
        const auto found = index_.find(name);
        return found == index_.end() ? nullptr : &entries_[found->second];
    }

    Place place_;
    std::vector<Entry> entries_;
    std::map<std::string, std::size_t, std::less<>> index_;
    std::vector<std::string> known_;
};

}  // namespace netsim
