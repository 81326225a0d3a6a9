#pragma once
// What is in a directory.

#include <libnet/config.hpp>
#include <libnet/engine/files/directory_page.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/files/withheld_files.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <string_view>

namespace libnet::inline v0::io {

/// Reads the files and directories in a directory of the root, at most `limit` of them. What `RootDirectory::open`
/// would not open because of what it is, or where a symbolic link leads, is left out, and so is what is withheld. An
/// empty name is the root itself.
///
/// Costs a system call for each entry, and three for a symbolic link. Errors: those of `RootDirectory::open`, and
/// what getdents64(2) reports.
boost::system::result<engine::DirectoryContent> read_directory(const RootDirectory& root, std::string_view name,
                                                               std::size_t limit, const WithheldFiles& withheld = {});

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/read_directory.ipp>
#endif
