#pragma once
// Which of several certificates answers a client: by the name that it asked for (RFC 6066 section 3).

#include <libnet/base/text.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The names of certificates, each with the certificate's index.
///
/// A wildcard stands for one label, the leftmost one (RFC 6125 section 6.4.3): `*.example.org` is for
/// `www.example.org`, and neither for `example.org` nor for `a.b.example.org`. Names have no case, and a dot at their
/// end means nothing.
class CertificateNames {
public:
    /// Of two certificates with the same name the first one answers.
    void add(std::string_view name, std::size_t certificate) { names_.try_emplace(normal(name), certificate); }

    /// The certificate for a name: one with this very name, else one with a wildcard, else the first, 0.
    std::size_t choose(std::string_view server_name) const
    {
        auto name = normal(server_name);
        if (const auto exact = names_.find(name); exact != names_.end()) return exact->second;
        const auto dot = name.find('.');
        if (dot == 0 || dot == name.npos) return 0;
        const auto wildcard = names_.find(name.replace(0, dot, "*"));
        return wildcard == names_.end() ? 0 : wildcard->second;
    }

private:
    static std::string normal(std::string_view name)
    {
        if (name.ends_with('.')) name.remove_suffix(1);
        std::string lower{name};
        std::ranges::transform(lower, lower.begin(), base::to_lower);
        return lower;
    }

    std::map<std::string, std::size_t> names_;
};

}  // namespace libnet::inline v0::engine
