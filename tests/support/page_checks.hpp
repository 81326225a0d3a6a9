#pragma once
// What must hold of every page of ours, in a browser that shows it.

#include <tests/support/browser.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace libnet::test {

/// The page follows its server.
inline constexpr std::string_view page_lives = "return document.body.dataset.state === 'good'";

/// Contrast of all texts that are shown, as WCAG 2.1 has it: the smallest.
inline constexpr std::string_view least_contrast = R"(
const channels = colour => colour.match(/[\d.]+/g).map(Number);
const luminance = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * x + .7152 * y + .0722 * z; };
const paper = node => { for (; node; node = node.parentElement) { const c = channels(getComputedStyle(node).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
let least = 99;
for (const node of document.querySelectorAll('h1, h2, h3, a, label, dt, dd, li, th, td, p, span, [role=cell], button')) {
    if (!node.textContent.trim() || node.getClientRects().length === 0) continue;
    const [a, b] = [luminance(channels(getComputedStyle(node).color)), luminance(paper(node))].sort((x, y) => x - y);
    least = Math.min(least, (b + .05) / (a + .05));
}
return least;)";

/// The widest part of the page, of a table of targets or of a column's head that is beyond its right edge: CSS pixels.
inline constexpr std::string_view cut_off = R"(
return Math.max(...[document.documentElement, ...document.querySelectorAll('.rows, th')].map(box => box.scrollWidth - box.clientWidth));)";

/// Counts what moves without a user's doing (Cumulative Layout Shift) in `window.moved`, from now on.
inline void watch_layout(Browser& browser)
{
    browser.run_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) window.moved += "
        "e.value; })"
        ".observe({type: 'layout-shift', buffered: false})");
}

/// The page tells a screen reader what each control, table and drawing is: those that have no name, in Chromium's
/// accessibility tree.
inline std::string nameless(Browser& browser)
{
    std::string all;
    const auto tree = browser.devtools("Accessibility.getFullAXTree");
    for (const auto& node : tree.at("nodes").as_array()) {
        const auto& fields = node.as_object();
        if (fields.at("ignored").as_bool()) continue;
        const auto text = [&fields](const char* name) -> std::string {
            const auto* const field = fields.if_contains(name);
            const auto* const value = field == nullptr ? nullptr : field->as_object().if_contains("value");
            return value == nullptr ? std::string{} : boost::json::value_to<std::string>(*value);
        };
        const auto role = text("role");
        const bool needs_name = role == "button" || role == "link" || role == "searchbox" || role == "image" ||
                                role == "img" || role == "region" || role == "columnheader";
        if (needs_name && text("name").empty()) all.append(role).append(" ");
    }
    return all;
}

/// All of that, but the layout: nothing is cut off, every text has a contrast of 4.5, what needs a name has one, and the console
/// has no line.
inline void check_page(Browser& browser)
{
    CHECK(browser.run_script(cut_off).to_number<double>() == 0);
    CHECK(browser.run_script(least_contrast).to_number<double>() >= 4.5);
    CHECK(nameless(browser).empty());
    const auto console = browser.console();
    for (const auto& line : console) UNSCOPED_INFO(line);
    CHECK(console.empty());
}

}  // namespace libnet::test
