// Runs a fuzzer's seeds as an ordinary test, with any compiler: replay FILE|FOLDER...
//
// Each seed goes in whole, and cut off after every octet: a truncated message is what parsers most often get wrong. The
// copy has exactly the seed's size, so that AddressSanitizer sees the first octet read beyond it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

/// Prefixes of seeds longer than this would take too long for a test.
constexpr std::size_t longest_cut = 4096;

void run(const std::string& seed, std::size_t size)
{
    const std::vector<std::uint8_t> input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

bool replay(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    const std::string seed{std::istreambuf_iterator<char>{in}, {}};
    if (!in.good() && !in.eof()) return false;
    for (std::size_t size = 0; size < std::min(seed.size(), longest_cut); ++size) run(seed, size);
    run(seed, seed.size());
    return true;
}

/// The files at and below each path, in a fixed order.
std::vector<std::filesystem::path> files_at(const std::vector<std::filesystem::path>& paths)
{
    std::vector<std::filesystem::path> files;
    for (const auto& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator{path})
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace

int main(int count, char** arguments)
{
    const auto files = files_at({arguments + std::min(count, 1), arguments + count});
    if (files.empty()) {
        std::fputs("replay: no seeds: usage: replay FILE|FOLDER...\n", stderr);
        return 2;  // a run without seeds would pass, and show nothing
    }
    for (const auto& file : files) {
        if (replay(file)) continue;
        std::fprintf(stderr, "replay: %s: can't be read\n", file.c_str());
        return 1;
    }
    std::printf("replay: %zu seeds\n", files.size());
}
