#pragma once
// A file descriptor that closes itself.

#include <utility>

#include <unistd.h>

namespace libnet::inline v0::io {

/// Owns one descriptor, or none.
class FileDescriptor {
public:
    FileDescriptor() noexcept = default;

    /// Takes over a descriptor; a negative one is none.
    explicit FileDescriptor(int descriptor) noexcept : descriptor_{descriptor} {}

    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }

    /// Gives it away: the caller closes it.
    int release() noexcept { return std::exchange(descriptor_, -1); }

    /// Closes it now.
    void reset() noexcept { FileDescriptor{std::exchange(descriptor_, -1)}; }

private:
    int descriptor_ = -1;
};

}  // namespace libnet::inline v0::io
