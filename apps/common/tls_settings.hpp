#pragma once
// The options of every HTTP daemon about TLS.
//
//   apps::TlsSettings tls;
//   add_options(table, tls);
//   ...
//   options.tls = read_tls(table, faults, tls);        // null without --tls-cert

#include <apps/common/faults.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>
#include <libnet/io/tls/tls_context.hpp>
#include <libnet/tls.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

/// What the command line says about TLS.
struct TlsSettings {
    std::vector<std::string> certificates, keys;
    std::optional<io::ClientCertificate> client_certificate{};  ///< not given: required where there is a CA
    io::TlsOptions options{};
};

/// Adds --tls-cert and --tls-key to the group that the table is in, and the rarer ones in a group of their own.
inline void add_options(Options& table, TlsSettings& tls)
{
    using namespace std::chrono_literals;
    using io::ClientCertificate, io::TlsVersion;
    table
        .value("tls-cert", "FILE,...", "certificates with their chains; speak TLS", texts("file name"),
               tls.certificates)
        .value("tls-key", "FILE,...", "their keys (in the same files)", texts("file name"), tls.keys);
    table.rare_group("TLS")
        .value("tls-min", "VERSION", "the least version, 1.2 or 1.3 (1.2)",
               choice<TlsVersion>({{"1.2", TlsVersion::tls_1_2}, {"1.3", TlsVersion::tls_1_3}}),
               tls.options.least_version)
        .value("tls-ciphers", "LIST", "OpenSSL's names of suites, for TLS 1.2 (ECDHE with AES-GCM or ChaCha20)",
               text("list of ciphers"), tls.options.ciphers)
        .value("tls-tickets", "TIME", "how long sessions can be resumed, 0 for never (43200)", period(0s, 168h),
               tls.options.ticket_period)
        .value("tls-client-ca", "FILE", "who signs certificates of clients", text("file name"),
               tls.options.client_ca_file)
        .value("tls-client-cert", "WHEN", "clients show a certificate: required, optional, none (required with a CA)",
               choice<ClientCertificate>({{"required", ClientCertificate::required},
                                          {"optional", ClientCertificate::optional},
                                          {"none", ClientCertificate::none}}),
               tls.client_certificate);
}

/// Reads the certificates; null when there are none.
/// @throws std::exception what is wrong with them
inline std::shared_ptr<io::TlsContext> make_context(TlsSettings tls)
{
    if (tls.certificates.empty() && tls.keys.empty()) return nullptr;
    if (!tls.keys.empty() && tls.keys.size() != tls.certificates.size())
        throw OptionError{"tls-key", "give one key for each certificate, or none"};
    for (std::size_t i = 0; i < tls.certificates.size(); ++i)
        tls.options.certificates.push_back(
            {.chain_file = tls.certificates[i], .key_file = tls.keys.empty() ? std::string{} : tls.keys[i]});
    const auto asks =
        tls.options.client_ca_file.empty() ? io::ClientCertificate::none : io::ClientCertificate::required;
    tls.options.client_certificate = tls.client_certificate.value_or(asks);
    return std::make_shared<io::TlsContext>(std::move(tls.options));
}

namespace detail {

/// Says of each certificate, of the clients' authority and of the ciphers what is wrong with it. False: nothing.
inline bool find_tls_faults(const Options& table, Faults& faults, const TlsSettings& tls)
{
    const auto so_far = faults.count();
    TlsSettings alone;
    alone.options.least_version = tls.options.least_version;
    for (std::size_t i = 0; i < tls.certificates.size(); ++i) {
        alone.certificates = {tls.certificates[i]};
        if (!tls.keys.empty()) alone.keys = {tls.keys[i]};
        table.attempt(faults, {"tls-cert"}, [&] { make_context(alone); });
    }
    if (faults.count() != so_far) return true;
    alone.options.client_ca_file = tls.options.client_ca_file;
    table.attempt(faults, {"tls-client-ca"}, [&] { make_context(alone); });
    alone.options.client_ca_file.clear();
    alone.options.ciphers = tls.options.ciphers;
    table.attempt(faults, {"tls-ciphers"}, [&] { make_context(alone); });
    return faults.count() != so_far;
}

}  // namespace detail

/// As `make_context`; all that is wrong is noted, and said of the option that it is about.
inline std::shared_ptr<io::TlsContext> read_tls(const Options& table, Faults& faults, const TlsSettings& tls)
{
    std::shared_ptr<io::TlsContext> context;
    table.attempt(faults, {"tls-cert", "tls-key"}, [&] {
        try {
            context = make_context(tls);
        } catch (const OptionError&) {
            throw;
        } catch (const std::exception&) {
            if (!detail::find_tls_faults(table, faults, tls)) throw;
        }
    });
    return context;
}

}  // namespace libnet::apps
