#pragma once
// What tests of TLS serve, and a certificate for who does.

#include <tests/support/certificates.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>

namespace libnet::test {

/// A directory with a.txt ("hello") and large.txt (numbers()), and a certificate for 127.0.0.1 and for no name.
struct TlsSite {
    TlsSite()
    {
        root.write("a.txt", "hello");
        root.write("large.txt", numbers());
        certificates.make("site", "IP:127.0.0.1");
    }

    /// Of who serves it.
    Arguments tls() const { return {"--tls-cert", certificates.chain("site"), "--tls-key", certificates.key("site")}; }

    /// A file for who trusts it.
    std::string authority() const { return certificates.chain("site"); }

    TemporaryDirectory root;
    Certificates certificates;
};

}  // namespace libnet::test
