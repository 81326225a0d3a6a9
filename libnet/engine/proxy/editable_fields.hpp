#pragma once
// The fields of a head that a program may change before the head goes on.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// Names and values with memory of their own, in message order. What would change how the message is framed or where it goes
/// can be read and not changed, see `check_header_rules`: a message stays one message, whatever is set.
class EditableFields {
public:
    EditableFields() = default;                               ///< none
    explicit EditableFields(const wire::HttpFields& fields);  ///< a copy

    /// The value of the first field of this name, whose case doesn't count; empty as well where there is none.
    std::string_view value_of(std::string_view name) const noexcept;

    /// There is such a field.
    bool has(std::string_view name) const noexcept;

    /// Puts one field in the place of all of this name.
    /// @throws std::invalid_argument  the name is no token or can't be changed, or the value has octets that a field can't have
    void set(std::string_view name, std::string_view value);

    /// Adds a field behind the others. @throws std::invalid_argument  as `set`
    void add(std::string_view name, std::string_view value);

    /// Removes all fields of this name. @throws std::invalid_argument  the name is no token or can't be changed
    void remove(std::string_view name);

    auto begin() const noexcept { return fields_.begin(); }       ///< the first HeaderField
    auto end() const noexcept { return fields_.end(); }           ///< behind the last one
    std::size_t size() const noexcept { return fields_.size(); }  ///< field lines

    /// The fields as views, which are good until the next change.
    wire::HttpFields view() const;

private:
    std::vector<HeaderField> fields_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/editable_fields.ipp>
#endif
