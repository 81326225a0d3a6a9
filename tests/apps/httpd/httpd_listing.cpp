// The page of a directory as a browser shows it: headless Chromium measures it, follows its links and sorts it.
//
// LISTING_SCREENSHOTS=DIRECTORY keeps pictures of it, to be looked at.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/programs.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace httpd_listing_tests {

using namespace libnet::test;
namespace fs = std::filesystem;

namespace {

/// A page that opens another one in a frame, looks at it as a person would, and says in lines what it saw.
constexpr std::string_view probe = R"(<!doctype html>
<meta name="color-scheme" content="light dark">
<body style="margin: 0"><pre id="seen"></pre><script>
const wanted = new URLSearchParams(location.search);
const frame = document.createElement('iframe');
const seen = [];
const shown = () => frame.contentDocument;
const loaded = () => new Promise(done => { frame.onload = done; });
const names = () => [...shown().querySelectorAll('tbody a')].map(link => link.textContent);
const channels = colour => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
const luminance = colour => {
    const [r, g, b] = channels(colour).map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
};
const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + .05) / (dark + .05);
};
async function look() {
    frame.style = 'border: 0; height: 600px; width: ' + wanted.get('width') + 'px';
    frame.src = wanted.get('page');
    const first = loaded();
    document.body.append(frame);
    await first;
    const root = shown().documentElement;
    seen.push('overflow ' + (root.scrollWidth - root.clientWidth));
    const style = element => frame.contentWindow.getComputedStyle(shown().querySelector(element));
    const painted = ['body', 'html'].map(element => style(element).backgroundColor).find(c => c !== 'rgba(0, 0, 0, 0)');
    const paper = painted || 'rgb(255, 255, 255)';
    seen.push('paper ' + paper);
    for (const element of ['tbody a', 'tbody .n', 'th', 'p'])
        seen.push('contrast ' + Math.floor(10 * contrast(style(element).color, paper)) + ' ' + element);
    for (const link of shown().querySelectorAll('a'))
        seen.push('link ' + (await fetch(link.href, {method: 'HEAD'})).status + ' ' + link.textContent);
    for (const column of ['size', 'size', 'modified', 'modified', 'name', 'name']) {
        const next = loaded();
        shown().querySelector('thead button[value^="' + column + '"]').click();
        await next;
        seen.push('sorted ' + column + ' ' + shown().querySelector('[aria-sort]').ariaSort + ': ' + names().join(' '));
    }
}
look().catch(error => seen.push('failed ' + error)).then(() => {
    document.getElementById('seen').textContent = seen.join('\n');
});
</script>
)";

struct Site {
    Site()
    {
        root.write("probe.html", probe);
        root.write("many/b.txt", std::string(10, 'x'));
        root.write("many/a.txt", std::string(2000, 'x'));
        root.write("many/c.txt", std::string(300, 'x'));
        root.write("many/Sub/inner.txt", "inner");
        root.write("odd/a b&<c>\"d'.txt", "odd");
        root.write("odd/100%?#;x=y.txt", "odd");
        root.write("odd/javascript:alert(1)", "odd");
        root.write("odd/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E.txt", "odd");
        root.write("odd/latin\xE9.txt", "odd");
        root.write("odd/" + std::string(200, 'w') + ".txt", "odd");
        root.write("odd/a name of many words that goes on and on until nobody knows how it began.html", "odd");
        const auto now = fs::file_time_type::clock::now();
        for (const auto& [name, age] : {std::pair{"a.txt", 1}, std::pair{"b.txt", 3}, std::pair{"c.txt", 2}})
            fs::last_write_time(root.path() / "many" / name, now - std::chrono::hours{age});
    }
    TemporaryDirectory root, profile;
};

Finished chromium(const Site& site, Arguments arguments)
{
    const auto home = site.profile.path().string();
    arguments.insert(arguments.begin(), {"chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                                         "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                                         "--user-data-dir=" + home, "--virtual-time-budget=30000"});
    return run(arguments, {"HOME=" + home});
}

/// The lines that the probe says of a page.
std::vector<std::string> look_at(const Site& site, const Httpd& httpd, const std::string& page, int width,
                                 Arguments options = {})
{
    options.insert(options.end(), {"--window-size=1400,800", "--dump-dom",
                                   httpd.url("/probe.html?page=" + page + "&width=" + std::to_string(width))});
    const auto document = chromium(site, std::move(options)).out;
    const auto begin = document.find("id=\"seen\">"), end = document.find("</pre>");
    if (begin == document.npos || end == document.npos) return {"no document: " + document};
    std::istringstream text{document.substr(begin + 10, end - begin - 10)};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

bool has(const std::vector<std::string>& lines, std::string_view line) { return std::ranges::count(lines, line) == 1; }

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) (text += line) += '\n';
    return text;
}

