#pragma once
// Bodies of libnet/engine/dns/question_queue.hpp.

#include <libnet/engine/dns/question_queue.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void QuestionQueue::add(Id id, ClientKey key)
{
    Question& question = questions_[id];
    if (question.under_way || std::ranges::find(question.clients, key) != question.clients.end()) return;
    question.clients.push_back(key);
    Client& client = clients_[key];
    if (client.waiting.empty()) client.place = line_.insert(line_.end(), key);
    client.waiting.insert(id);
}

LIBNETXX_DECL bool QuestionQueue::drop(Id id)
{
    const auto found = questions_.find(id);
    if (found == questions_.end()) return true;
    if (found->second.under_way) return false;
    const auto clients = std::move(found->second.clients);
    questions_.erase(found);
    withdraw(id, clients);
    return true;
}

/// The question is not in the queue any more.
LIBNETXX_DECL void QuestionQueue::withdraw(Id id, const std::vector<ClientKey>& clients)
{
    for (const auto key : clients) {
        Client& client = clients_[key];
        client.waiting.erase(id);
        if (client.waiting.empty()) line_.erase(client.place);
        forget_idle(key);
    }
}

LIBNETXX_DECL std::optional<QuestionQueue::Id> QuestionQueue::next(TimePoint now)
{
    lose_patience(now);
    if (!may_ask()) return std::nullopt;
    const auto turn = std::ranges::find_if(line_, [this](ClientKey key) { return may_ask(clients_[key]); });
    if (turn == line_.end()) return std::nullopt;
    const auto key = *turn;
    line_.splice(line_.end(), line_, turn);
    const auto id = take(clients_[key]);
    begin(id, key, now);
    return id;
}

LIBNETXX_DECL QuestionQueue::Id QuestionQueue::take(Client& client)
{
    const bool newest = std::exchange(client.newest_next, !client.newest_next);
    return newest ? *client.waiting.rbegin() : *client.waiting.begin();
}

LIBNETXX_DECL void QuestionQueue::begin(Id id, ClientKey key, TimePoint now)
{
    Question& question = questions_[id];
    Client& client = clients_[key];
    ++client.under_way;  // first: a client that has nothing waiting nor under way is forgotten
    ++client.quick;
    ++under_way_;
    ++quick_;
    withdraw(id, question.clients);
    question.clients = {key};
    question.under_way = question.quick = true;
    question.quick_until = now + options_.patience;
    quick_ends_.push_back({question.quick_until, id});
}

LIBNETXX_DECL std::optional<QuestionQueue::TimePoint> QuestionQueue::deadline() const
{
    // The first of them may be answered by now: then this is too early, and the next call says better.
    if (line_.empty() || under_way_ >= options_.max_under_way || quick_ends_.empty()) return std::nullopt;
    return quick_ends_.front().until;
}

LIBNETXX_DECL void QuestionQueue::lose_patience(TimePoint now)
{
    for (; !quick_ends_.empty(); quick_ends_.pop_front()) {
        const auto found = questions_.find(quick_ends_.front().question);
        if (found == questions_.end() || !found->second.quick) continue;
        if (found->second.quick_until > now) return;
        end_quick(found->second);
    }
}

LIBNETXX_DECL void QuestionQueue::end_quick(Question& question)
{
    if (!std::exchange(question.quick, false)) return;
    --quick_;
    --clients_[question.clients.front()].quick;
}

LIBNETXX_DECL void QuestionQueue::end(Id id)
{
    const auto found = questions_.find(id);
    if (found == questions_.end() || !found->second.under_way) return;
    end_quick(found->second);
    const auto key = found->second.clients.front();
    questions_.erase(found);
    --under_way_;
    --clients_[key].under_way;
    forget_idle(key);
}

LIBNETXX_DECL void QuestionQueue::forget_idle(ClientKey key)
{
    const auto found = clients_.find(key);
    if (found != clients_.end() && found->second.waiting.empty() && found->second.under_way == 0) clients_.erase(found);
}

}  // namespace libnet::inline v0::engine
