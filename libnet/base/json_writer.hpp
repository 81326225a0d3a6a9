#pragma once
// Writes JSON piece by piece (RFC 8259).

#include <libnet/base/json_string.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::base {

/// Puts the commas where they belong; that objects have keys and are closed is up to the caller.
///
///     JsonWriter json;
///     json.object().key("v").value(1).key("rows").array().value("a").end_array().end_object();
class JsonWriter {
public:
    JsonWriter& object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }

    JsonWriter& key(std::string_view name)
    {
        separate();
        append_json_string(text_, name);
        text_ += ':';
        after_key_ = true;
        return *this;
    }

    /// Octets that are no UTF-8 become U+FFFD.
    JsonWriter& value(std::string_view text)
    {
        separate();
        append_json_string(text_, text);
        return *this;
    }
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(const std::string& text) { return value(std::string_view{text}); }
    JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }

    JsonWriter& value(std::integral auto number) { return digits(number); }

    /// With up to six digits; what is no number becomes null.
    JsonWriter& value(double number)
    {
        if (!std::isfinite(number)) return null();
        return digits(number, std::chars_format::general, 6);
    }
    JsonWriter& null() { return raw("null"); }

    /// A value that is JSON already.
    JsonWriter& json(std::string_view written) { return raw(written); }

    template <typename Value>
    JsonWriter& member(std::string_view name, const Value& given)
    {
        return key(name).value(given);
    }

    std::size_t size() const noexcept { return text_.size(); }
    std::string take() && { return std::move(text_); }

private:
    void separate()
    {
        if (!after_key_ && !text_.empty() && text_.back() != '[' && text_.back() != '{') text_ += ',';
        after_key_ = false;
    }
    JsonWriter& open(char bracket)
    {
        separate();
        text_ += bracket;
        return *this;
    }
    JsonWriter& close(char bracket)
    {
        text_ += bracket;
        return *this;
    }
    JsonWriter& raw(std::string_view text)
    {
        separate();
        text_ += text;
        return *this;
    }
    template <typename... Arguments>
    JsonWriter& digits(Arguments... arguments)
    {
        std::array<char, 32> room;
        const auto end = std::to_chars(room.data(), room.data() + room.size(), arguments...).ptr;
        return raw({room.data(), static_cast<std::size_t>(end - room.data())});
    }

    std::string text_{};
    bool after_key_ = false;
};

}  // namespace libnet::inline v0::base
