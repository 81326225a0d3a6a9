#pragma once
// Certificates made for a test, with the command that administrators use.

#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <stdexcept>
#include <string>

namespace libnet::test {

/// A directory of certificates: NAME.pem with NAME.key beside it.
class Certificates {
public:
    std::string chain(const std::string& name) const { return path(name + ".pem"); }
    std::string key(const std::string& name) const { return path(name + ".key"); }

    /// Makes one that is signed with its own key, for these names: "DNS:example.org,DNS:*.example.org". `kind` is what
    /// openssl-req's -newkey takes.
    void make(const std::string& name, const std::string& alternatives, const std::string& kind = "ec:" + curve()) const
    {
        openssl({"req", "-x509", "-newkey", kind, "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
                 "subjectAltName=" + alternatives, "-keyout", key(name), "-out", chain(name)});
    }

    /// Makes one that another one has signed, for a client; with other names than its own, if any.
    void make_client(const std::string& name, const std::string& authority, const std::string& alternatives = {}) const
    {
        Arguments request{"req",         "-newkey", "ec:" + curve(), "-nodes", "-subj",
                          "/CN=" + name, "-keyout", key(name),       "-out",   path(name + ".csr")};
        if (!alternatives.empty()) request.insert(request.end(), {"-addext", "subjectAltName=" + alternatives});
        openssl(request);
        openssl({"x509", "-req", "-copy_extensions", "copy", "-in", path(name + ".csr"), "-CA", chain(authority),
                 "-CAkey", key(authority), "-days", "2", "-CAcreateserial", "-out", chain(name)});
    }

    const TemporaryDirectory& directory() const { return directory_; }

private:
    /// The parameters of P-256, which is what "ec:" wants to read.
    static const std::string& curve()
    {
        static const TemporaryDirectory directory;
        static const auto file = (directory.path() / "p256").string();
        static const auto made = run({"openssl", "ecparam", "-name", "prime256v1", "-out", file});
        if (made.exit_code != 0) throw std::runtime_error{made.err};
        return file;
    }

    static void openssl(Arguments arguments)
    {
        arguments.insert(arguments.begin(), "openssl");
        const auto made = run(arguments);
        if (made.exit_code != 0) throw std::runtime_error{made.err};
    }

    std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

    TemporaryDirectory directory_;
};

}  // namespace libnet::test
