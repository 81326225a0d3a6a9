#pragma once
// The process that takes our place: how a daemon becomes a newer version of itself without a connection being refused.
//
// It inherits the listening sockets, so clients that connect meanwhile wait in the same queues, whichever of the two
// processes accepts them. When it serves it says so through a pipe, and only then the old process stops listening; where it
// ends before, or says nothing for too long, the old one goes on as before.

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace libnet::inline v0 {

/// Started with the command line of this process and its sockets.
class Successor {
public:
    /// Starts it, with SIGHUP, SIGUSR1 and SIGUSR2 blocked, which it unblocks: `arguments` with the program's name
    /// first, which is looked for as a shell does. All of `sockets` must be open; it finds them with
    /// `io::take_inheritance`.
    /// @throws std::system_error what pipe2(2) or posix_spawn(3) reports
    Successor(const boost::asio::any_io_executor& executor, const std::vector<std::string>& arguments,
              const std::vector<int>& sockets, const std::vector<int>& given = {})
        : news_{std::make_shared<boost::asio::posix::stream_descriptor>(executor)},
          patience_{executor}
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error{errno, std::generic_category(), "pipe"};
        news_->assign(ends[0]);
        const io::FileDescriptor ready{ends[1]};
        auto all = sockets;
        all.insert(all.end(), given.begin(), given.end());
        start(arguments, environment(sockets, given, ready.get()), all, ready.get());
    }
    Successor(const Successor&) = delete;
    Successor& operator=(const Successor&) = delete;

    /// A process of which it isn't known that it serves is ended: no other process would wait for it.
    ~Successor()
    {
        if (!settled_) end_process();
    }

    pid_t pid() const noexcept { return pid_; }  ///< of the new process; 0: there is none

    /// Ends the waiting of `serves`, which completes with false.
    void give_up() noexcept
    {
        boost::system::error_code ignored;
        news_->close(ignored);
    }

    /// Completes with true when it serves, and with false when it has ended instead, or was ended because `limit` had
    /// passed.
    boost::asio::awaitable<bool> serves(std::chrono::seconds limit) &
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        patience_.expires_after(limit);
        const std::weak_ptr<boost::asio::posix::stream_descriptor> weak = news_;
        patience_.async_wait(
            [weak](boost::system::error_code cancelled) {  // it may be called when this object has gone
                const auto news = weak.lock();
                boost::system::error_code ignored;
                if (news && !cancelled) news->close(ignored);
            });
        char octet = 0;
        const auto buffer = boost::asio::buffer(&octet, 1);
        const auto [failed, size] = co_await news_->async_read_some(buffer, token);
        patience_.cancel();
        const bool serves = !failed && size == 1;
        if (!serves) end_process();
        settled_ = true;
        co_return serves;
    }

private:
    void end_process() noexcept
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    static std::string listed(const std::vector<int>& descriptors)
    {
        std::string list;
        for (const int each : descriptors) list.append(list.empty() ? "" : ",").append(std::to_string(each));
        return list;
    }

    static std::vector<std::string> environment(const std::vector<int>& sockets, const std::vector<int>& given,
                                                int ready)
    {
        std::vector<std::string> variables;
        for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
        variables.push_back(std::string{io::predecessor_variable} + "=" + listed(sockets));
        variables.push_back(std::string{io::service_variable} + "=" + listed(given));
        variables.push_back(std::string{io::ready_variable} + "=" + std::to_string(ready));
        return variables;
    }

    static std::vector<char*> pointers(std::vector<std::string>& texts)
    {
        std::vector<char*> list;
        for (auto& text : texts) list.push_back(text.data());
        list.push_back(nullptr);
        return list;
    }

    void start(std::vector<std::string> arguments, std::vector<std::string> variables, const std::vector<int>& sockets,
               int ready)
    {
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        for (const int socket : sockets)
            ::posix_spawn_file_actions_adddup2(&files, socket, socket);  // clears FD_CLOEXEC
        ::posix_spawn_file_actions_adddup2(&files, ready, ready);
        sigset_t held;  // until it can do something about them: they would end it
        sigemptyset(&held);
        for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&held, signal);
        ::posix_spawnattr_setsigmask(&attributes, &held);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        const auto argv = pointers(arguments), envp = pointers(variables);
        const int failure = ::posix_spawnp(&pid_, argv.front(), &files, &attributes, argv.data(), envp.data());
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
        if (failure != 0) throw std::system_error{failure, std::generic_category(), arguments.front()};
    }

    const std::shared_ptr<boost::asio::posix::stream_descriptor> news_;
    boost::asio::steady_timer patience_;
    pid_t pid_ = -1;
    bool settled_ = false;  // whether it serves is known
};

}  // namespace libnet::inline v0
