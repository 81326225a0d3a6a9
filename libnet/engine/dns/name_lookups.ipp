#pragma once
// Bodies of libnet/engine/dns/name_lookups.hpp.

#include <libnet/engine/dns/name_lookups.hpp>

#include <algorithm>

namespace libnet::inline v0::engine {

LIBNETXX_DECL NameLookups::Ticket NameLookups::ask(std::string_view text, ClientKey client, Wish wish, TimePoint now)
{
    const auto entry = entry_of(text);
    Name& name = entry->second;
    // As long as a question waits, what has come is part of the same answer, even if its time to live is zero.
    for (auto& answer : name.answers)
        if (name.waiters.empty() && answer.settled() && answer.until <= now) answer = {};
    const auto ticket = ++last_ticket_;
    tickets_.emplace(ticket, entry);
    name.waiters.push_back({ticket, wish});
    want(entry, Family::ipv4, client);
    want(entry, Family::ipv6, client);
    settle(entry, now);
    return ticket;
}

LIBNETXX_DECL NameLookups::Entry NameLookups::entry_of(std::string_view text)
{
    auto entry = names_.find(text);
    if (entry == names_.end()) return names_.emplace(std::string{text}, Name{}).first;
    if (std::exchange(entry->second.idle, false)) idle_.erase(entry->second.place);
    return entry;
}

LIBNETXX_DECL void NameLookups::want(Entry entry, Family family, ClientKey client)
{
    Answer& answer = entry->second.answers[static_cast<std::size_t>(family)];
    if (answer.state == State::unknown) {
        answer.state = State::waiting;
        answer.question = ++last_question_;
        questions_.emplace(answer.question, std::pair{entry, family});
    }
    if (answer.state == State::waiting) queue_.add(answer.question, client);
}

LIBNETXX_DECL void NameLookups::leave(Ticket ticket)
{
    std::erase_if(told_, [ticket](const Tell& tell) { return tell.ticket == ticket; });
    const auto found = tickets_.find(ticket);
    if (found == tickets_.end()) return;
    const auto entry = found->second;
    tickets_.erase(found);
    Name& name = entry->second;
    std::erase_if(name.waiters, [ticket](const Waiter& waiter) { return waiter.ticket == ticket; });
    if (!name.waiters.empty()) return;
    delay(entry, std::nullopt);
    for (auto& answer : name.answers) {
        if (answer.state != State::waiting) continue;
        queue_.drop(answer.question);
        questions_.erase(answer.question);
        answer = {};
    }
    rest(entry);
}

LIBNETXX_DECL std::optional<NameLookups::Action> NameLookups::next(TimePoint now)
{
    while (told_.empty() && !delayed_.empty() && delayed_.begin()->first <= now) tell_usable(delayed_.begin()->second);
    if (!told_.empty()) {
        Action tell{std::move(told_.front())};
        told_.pop_front();
        return tell;
    }
    const auto question = queue_.next(now);
    if (!question) return std::nullopt;
    const auto& [entry, family] = questions_.at(*question);
    entry->second.answers[static_cast<std::size_t>(family)].state = State::under_way;
    return Ask{*question, entry->first, family};
}

LIBNETXX_DECL std::optional<NameLookups::TimePoint> NameLookups::deadline() const
{
    auto earliest = queue_.deadline();
    if (delayed_.empty()) return earliest;
    return earliest ? std::min(*earliest, delayed_.begin()->first) : delayed_.begin()->first;
}

LIBNETXX_DECL void NameLookups::on_answer(Question question, std::vector<boost::asio::ip::address> addresses,
                                          std::optional<std::chrono::seconds> ttl, TimePoint now)
{
    Entry entry;
    Answer* const answer = end_question(question, entry);
    if (answer == nullptr) return;
    answer->state = State::answered;
    answer->addresses = std::move(addresses);
    if (answer->addresses.size() > options_.max_addresses) answer->addresses.resize(options_.max_addresses);
    answer->since = now;
    answer->until =
        now + std::clamp(ttl.value_or(options_.longest_life), std::chrono::seconds{0}, options_.longest_life);
    settle(entry, now);
}

LIBNETXX_DECL void NameLookups::on_failure(Question question, boost::system::error_code error, Failure why,
                                           TimePoint now)
{
    Entry entry;
    Answer* const answer = end_question(question, entry);
    if (answer == nullptr) return;
    answer->state = State::failed;
    answer->failure = why;
    answer->error = error;
    answer->since = now;
    answer->until = now + (why == Failure::passing ? options_.failure_life : options_.negative_life);
    settle(entry, now);
}

LIBNETXX_DECL bool NameLookups::other_has_none(Question question) const
{
    const auto found = questions_.find(question);
    if (found == questions_.end()) return false;
    const auto& [entry, family] = found->second;
    const auto& other =
        entry->second.answers[static_cast<std::size_t>(family == Family::ipv4 ? Family::ipv6 : Family::ipv4)];
    return other.state == State::failed && other.failure == Failure::no_address;
}

LIBNETXX_DECL NameLookups::Answer* NameLookups::end_question(Question question, Entry& entry)
{
    const auto found = questions_.find(question);
    if (found == questions_.end()) return nullptr;
    queue_.end(question);
    entry = found->second.first;
    Answer& answer = entry->second.answers[static_cast<std::size_t>(found->second.second)];
    questions_.erase(found);
    return &answer;
}

/// Tells those who wait for the name what is known, if that is enough for them.
LIBNETXX_DECL void NameLookups::settle(Entry entry, TimePoint now)
{
    Name& name = entry->second;
    const bool complete = name.answers[0].settled() && name.answers[1].settled();
    if (complete) {
        delay(entry, std::nullopt);
        tell_all(entry, true);
    } else {
        delay(entry, name.waiters.empty() ? std::nullopt : usable_at(name));
        if (name.usable_at && *name.usable_at <= now) tell_usable(entry);
    }
    rest(entry);
}

/// When the addresses of one family are used without those of the other; empty: there are none, or nothing waits for them.
LIBNETXX_DECL std::optional<NameLookups::TimePoint> NameLookups::usable_at(const Name& name) const
{
    const auto in_a_hurry = [](const Waiter& waiter) { return waiter.wish == Wish::usable; };
    if (std::ranges::none_of(name.waiters, in_a_hurry)) return std::nullopt;
    for (const auto& answer : name.answers)
        if (!answer.addresses.empty()) return answer.since + options_.resolution_delay;
    return std::nullopt;
}

LIBNETXX_DECL void NameLookups::tell_usable(Entry entry)
{
    delay(entry, std::nullopt);
    tell_all(entry, false);
}

/// Tells all who wait, or those only who don't insist on a complete answer.
LIBNETXX_DECL void NameLookups::tell_all(Entry entry, bool complete)
{
    auto& waiters = entry->second.waiters;
    const auto stays = [complete](const Waiter& waiter) { return !complete && waiter.wish == Wish::complete; };
    for (const auto& waiter : waiters) {
        if (stays(waiter)) continue;
        told_.push_back({waiter.ticket, outcome_of(entry->second)});
        tickets_.erase(waiter.ticket);
    }
    std::erase_if(waiters, [&stays](const Waiter& waiter) { return !stays(waiter); });
}

LIBNETXX_DECL void NameLookups::delay(Entry entry, std::optional<TimePoint> until)
{
    auto& at = entry->second.usable_at;
    if (at == until) return;
    if (at) delayed_.erase({*at, entry});
    at = until;
    if (until) delayed_.emplace(*until, entry);
}

/// A name for which nothing is under way is only remembered, or forgotten if nothing is known of it.
LIBNETXX_DECL void NameLookups::rest(Entry entry)
{
    Name& name = entry->second;
    const auto open = [](const Answer& answer) {
        return answer.state == State::waiting || answer.state == State::under_way;
    };
    if (!name.waiters.empty() || name.idle || std::ranges::any_of(name.answers, open)) return;
    if (std::ranges::none_of(name.answers, &Answer::settled)) {
        names_.erase(entry);
        return;
    }
    name.idle = true;
    name.place = idle_.insert(idle_.end(), entry);
    if (idle_.size() <= options_.max_names) return;
    names_.erase(idle_.front());
    idle_.pop_front();
}

LIBNETXX_DECL NameOutcome NameLookups::outcome_of(const Name& name)
{
    NameOutcome outcome;
    const Answer* reason = nullptr;
    for (const auto& answer : name.answers) {
        outcome.addresses.insert(outcome.addresses.end(), answer.addresses.begin(), answer.addresses.end());
        outcome.complete = outcome.complete && answer.settled();
        if (answer.state != State::failed) continue;
        if (reason == nullptr || reason->failure < answer.failure) reason = &answer;
    }
    if (outcome.addresses.empty() && reason != nullptr) outcome.error = reason->error;
    return outcome;
}

LIBNETXX_DECL std::vector<std::string> NameLookups::open_names(std::size_t most) const
{
    std::vector<std::string> names;
    for (const auto& [question, about] : questions_) {
        if (names.size() == most) break;
        const auto& name = about.first->first;
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

}  // namespace libnet::inline v0::engine
