#pragma once
// A port that is talked to, and what about.

#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/folder.hpp>
#include <tests/fuzz/live/mutation.hpp>
#include <tests/fuzz/live/tls_socket.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>

namespace live {

inline void replace_all(std::string& text, const std::string& what, const std::string& by)
{
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// The good inputs of each kind.
struct Seeds {
    Seeds(const std::filesystem::path& folder, std::uint16_t origin)
        : requests{seeds_in(folder / "requests")},
          proxied{seeds_in(folder / "proxied")},
          hellos{seeds_in(folder / "tls")},
          prefaces{seeds_in(folder / "prefaces")},
          pages{seeds_in(folder / "pages")},
          probes{seeds_in(folder / "probes")}
    {
        const auto address = Socket::loopback(origin);
        const auto octets = [](const auto& value) {
            return std::string{reinterpret_cast<const char*>(&value), sizeof value};
        };
        for (auto& text : proxied) {
            replace_all(text, "{origin}", "127.0.0.1:" + std::to_string(origin));
            replace_all(text, "{port}", std::to_string(origin));
            replace_all(text, "{origin-address}", octets(address.sin_addr.s_addr));
            replace_all(text, "{origin-port}", octets(address.sin_port));
        }
        probes.insert(probes.end(), pages.begin(), pages.end());
        hellos.push_back(requests.front());
    }

    std::vector<std::string> requests, proxied, hellos, prefaces, pages, probes;
};

class Target {
public:
    enum class Speaks : std::uint8_t { plainly, tls };

    /// @param prefaces  one of them comes first, before TLS too
    Target(std::string name, std::uint16_t port, std::vector<std::string> seeds, std::vector<std::string> prefaces = {},
           Speaks speaks = Speaks::plainly)
        : name_{std::move(name)},
          port_{port},
          seeds_{std::move(seeds)},
          prefaces_{std::move(prefaces)},
          speaks_{speaks}
    {}

    const std::string& name() const { return name_; }

    /// One conversation, made at random.
    void talk(Dice& dice)
    {
        std::string preface = prefaces_.empty() ? "" : prefaces_[dice.below(prefaces_.size())];
        const auto& seed = seeds_[dice.below(seeds_.size())];
        unsigned status = 0;
        if (speaks_ == Speaks::tls) {
            if (!prefaces_.empty() && dice.once_in(10)) preface = mutate(preface, prefaces_, dice);
            status = converse(TlsSocket{port_, preface}, mutate(seed, seeds_, dice), dice);
        } else {
            // Most prefaces stay as they are, so that what follows is read.
            const auto input = preface.empty() || dice.once_in(3) ? mutate(preface + seed, seeds_, dice)
                                                                  : preface + mutate(seed, seeds_, dice);
            status = converse(Socket{port_}, input, dice);
        }
        ++conversations;
        answers += status != 0 ? 1 : 0;
        refusals += status >= 400 ? 1 : 0;
    }

    std::atomic<std::uint64_t> conversations{0}, answers{0}, refusals{0};

private:
    std::string name_;
    std::uint16_t port_;
    std::vector<std::string> seeds_, prefaces_;
    Speaks speaks_;
};

}  // namespace live
