#pragma once
// Files of the server itself, which are never sent: passwords, keys, logs.

#include <libnet/config.hpp>
#include <libnet/engine/files/withheld_name.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::io {

/// Knows the files that are withheld from a root, wherever they are: by their names where they lie in it, also before
/// they are there and when they have been replaced, and by what they are, whatever link leads to them.
class WithheldFiles {
public:
    WithheldFiles() = default;

    /// `paths` are as open(2) takes them.
    WithheldFiles(std::vector<std::string> paths, const std::string& root);

    bool empty() const noexcept { return paths_.empty(); }

    /// Whether a name, relative to the root, is that of one of them, or of an earlier or compressed form of it
    /// (engine::is_form_of).
    bool holds_name(std::string_view name) const noexcept;

    /// Whether this is one of them now. A system call for each.
    bool holds_file(std::uint64_t device, std::uint64_t inode) const noexcept;

    /// The paths that lie in the root, as they were given.
    const std::vector<std::string>& inside() const noexcept { return inside_; }

private:
    std::vector<std::string> paths_, inside_;
    std::vector<std::string> names_;  // of those that lie in the root, relative to it
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/withheld_files.ipp>
#endif
