#pragma once

#include <libnet/io/files/withheld_files.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL WithheldFiles::WithheldFiles(std::vector<std::string> paths, const std::string& root)
    : paths_{std::move(paths)}
{
    namespace fs = std::filesystem;
    std::error_code failed;
    const auto real_root = fs::weakly_canonical(fs::absolute(root, failed), failed);
    for (const auto& path : paths_) {
        const auto absolute = fs::absolute(path, failed);
        // Both where the name is, and where a link of that name leads.
        const auto named = fs::weakly_canonical(absolute.parent_path(), failed) / absolute.filename();
        const auto real = fs::weakly_canonical(absolute, failed);
        bool lies_inside = false;
        for (const auto& place : {named, real}) {
            const auto name = place.lexically_relative(real_root);
            if (name.empty() || name == "." || *name.begin() == "..") continue;
            lies_inside = true;
            if (std::ranges::find(names_, name.string()) == names_.end()) names_.push_back(name.string());
        }
        if (lies_inside) inside_.push_back(path);
    }
}

LIBNETXX_DECL bool WithheldFiles::holds_name(std::string_view name) const noexcept
{
    return std::ranges::any_of(names_, [name](const std::string& own) { return engine::is_form_of(own, name); });
}

LIBNETXX_DECL bool WithheldFiles::holds_file(std::uint64_t device, std::uint64_t inode) const noexcept
{
    return std::ranges::any_of(paths_, [&](const std::string& path) {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 && status.st_dev == device && status.st_ino == inode;
    });
}

}  // namespace libnet::inline v0::io
