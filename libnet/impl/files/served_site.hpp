#pragma once
// A site of a StaticFileServer, and its files.

#include <libnet/engine/files/site.hpp>
#include <libnet/io/files/directory_pages.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <libnet/io/files/file_store.hpp>

#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

struct ServedSite {
    ServedSite(SiteOptions options, io::FileStoreShare& share, const std::string& root,
               const std::vector<std::string>& withheld)
        : site{std::move(options)},
          files{share, root, site.options().symlinks, {}, {withheld, root}},
          pages{share, files},
          encoded{share.executor}
    {}

    engine::Site site;
    io::FileStore files;
    io::DirectoryPages pages;
    io::EncodedFiles encoded;
};

}  // namespace libnet::inline v0::detail
