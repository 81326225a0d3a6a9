#pragma once
// A StaticFileServer over a temporary directory, running in a thread.

#include <libnet/static_file_server.hpp>
#include <tests/support/server_thread.hpp>
#include <tests/support/temporary_directory.hpp>

#include <utility>

namespace libnet::test {

/// Serves `root` on loopback from construction on, and stops when it goes out of scope.
class FileServer : public ServerThread<StaticFileServer, StaticFileServerOptions> {
public:
    explicit FileServer(const TemporaryDirectory& root, StaticFileServerOptions options = {})
        : ServerThread{with_root(std::move(options), root)}
    {}

private:
    static StaticFileServerOptions with_root(StaticFileServerOptions options, const TemporaryDirectory& root)
    {
        options.root = root.path().string();
        return options;
    }
};

}  // namespace libnet::test
