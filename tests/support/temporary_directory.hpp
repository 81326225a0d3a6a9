#pragma once
// A directory that lives as long as a test, and files in it.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/stat.h>

namespace libnet::test {

/// Makes an empty directory, and removes it with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "libnet-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make " + name};
        path_ = name;
    }
    ~TemporaryDirectory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Writes a file, with the directories that its name asks for, and returns its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const
    {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream out{file, std::ios::binary | std::ios::trunc};
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
        return file;
    }

    /// Waits until the kernel's clock for files ticks, a few milliseconds at most: the time stamps of whatever changes from
    /// now on differ from those of before.
    void wait_for_tick() const
    {
        const auto stamp = [this] {
            struct stat status {};
            ::chmod(path_.c_str(), 0700);
            ::stat(path_.c_str(), &status);
            return std::pair{status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
        };
        for (const auto before = stamp(); stamp() == before;) std::this_thread::yield();
    }

private:
    std::filesystem::path path_;
};

/// The whole content of a file, as bytes.
inline std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    if (!in) throw std::runtime_error{"cannot read " + file.string()};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace libnet::test
