#pragma once
// Headless Chromium, steered as a person would, through chromedriver (W3C WebDriver).

#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace libnet::test {

/// True, and said so, where there is no browser to test with.
inline bool has_no_browser()
{
    return is_missing("chromium", "chromium") || is_missing("chromedriver", "chromium-driver");
}

/// What the browser is.
struct BrowserOptions {
    bool dark = false;
    bool phone = false;  ///< a small screen, 360 wide; else 1300 by 1000
};

class Browser {
public:
    explicit Browser(BrowserOptions options = {})
        : driver_{{"chromedriver", "--port=0"}, {"HOME=" + profile_.path().string()}}
    {
        const std::string words = "started successfully on port ";
        if (!driver_.wait_for(words)) throw std::runtime_error{"chromedriver does not start: " + driver_.out()};
        driver_.wait_for("\n");
        base_ = "http://127.0.0.1:" +
                std::to_string(std::stoi(driver_.out().substr(driver_.out().find(words) + words.size())));
        boost::json::array arguments{"--headless=new",
                                     "--no-sandbox",
                                     "--disable-gpu",
                                     "--no-first-run",
                                     "--window-size=1300,1000",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--disable-quic",
                                     "--disable-sync",
                                     "--user-data-dir=" + (profile_.path() / "profile").string()};
        boost::json::object chrome{{"args", std::move(arguments)}};
        if (options.phone)
            chrome["mobileEmulation"] = {{"deviceMetrics", {{"width", 360}, {"height", 780}, {"pixelRatio", 2}}},
                                         {"userAgent", "a phone"}};
        const boost::json::value wanted{
            {"capabilities",
             {{"alwaysMatch", {{"goog:loggingPrefs", {{"browser", "ALL"}}}, {"goog:chromeOptions", chrome}}}}}};
        const auto session = call("POST", "/session", wanted);
        base_ += "/session/" + std::string{session.at("sessionId").as_string()};
        if (options.dark)
            devtools("Emulation.setEmulatedMedia",
                     {{"features", {{{"name", "prefers-color-scheme"}, {"value", "dark"}}}}});
    }
    ~Browser()
    {
        try {
            call("DELETE", "", nullptr);
        } catch (const std::exception&) {
            // It is ended with its driver.
        }
        driver_.signal(SIGTERM);
        driver_.wait();
    }
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;

    void open(const std::string& url) { call("POST", "/url", {{"url", url}}); }

    /// A command of the Chrome DevTools Protocol.
    boost::json::value devtools(std::string_view command, const boost::json::object& parameters = {})
    {
        return call("POST", "/goog/cdp/execute", {{"cmd", command}, {"params", parameters}});
    }

    /// What the body of a function returns, run in the page.
    boost::json::value run_script(std::string_view script)
    {
        return call("POST", "/execute/sync", {{"script", script}, {"args", boost::json::array{}}});
    }
    std::string text(std::string_view script)
    {
        const auto value = run_script(script);
        return value.is_string() ? std::string{value.as_string()} : boost::json::serialize(value);
    }

    /// Waits until a script returns true. Returns how long that took, or a time beyond the limit.
    std::chrono::milliseconds wait_until(std::string_view script,
                                         std::chrono::milliseconds limit = std::chrono::seconds{60})
    {
        const auto began = std::chrono::steady_clock::now();
        for (;;) {
            const auto value = run_script(script);
            const auto waited =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
            if ((value.is_bool() && value.as_bool()) || waited > limit) return waited;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
    }

    /// The lines of its console since this was asked last.
    std::vector<std::string> console()
    {
        std::vector<std::string> lines;
        const auto log = call("POST", "/se/log", {{"type", "browser"}});
        for (const auto& entry : log.as_array()) lines.emplace_back(entry.at("message").as_string());
        return lines;
    }

    /// Keeps a picture where PAGE_SCREENSHOTS=DIRECTORY asks for it, to be looked at.
    void picture(const std::string& name)
    {
        const char* const directory = std::getenv("PAGE_SCREENSHOTS");
        if (directory == nullptr) return;
        const auto value = devtools("Page.captureScreenshot", {{"captureBeyondViewport", true}}).at("data");
        const auto file = profile_.path() / "picture";
        std::ofstream{file} << std::string_view{value.as_string()};
        run({"sh", "-c", "base64 -d < '" + file.string() + "' > '" + directory + "/" + name + ".png'"});
    }

private:
    boost::json::value call(const std::string& method, const std::string& path, const boost::json::value& body)
    {
        Arguments command{"curl", "--silent", "--noproxy", "*", "--max-time", "60", "--request", method, base_ + path};
        if (!body.is_null()) {
            const auto file = profile_.path() / "body.json";
            std::ofstream{file} << boost::json::serialize(body);
            command.insert(command.end(),
                           {"--header", "Content-Type: application/json", "--data-binary", "@" + file.string()});
        }
        const auto answer = run(command);
        auto parsed = boost::json::parse(answer.out.empty() ? "{}" : answer.out);
        auto* const value = parsed.is_object() ? parsed.as_object().if_contains("value") : nullptr;
        if (value == nullptr) throw std::runtime_error{"chromedriver: " + path + ": " + answer.out + answer.err};
        if (value->is_object() && value->as_object().contains("error"))
            throw std::runtime_error{"chromedriver: " + path + ": " + answer.out};
        return *value;
    }

    TemporaryDirectory profile_;
    Process driver_;
    std::string base_;
};

}  // namespace libnet::test
