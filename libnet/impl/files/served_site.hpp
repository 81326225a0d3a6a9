#pragma once
// A site of a StaticFileServer, and its files.

#include <libnet/engine/files/site.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <libnet/io/files/file_store.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

struct ServedSite {
    ServedSite(SiteOptions options, io::FileStoreShare& share, const std::string& root)
        : site{std::move(options)},
          files{share, root, site.options().symlinks},
          encoded{share.executor}
    {}

    engine::Site site;
    io::FileStore files;
    io::EncodedFiles encoded;
};

}  // namespace libnet::inline v0::detail
