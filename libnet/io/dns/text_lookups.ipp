#pragma once
// Bodies of libnet/io/dns/text_lookups.hpp.

#include <libnet/io/dns/ares_channel.hpp>
#include <libnet/io/dns/text_lookups.hpp>

#include <boost/asio/post.hpp>

#include <cstddef>
#include <deque>
#include <utility>

#include <arpa/nameser.h>

namespace libnet::inline v0::io {

namespace detail {

/// c-ares calls back in the middle of its own work: what it brings is posted.
class TextLookupsState : public std::enable_shared_from_this<TextLookupsState> {
public:
    using OnAnswer = std::function<void(std::vector<std::string>)>;

    TextLookupsState(asio::any_io_executor executor, const ResolverOptions& options)
        : executor_{std::move(executor)},
          most_{options.max_in_flight == 0 ? 1 : options.max_in_flight},
          channel_{std::make_shared<AresChannel>(executor_, options, [this] { proceed(); })}
    {}

    void ask(const std::string& name, OnAnswer on_answer)
    {
        waiting_.push_back({name, std::move(on_answer)});
        proceed();
    }

    void close()
    {
        waiting_.clear();
        closed_ = true;
        channel_->close();
    }

private:
    struct Question {
        std::string name;
        OnAnswer on_answer;
    };
    struct Ticket {
        TextLookupsState& state;
        OnAnswer on_answer;
    };

    void proceed()
    {
        while (!closed_ && in_flight_ < most_ && !waiting_.empty()) {
            auto question = std::move(waiting_.front());
            waiting_.pop_front();
            ++in_flight_;
            auto ticket = std::make_unique<Ticket>(Ticket{*this, std::move(question.on_answer)});
            ares_query(channel_->get(), question.name.c_str(), ns_c_in, ns_t_txt, &on_records, ticket.release());
        }
        if (closed_) return;
        if (in_flight_ > 0) channel_->arm_timer();
        else channel_->rest();
    }

    static void on_records(void* ticket, int status, int, unsigned char* answer, int size)
    {
        const std::unique_ptr<Ticket> mine{static_cast<Ticket*>(ticket)};
        auto& state = mine->state;
        --state.in_flight_;
        if (state.closed_ || status == ARES_EDESTRUCTION) return;
        auto texts = status == ARES_SUCCESS ? texts_of(answer, size) : std::vector<std::string>{};
        asio::post(state.executor_, [weak = state.weak_from_this(), texts = std::move(texts),
                                     on_answer = std::move(mine->on_answer)]() mutable {
            const auto self = weak.lock();
            if (self && !self->closed_) on_answer(std::move(texts));
        });
    }

    static std::vector<std::string> texts_of(const unsigned char* answer, int size)
    {
        constexpr std::size_t most_records = 64;
        ares_txt_ext* records = nullptr;
        if (ares_parse_txt_reply_ext(answer, size, &records) != ARES_SUCCESS) return {};
        const std::unique_ptr<ares_txt_ext, void (*)(void*)> owned{records, &ares_free_data};
        std::vector<std::string> texts;
        for (const auto* part = records; part != nullptr; part = part->next) {
            if (part->record_start != 0 || texts.empty()) {
                if (texts.size() == most_records) break;
                texts.emplace_back();
            }
            texts.back().append(reinterpret_cast<const char*>(part->txt), part->length);
        }
        return texts;
    }

    asio::any_io_executor executor_;
    std::size_t most_;
    std::size_t in_flight_ = 0;
    bool closed_ = false;
    std::deque<Question> waiting_;
    std::shared_ptr<AresChannel> channel_;
};

}  // namespace detail

LIBNETXX_DECL TextLookups::TextLookups(asio::any_io_executor executor, const ResolverOptions& options)
    : state_{std::make_shared<detail::TextLookupsState>(std::move(executor), options)}
{}

LIBNETXX_DECL TextLookups::~TextLookups() { state_->close(); }

LIBNETXX_DECL void TextLookups::ask(const std::string& name, std::function<void(std::vector<std::string>)> on_answer)
{
    state_->ask(name, std::move(on_answer));
}

}  // namespace libnet::inline v0::io
