#pragma once
// What execve(2) takes, made before fork(2).

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace libnet::test {

using Arguments = std::vector<std::string>;

/// A program's arguments and environment, in the form that the kernel wants them.
///
/// It is made before the fork, because the child of a process with several threads may not allocate: another thread may
/// have held a lock of the allocator at that moment, and in the child no thread gives it back. (glibc sees to its own
/// allocator, but AddressSanitizer brings another one.) The child would wait for ever.
class Command {
public:
    /// `environment` are NAME=value pairs added to ours, in place of those of the same name.
    explicit Command(const Arguments& arguments, const Arguments& environment = {})
        : arguments_{arguments},
          environment_{environment}
    {
        for (auto& argument : arguments_) argv_.push_back(argument.data());
        argv_.push_back(nullptr);
        for (char** ours = environ; *ours != nullptr; ++ours)
            if (!is_replaced(*ours)) envp_.push_back(*ours);
        for (auto& variable : environment_) envp_.push_back(variable.data());
        envp_.push_back(nullptr);
    }
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// Becomes the program, found through PATH unless its name has a slash. Exit code 127: it can't. Allocates nothing.
    [[noreturn]] void become() const
    {
        ::execvpe(argv_.front(), argv_.data(), envp_.data());
        ::_exit(127);
    }

private:
    bool is_replaced(const std::string& variable) const
    {
        const auto name = variable.substr(0, variable.find('=') + 1);
        return std::any_of(environment_.begin(), environment_.end(),
                           [&](const std::string& other) { return other.starts_with(name); });
    }

    Arguments arguments_, environment_;
    std::vector<char*> argv_, envp_;
};

}  // namespace libnet::test
