#pragma once

#include <libnet/io/files/directory_watch.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/inotify.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// Shared with the handler of the reading, which may run after the watch is gone.
struct DirectoryWatch::State : std::enable_shared_from_this<State> {
    using Stream = asio::posix::basic_stream_descriptor<Executor>;

    State(const Executor& io_executor, const RootDirectory& served_root, OnChange change, OnDirectoryChange directory,
          base::Diagnostics complaints)
        : executor{io_executor},
          root{served_root},
          on_change{std::move(change)},
          on_directory_change{std::move(directory)},
          diagnostics{std::move(complaints)}
    {}

    static constexpr std::size_t most_directories = 4096, most_names = 16;
    static constexpr std::uint32_t wanted = IN_CREATE | IN_DELETE | IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM |
                                            IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

    enum class Outcome : std::uint8_t {
        known,    ///< it was looked at before
        added,    ///< it is watched now
        nothing,  ///< it isn't there, or can't be watched: what lies in it is no better
    };
    Outcome watch_directory(std::string_view directory);
    bool start();
    void wait();
    void read_events();
    void take(const inotify_event& event);
    void lose(int watch);
    void unwatch_beneath(const std::string& directory);
    void forget_name(int watch, const std::string& directory);
    void complain(std::string_view what);

    Executor executor;
    const RootDirectory& root;
    OnChange on_change;
    OnDirectoryChange on_directory_change;
    const base::Diagnostics diagnostics;
    std::optional<Stream> events;
    bool complained = false;
    bool unavailable = false;
    std::map<std::string, int, std::less<>> watches;          // by the directory's name; -1: it can't be watched
    std::unordered_map<int, std::vector<std::string>> names;  // links may give a directory several
    std::string changed;                                      // keeps its memory
};

LIBNETXX_DECL DirectoryWatch::State::Outcome DirectoryWatch::State::watch_directory(std::string_view directory)
{
    if (watches.find(directory) != watches.end()) return Outcome::known;
    if (unavailable || watches.size() >= most_directories) return Outcome::nothing;
    const auto found = root.find_directory(directory, Waiting::refused);
    if (!found || !start()) return Outcome::nothing;
    const auto path = "/proc/self/fd/" + std::to_string(found->get());
    const int watch = ::inotify_add_watch(events->native_handle(), path.c_str(), wanted);
    if (watch < 0) complain("a directory can't be watched");
    const bool watched = watch >= 0 && names[watch].size() < most_names;
    watches.emplace(directory, watched ? watch : -1);
    if (watched) names[watch].emplace_back(directory);
    return watched ? Outcome::added : Outcome::known;
}

LIBNETXX_DECL bool DirectoryWatch::State::start()
{
    if (events) return true;
    FileDescriptor descriptor{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    unavailable = !descriptor;
    if (unavailable) {
        complain("directories can't be watched");
        return false;
    }
    events.emplace(executor, descriptor.release());
    wait();
    return true;
}

/// Says why, by errno. Once: what fails for one directory often fails for the next.
LIBNETXX_DECL void DirectoryWatch::State::complain(std::string_view what)
{
    const auto why = last_error().message();
    if (std::exchange(complained, true)) return;
    diagnostics.tell(DiagnosticLevel::warning,
                     std::string{what}.append(", and changes show up to a second late: ").append(why));
}

LIBNETXX_DECL void DirectoryWatch::State::wait()
{
    events->async_wait(asio::posix::descriptor_base::wait_read,
                       [weak = weak_from_this()](const boost::system::error_code& error) {
                           const auto state = weak.lock();
                           if (error || !state) return;
                           state->read_events();
                           state->wait();
                       });
}

LIBNETXX_DECL void DirectoryWatch::State::read_events()
{
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    for (;;) {
        const auto size = ::read(events->native_handle(), buffer.data(), buffer.size());
        if (size <= 0) return;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
            take(event);
            at += sizeof event + event.len;
        }
    }
}

LIBNETXX_DECL void DirectoryWatch::State::take(const inotify_event& event)
{
    if ((event.mask & IN_Q_OVERFLOW) != 0) return on_directory_change({});  // some were lost: any name may have changed
    if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0) return lose(event.wd);
    const auto found = names.find(event.wd);
    if (event.len == 0 || found == names.end()) return;
    const auto directories = found->second;  // a copy: what changed may be one of them
    for (const auto& directory : directories) {
        changed = directory;
        if (!changed.empty()) changed += '/';
        changed += event.name;
        on_change(changed);
        const bool moves = (event.mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)) != 0;
        if (moves && watches.find(changed) != watches.end()) unwatch_beneath(changed);
    }
}

/// The directory is no longer where it was, or nowhere.
LIBNETXX_DECL void DirectoryWatch::State::lose(int watch)
{
    const auto found = names.find(watch);
    if (found == names.end()) return;
    const auto directories = found->second;
    for (const auto& directory : directories) unwatch_beneath(directory);
}

LIBNETXX_DECL void DirectoryWatch::State::unwatch_beneath(const std::string& directory)
{
    on_directory_change(directory);
    for (auto at = watches.lower_bound(directory); at != watches.end() && at->first.starts_with(directory);) {
        const bool beneath =
            directory.empty() || at->first.size() == directory.size() || at->first[directory.size()] == '/';
        if (beneath && at->second >= 0) forget_name(at->second, at->first);
        at = beneath ? watches.erase(at) : std::next(at);
    }
}

LIBNETXX_DECL void DirectoryWatch::State::forget_name(int watch, const std::string& directory)
{
    const auto found = names.find(watch);
    if (found == names.end()) return;
    std::erase(found->second, directory);
    if (!found->second.empty()) return;
    names.erase(found);
    ::inotify_rm_watch(events->native_handle(), watch);  // fails when the directory is gone, as it should
}

LIBNETXX_DECL DirectoryWatch::DirectoryWatch(const Executor& executor, const RootDirectory& root, OnChange on_change,
                                             OnDirectoryChange on_directory_change, base::Diagnostics diagnostics)
    : state_{std::make_shared<State>(executor, root, std::move(on_change), std::move(on_directory_change),
                                     std::move(diagnostics))}
{}

LIBNETXX_DECL DirectoryWatch::~DirectoryWatch() = default;

LIBNETXX_DECL bool DirectoryWatch::watch(std::string_view name)
{
    auto outcome = state_->watch_directory({});
    bool is_new = outcome == State::Outcome::added;
    for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
        outcome = state_->watch_directory(name.substr(0, slash));
        if (outcome == State::Outcome::nothing) break;
        is_new = is_new || outcome == State::Outcome::added;
    }
    return is_new;
}

}  // namespace libnet::inline v0::io
