#pragma once
// Learns from the kernel which names in the served directory stand for something else now: inotify(7).

#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/loop/executor.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace libnet::inline v0::io {

/// Watches the directories that names lead through.
///
/// It doesn't see everything: it misses changes behind a symbolic link that leads through other directories,
/// those that another machine makes on a network file system, and none at all where the user has no inotify instance
/// left (/proc/sys/fs/inotify/max_user_instances). What must be right in the end has to be looked at now and then.
class DirectoryWatch {
public:
    /// Something happened to this name: it was made, changed, moved or removed.
    using OnChange = std::function<void(std::string_view name)>;

    /// The same for all that lies in a directory; empty: anywhere.
    using OnDirectoryChange = std::function<void(std::string_view directory)>;

    /// The handlers are called on the executor. `root` must outlive it. `diagnostics` is told, once, that there is no instance
    /// left, and of the first directory that can't be watched.
    DirectoryWatch(const Executor& executor, const RootDirectory& root, OnChange on_change,
                   OnDirectoryChange on_directory_change, base::Diagnostics diagnostics = {});

    /// Ends at once.
    ~DirectoryWatch();
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

    /// Watches the directories that `name` leads through, as far as they are there and it doesn't have to wait for that:
    /// behind the first that isn't, none is looked up. True: some of them are new, and what is known of `name` may be older
    /// than the watching.
    bool watch(std::string_view name);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/directory_watch.ipp>
#endif