Arguments listing() { return {"--listing", "--access-log", "none"}; }

/// What must be so on every screen.
void check_readable(const std::vector<std::string>& lines)
{
    CHECK(has(lines, "overflow 0"));
    std::size_t links = 0, contrasts = 0;
    for (const auto& line : lines) {
        CHECK(!line.starts_with("failed"));
        if (line.starts_with("link ")) CHECK((line.starts_with("link 200 ") && ++links > 0));
        if (line.starts_with("contrast ")) CHECK((std::stoi(line.substr(9)) >= 45 && ++contrasts > 0));  // WCAG 2.1, AA
    }
    CHECK(links > 5);
    CHECK(contrasts == 4);
}

}  // namespace

TEST_CASE("a browser shows a listing on a desk, sorts it and follows its links", "[apps][httpd][listing]")
{
    if (is_missing("chromium", "chromium")) return;
    const Site site;
    const Httpd httpd{site.root, listing()};
    const auto seen = look_at(site, httpd, "/many/", 1280);
    INFO(joined(seen));
    check_readable(seen);
    CHECK(has(seen, "paper rgb(255, 255, 255)"));
    CHECK(has(seen, "sorted size ascending: ../ Sub/ b.txt c.txt a.txt"));
    CHECK(has(seen, "sorted size descending: ../ Sub/ a.txt c.txt b.txt"));
    CHECK(has(seen, "sorted modified ascending: ../ Sub/ b.txt c.txt a.txt"));
    CHECK(has(seen, "sorted modified descending: ../ Sub/ a.txt c.txt b.txt"));
    CHECK(has(seen, "sorted name ascending: ../ Sub/ a.txt b.txt c.txt"));
    CHECK(has(seen, "sorted name descending: ../ Sub/ c.txt b.txt a.txt"));
}

TEST_CASE("a listing fits a phone, and odd names are links that work", "[apps][httpd][listing]")
{
    if (is_missing("chromium", "chromium")) return;
    const Site site;
    const Httpd httpd{site.root, listing()};
    for (const int width : {360, 320}) {
        const auto seen = look_at(site, httpd, "/odd/", width);
        INFO(joined(seen));
        check_readable(seen);
        for (const char* name : {"a b&amp;&lt;c&gt;\"d'.txt", "100%?#;x=y.txt", "javascript:alert(1)"})
            CHECK(has(seen, std::string{"link 200 "} + name));
    }
}

TEST_CASE("a listing is dark for those who want it so", "[apps][httpd][listing]")
{
    if (is_missing("chromium", "chromium")) return;
    const Site site;
    const Httpd httpd{site.root, listing()};
    const auto seen = look_at(site, httpd, "/many/", 1280, {"--blink-settings=preferredColorScheme=0"});
    INFO(joined(seen));
    check_readable(seen);
    CHECK(has(seen, "paper rgb(13, 17, 23)"));
}

TEST_CASE("pictures of a listing can be kept", "[apps][httpd][listing]")
{
    if (is_missing("chromium", "chromium")) return;
    const Site site;
    const char* const wanted = std::getenv("LISTING_SCREENSHOTS");
    const fs::path directory = wanted == nullptr ? site.profile.path() : fs::path{wanted};
    site.root.write("phone.html",
                    "<body style='margin: 0'><iframe style='border: 0; width: 360px; height: 900px' "
                    "src='/odd/'></iframe>");
    const Httpd httpd{site.root, listing()};
    const auto take = [&](const std::string& name, const std::string& path, const Arguments& options) {
        const auto file = directory / (name + ".png");
        Arguments all = options;
        all.insert(all.end(), {"--screenshot=" + file.string(), httpd.url(path)});
        const auto done = chromium(site, all);
        INFO(done.err);
        CHECK(read_file(file).starts_with("\x89PNG"));
    };
    take("desk", "/many/", {"--window-size=1280,800"});
    take("dark", "/odd/", {"--window-size=1280,800", "--blink-settings=preferredColorScheme=0"});
    take("phone", "/phone.html", {"--window-size=500,900"});
    take("error", "/nothing", {"--window-size=500,400"});
}

}  // namespace httpd_listing_tests
