#pragma once
// Catches what the test's own process writes to standard output or standard error.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#include <unistd.h>

namespace libnet::test {

/// While it lives, a descriptor (STDOUT_FILENO, STDERR_FILENO) leads to a file that `text` reads.
class Capture {
public:
    explicit Capture(int descriptor) : descriptor_{descriptor}, file_{std::tmpfile()}, saved_{::dup(descriptor)}
    {
        if (file_ == nullptr || saved_ < 0) throw std::system_error{errno, std::generic_category(), "capture"};
        std::fflush(nullptr);
        ::dup2(::fileno(file_), descriptor_);
    }
    ~Capture()
    {
        std::fflush(nullptr);
        ::dup2(saved_, descriptor_);
        ::close(saved_);
        std::fclose(file_);
    }
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    std::string text() const
    {
        std::fflush(nullptr);
        std::string all(4096, '\0');
        const auto size = ::pread(::fileno(file_), all.data(), all.size(), 0);
        all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return all;
    }

private:
    int descriptor_;
    std::FILE* file_;
    int saved_;
};

}  // namespace libnet::test
