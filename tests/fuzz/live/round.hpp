#pragma once
// The programs of one round: started, talked to, reloaded, and stopped.

#include <tests/fuzz/live/configurations.hpp>
#include <tests/fuzz/live/conversation.hpp>
#include <tests/fuzz/live/mutation.hpp>
#include <tests/fuzz/live/subject.hpp>
#include <tests/fuzz/live/target.hpp>
#include <tests/fuzz/live/tls_socket.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace live {

/// What came of one round, or of several.
struct Outcome {
    std::uint64_t rounds = 0, reloads = 0, conversations = 0, answers = 0, refusals = 0;
    std::string failure{};  ///< empty: nothing was found

    void add(const Outcome& other)
    {
        rounds += other.rounds;
        reloads += other.reloads;
        conversations += other.conversations;
        answers += other.answers;
        refusals += other.refusals;
        failure += other.failure;
    }
};

class Round {
public:
    /// The inputs have the numbers from `*next` on.
    Round(const Configurations& configurations, const Folder& folder, const Seeds& seeds, std::uint64_t seed,
          std::atomic<std::uint64_t>& next)
        : httpd_{"httpd++", configurations.httpd(), folder.path()},
          secure_httpd_{"httpd++ with TLS", configurations.secure_httpd(), folder.path()},
          proxy_{"proxy++", configurations.proxy(), folder.path()},
          secure_proxy_{"proxy++ with TLS", configurations.secure_proxy(), folder.path()},
          ping_{"ping++", configurations.ping_exporter(), folder.path()},
          trace_{"trace++", configurations.trace_exporter(), folder.path()},
          seed_{seed},
          next_{next},
          dice_{~seed, next}
    {
        constexpr auto tls = Target::Speaks::tls;
        targets_.emplace_back("httpd++", httpd_.port(), seeds.requests);
        targets_.emplace_back("httpd++ before TLS", secure_httpd_.port(), seeds.hellos, seeds.prefaces);
        targets_.emplace_back("httpd++ in TLS", secure_httpd_.port(), seeds.requests, seeds.prefaces, tls);
        targets_.emplace_back("proxy++", proxy_.port(), seeds.proxied);
        targets_.emplace_back("proxy++ before TLS", secure_proxy_.port(), seeds.hellos, seeds.prefaces);
        targets_.emplace_back("proxy++ in TLS", secure_proxy_.port(), seeds.proxied, seeds.prefaces, tls);
        targets_.emplace_back("page of httpd++", httpd_.admin_port(), seeds.pages);
        targets_.emplace_back("page of httpd++ with TLS", secure_httpd_.admin_port(), seeds.pages);
        targets_.emplace_back("page of proxy++", proxy_.admin_port(), seeds.pages);
        targets_.emplace_back("page of proxy++ with TLS", secure_proxy_.admin_port(), seeds.pages);
        targets_.emplace_back("ping++", ping_.port(), seeds.probes);
        targets_.emplace_back("trace++", trace_.port(), seeds.probes);
    }

    /// Talks until the time is up or something is found.
    Outcome run(std::chrono::seconds length)
    {
        Outcome outcome{.rounds = 1};
        const auto end = std::chrono::steady_clock::now() + length;
        {
            std::vector<std::jthread> talkers;
            for (int i = 0; i < 8; ++i) talkers.emplace_back([this] { talk(); });
            while (outcome.failure.empty() && std::chrono::steady_clock::now() < end) {
                std::this_thread::sleep_for(std::chrono::milliseconds{500});
                disturb(outcome);
                outcome.failure = what_is_wrong();
            }
            stopping_ = true;
        }
        stop(outcome);
        return outcome;
    }

private:
    std::array<Subject*, 6> subjects() { return {&httpd_, &secure_httpd_, &proxy_, &secure_proxy_, &ping_, &trace_}; }

    void talk()
    {
        while (!stopping_) {
            Dice dice{seed_, next_++};
            targets_[dice.below(targets_.size())].talk(dice);
        }
    }

    /// Has one of them read its files again, or open its log again.
    void disturb(Outcome& outcome)
    {
        const auto all = subjects();
        all[dice_.below(all.size())]->signal(dice_.once_in(3) ? SIGUSR1 : SIGHUP);
        ++outcome.reloads;
    }

    /// Empty: all of them live, and a good client gets from each what it should.
    std::string what_is_wrong()
    {
        for (auto* const subject : subjects())
            if (!subject->is_alive()) return subject->name() + " has ended";
        const std::string head = " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", end = "\r\n";
        const std::string login = "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n",
                          preface = "PROXY TCP4 127.0.0.9 127.0.0.1 40000 8080\r\n";
        const auto url = "GET http://127.0.0.1:" + std::to_string(httpd_.port()) + "/good.txt";
        std::string wrong;
        const auto check = [&wrong](const Subject& subject, std::string_view expected, const auto& request) {
            std::string answer;
            for (int tries = 0; tries < 5; ++tries) {  // a busy machine may let the server's deadlines pass
                answer = request();
                if (answer.find(expected) != answer.npos) return;
            }
            wrong += subject.name() + " does not serve a good client: '" + answer.substr(0, 300) + "'\n";
        };
        const auto in_tls = [&preface](const Subject& subject, const std::string& request) {
            constexpr int patience = 20'000;
            return ask(TlsSocket{subject.port(), preface, patience}, request);
        };
        check(httpd_, "good\n", [&] { return ask(Socket{httpd_.port()}, "GET /good.txt" + head + end); });
        check(secure_httpd_, "good\n", [&] { return in_tls(secure_httpd_, "GET /good.txt" + head + end); });
        check(proxy_, "good\n", [&] { return ask(Socket{proxy_.port()}, url + head + end); });
        check(secure_proxy_, "good\n", [&] { return in_tls(secure_proxy_, url + head + login + end); });
        for (const auto* const exporter : {&ping_, &trace_})
            check(*exporter, "200 OK", [&] { return ask(Socket{exporter->port()}, "GET /metrics" + head + end); });
        return wrong;
    }

    void stop(Outcome& outcome)
    {
        for (const auto& target : targets_) {
            outcome.conversations += target.conversations;
            outcome.answers += target.answers;
            outcome.refusals += target.refusals;
            std::printf("live:   %-26s %6llu conversations, %6llu answers, %6llu of them refusals\n",
                        target.name().c_str(), static_cast<unsigned long long>(target.conversations),
                        static_cast<unsigned long long>(target.answers),
                        static_cast<unsigned long long>(target.refusals));
        }
        for (auto* const subject : subjects()) {
            std::printf("live:   %-26s %6ld MiB at most\n", subject->name().c_str(), subject->memory().first / 1024);
            subject->ask_to_end();  // all at once: each of them waits for its clients
        }
        for (auto* const subject : subjects())
            if (const auto wrong = subject->stop(); !wrong.empty())
                outcome.failure += (outcome.failure.empty() ? "" : "\n") + wrong;
    }

    Subject httpd_, secure_httpd_, proxy_, secure_proxy_, ping_, trace_;
    const std::uint64_t seed_;
    std::atomic<std::uint64_t>& next_;
    std::atomic<bool> stopping_{false};
    Dice dice_;
    std::deque<Target> targets_;
};

}  // namespace live
