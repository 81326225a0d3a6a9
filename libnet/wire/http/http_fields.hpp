#pragma once
// The fields of a message: names and values as views, in the order they came.

#include <libnet/base/text.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// One field line. The value has no white space around it.
struct HttpField {
    std::string_view name, value;  ///< views of the head
    friend bool operator==(const HttpField&, const HttpField&) = default;
};

/// Field lines in message order; repeated names stay apart. The caller that adds fields owns their bytes.
class HttpFields {
public:
    using const_iterator = std::vector<HttpField>::const_iterator;  ///< in message order

    void add(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }  ///< as the last

    /// Gives one of the fields another value, such as itself without the line breaks in it.
    void replace_value(std::size_t index, std::string_view value) { fields_[index].value = value; }

    /// Removes the fields for which the predicate is true.
    template <typename Predicate>
    void remove_if(Predicate predicate)
    {
        std::erase_if(fields_, predicate);
    }

    /// Forgets the fields and keeps the memory, so that the next message needs no allocation.
    void clear() noexcept { fields_.clear(); }

    const_iterator begin() const noexcept { return fields_.begin(); }  ///< the first field
    const_iterator end() const noexcept { return fields_.end(); }      ///< behind the last field
    std::size_t size() const noexcept { return fields_.size(); }       ///< field lines
    bool empty() const noexcept { return fields_.empty(); }            ///< there are none

    /// The first field of this name, or null. Names have no case (RFC 9110 section 5.1).
    const HttpField* find(std::string_view name) const noexcept
    {
        for (const auto& field : fields_)
            if (base::iequals(field.name, name)) return &field;
        return nullptr;
    }

    /// Its value; empty as well when there is none.
    std::string_view value_of(std::string_view name) const noexcept
    {
        const auto* const field = find(name);
        return field == nullptr ? std::string_view{} : field->value;
    }

    friend bool operator==(const HttpFields&, const HttpFields&) = default;

private:
    std::vector<HttpField> fields_;
};

/// Calls `visit(item)` for each member of a list field, over all its lines (RFC 9110 section 5.6.1). For lists of
/// tokens: a comma in a quoted string is not special.
template <typename Visitor>
void for_each_item(const HttpFields& fields, std::string_view name, Visitor&& visit)
{
    for (const auto& field : fields)
        if (base::iequals(field.name, name)) base::for_each_list_item(field.value, visit);
}

}  // namespace libnet::inline v0::wire
