#pragma once
// The options of proxy++ about the heads that it forwards.

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <libnet/access.hpp>
#include <libnet/forward_proxy_options.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace detail {

/// Runs a check of the library's on these rules, and says in the option's words what is wrong.
inline void check_rules(const HeaderRules& rules)
{
    try {
        engine::check_header_rules(rules);
    } catch (const std::invalid_argument& error) {
        throw BadValue{error.what()};
    }
}

/// Reads the name of a field that may be changed.
inline auto field_name()
{
    return [](std::string_view text) {
        HeaderRules rules;
        rules.strip_request.emplace_back(text);
        check_rules(rules);
        return std::string{text};
    };
}

/// Reads "NAME: VALUE".
inline auto field()
{
    return [](std::string_view text) {
        const auto colon = text.find(':');
        if (colon == text.npos)
            throw BadValue{fmt::format("'{}' is no header field: give one like 'X-Team: blue'", printable(text))};
        auto value = text.substr(colon + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        HeaderRules rules;
        rules.set_request.push_back({std::string{text.substr(0, colon)}, std::string{value}});
        check_rules(rules);
        return rules.set_request.front();
    };
}

/// Reads "HOST=FILE".
inline auto credential()
{
    return [](std::string_view text) {
        const auto equals = text.find('=');
        if (equals == text.npos || equals + 1 == text.size())
            throw BadValue{
                fmt::format("'{}' is no HOST=FILE: give one like api.example.org=/run/secrets/api", printable(text))};
        try {
            return CredentialFile{engine::parse_credential_target(text.substr(0, equals)),
                                  std::string{text.substr(equals + 1)}};
        } catch (const std::invalid_argument& error) {
            throw BadValue{error.what()};
        }
    };
}

}  // namespace detail

/// Adds them in a group of their own.
inline void add_headers(Options& table, HeaderRules& headers, std::vector<CredentialFile>& credentials)
{
    using Rule = ClientAddressRule;
    table.rare_group("Header fields")
        .value("forwarded", "RULE",
               "what servers are told of a client's address: pass, add, replace, obfuscate, remove (pass)",
               choice<Rule>({{"pass", Rule::pass},
                             {"add", Rule::add},
                             {"replace", Rule::replace},
                             {"obfuscate", Rule::obfuscate},
                             {"remove", Rule::remove}}),
               headers.client_address)
        .value("forwarded-field", "NAME", "in which field: x-forwarded-for, forwarded (x-forwarded-for)",
               choice<ForwardingField>(
                   {{"x-forwarded-for", ForwardingField::x_forwarded_for}, {"forwarded", ForwardingField::forwarded}}),
               headers.client_field)
        .flag("anonymous", "leave out what tells who asks: X-Forwarded-*, From, Referer, Via of others",
              headers.anonymous)
        .list("strip-request", "NAME", "leave this field of requests out; several times if need be",
              detail::field_name(), headers.strip_request)
        .list("strip-response", "NAME", "leave this field of answers out", detail::field_name(), headers.strip_response)
        .list("set-request", "'NAME: VALUE'", "set this field of requests", detail::field(), headers.set_request)
        .list("set-response", "'NAME: VALUE'", "set this field of answers", detail::field(), headers.set_response)
        .list("credential", "HOST=FILE", "servers get what is in FILE as Authorization, clients never have it",
              detail::credential(), credentials);
}

}  // namespace libnet::apps
