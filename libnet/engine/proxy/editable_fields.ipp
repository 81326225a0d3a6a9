#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/editable_fields.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL EditableFields::EditableFields(const wire::HttpFields& fields)
{
    fields_.reserve(fields.size());
    for (const auto& [name, value] : fields) {
        HeaderField copy{std::string{name}, std::string{value}};
        fields_.push_back(std::move(copy));
    }
}

LIBNETXX_DECL std::string_view EditableFields::value_of(std::string_view name) const noexcept
{
    for (const auto& field : fields_)
        if (base::iequals(field.name, name)) return field.value;
    return {};
}

LIBNETXX_DECL bool EditableFields::has(std::string_view name) const noexcept
{
    return std::ranges::any_of(fields_, [name](const HeaderField& field) { return base::iequals(field.name, name); });
}

LIBNETXX_DECL void EditableFields::set(std::string_view name, std::string_view value)
{
    HeaderField field{std::string{name}, std::string{value}};
    detail::check_header_field(field);
    remove(name);
    fields_.push_back(std::move(field));
}

LIBNETXX_DECL void EditableFields::add(std::string_view name, std::string_view value)
{
    HeaderField field{std::string{name}, std::string{value}};
    detail::check_header_field(field);
    fields_.push_back(std::move(field));
}

LIBNETXX_DECL void EditableFields::remove(std::string_view name)
{
    detail::check_header_name(std::string{name});
    std::erase_if(fields_, [name](const HeaderField& field) { return base::iequals(field.name, name); });
}

LIBNETXX_DECL wire::HttpFields EditableFields::view() const
{
    wire::HttpFields fields;
    for (const auto& field : fields_) fields.add(field.name, field.value);
    return fields;
}

}  // namespace libnet::inline v0::engine
