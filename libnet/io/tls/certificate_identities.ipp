#pragma once
// The names in a certificate.

#if defined(LIBNETXX_TLS)

#  include <libnet/base/text.hpp>
#  include <libnet/io/tls/tls_openssl.ipp>

#  include <algorithm>
#  include <cstddef>
#  include <string>
#  include <string_view>
#  include <vector>

namespace libnet::inline v0::io::detail {

/// So many of a certificate's names count.
inline constexpr int most_identities = 64;

LIBNETXX_DECL std::string text_of(const ASN1_STRING* string)
{
    const auto* const data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
    return {data, static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Whether a name means the same to all who see it: it has no NUL, no control characters and no spaces.
LIBNETXX_DECL bool is_plain(std::string_view name) noexcept
{
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c != 127; });
}

/// Adds a subject alternative name, if it is of a kind that names clients.
LIBNETXX_DECL void add_identity(std::vector<std::string>& names, const GENERAL_NAME& name)
{
    std::string text;
    if (name.type == GEN_DNS) {
        text = text_of(name.d.dNSName);
        std::ranges::transform(text, text.begin(), base::to_lower);
    } else if (name.type == GEN_EMAIL) {
        text = text_of(name.d.rfc822Name);
    } else if (name.type == GEN_URI) {
        text = text_of(name.d.uniformResourceIdentifier);
    }
    if (is_plain(text)) names.push_back(std::move(text));
}

/// Who a client's certificate says it is, see engine::ClientIdentity. A subject with several common names has none: which
/// of them counts would be for chance to say.
LIBNETXX_DECL std::vector<std::string> identities_in(const X509* certificate)
{
    std::vector<std::string> names;
    const GeneralNames general{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    const int count = std::min(sk_GENERAL_NAME_num(general.get()), most_identities);
    for (int i = 0; i < count; ++i) add_identity(names, *sk_GENERAL_NAME_value(general.get(), i));
    if (!names.empty()) return names;
    const auto* const subject = X509_get_subject_name(certificate);
    const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) return names;
    auto common = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first)));
    if (is_plain(common)) names.push_back(std::move(common));
    return names;
}

}  // namespace libnet::inline v0::io::detail

#endif
