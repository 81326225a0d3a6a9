// How long a list of a million domains and a hundred thousand networks takes to read, what it takes of memory, and how long
// a look-up takes: target_lists [DOMAINS [NETWORKS]]

#include <libnet/engine/proxy/egress_list.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace libnet::engine;

namespace {

/// Seconds of this thread's processor time: what others do on the machine at the same time doesn't count.
double processor_time()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Resident memory of this process, in MiB.
double resident()
{
    long pages = 0, ignored = 0;
    std::ifstream{"/proc/self/statm"} >> ignored >> pages;
    return static_cast<double>(pages) * 4096 / (1024 * 1024);
}

std::string random_name(std::mt19937& random)
{
    constexpr std::string_view ends[] = {".com", ".net", ".org", ".co.uk", ".example"};
    std::string name;
    for (auto left = 5 + random() % 12; left > 0; --left) name += static_cast<char>('a' + random() % 26);
    if (random() % 3 == 0) name = "cdn" + std::to_string(random() % 100) + "." + name;
    return name + std::string{ends[random() % std::size(ends)]};
}

boost::asio::ip::address_v4 random_address(std::mt19937& random)
{
    return boost::asio::ip::address_v4{static_cast<std::uint32_t>(random())};
}

std::string list_text(std::mt19937& random, std::size_t domains, std::size_t networks, std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < domains; ++i) {
        const auto name = random_name(random);
        text += (i % 2 == 0 ? "." : "") + name + "\n";
        if (i % 100 == 0) names.push_back("www." + name);
        if (i % 100 == 1) names.push_back(name);
    }
    for (std::size_t i = 0; i < networks; ++i)
        text += random_address(random).to_string() + "/" + std::to_string(16 + random() % 17) + "\n";
    text.shrink_to_fit();
    return text;
}

template <typename Keys>
void measure(const char* what, const EgressList& list, const Keys& keys)
{
    constexpr int rounds = 20;
    std::size_t found = 0;
    const auto begin = processor_time();
    for (int round = 0; round < rounds; ++round)
        for (const auto& key : keys) found += list.find(key) ? 1U : 0U;
    const auto count = static_cast<double>(keys.size()) * rounds;
    std::printf("%-24s %6.0f ns a look-up, %.0f %% found\n", what, (processor_time() - begin) * 1e9 / count,
                static_cast<double>(found) * 100 / count);
}

}  // namespace

int main(int count, char** arguments)
{
    const auto number = [&](int index, std::size_t otherwise) {
        return index < count ? std::strtoul(arguments[index], nullptr, 10) : otherwise;
    };
    std::mt19937 random{1};
    std::vector<std::string> names, other_names;
    auto text = list_text(random, number(1, 1'000'000), number(2, 100'000), names);
    std::shuffle(names.begin(), names.end(), random);
    for (int i = 0; i < 20'000; ++i) other_names.push_back("www." + random_name(random));
    std::vector<boost::asio::ip::address> addresses;
    for (int i = 0; i < 20'000; ++i) addresses.emplace_back(random_address(random));

    const auto text_size = static_cast<double>(text.size()) / (1024 * 1024);
    const auto before = resident();
    const auto begin = processor_time();
    const EgressList list{std::move(text), {random(), random()}};
    const auto took = (processor_time() - begin);
    std::printf("%zu names and %zu networks apart: read in %.2f s, %.1f MiB with its text of %.1f MiB\n", list.names(),
                list.networks(), took, resident() - before + text_size, text_size);
    measure("names of the list:", list, names);
    measure("other names:", list, other_names);
    measure("addresses:", list, addresses);
}
