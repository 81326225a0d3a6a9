// The answer by cpp-httplib, with the threads that it takes by itself.

#include <cstdlib>
#include <string>

#include <httplib.h>

int main(int, char** argv)
{
    httplib::Server server;
    server.set_keep_alive_max_count(100'000'000);
    server.Get("/api", [](const httplib::Request&, httplib::Response& answer) {
        answer.set_content("{\"name\":\"" + std::string(89, 'x') + "\"}", "application/json");
    });
    server.listen("127.0.0.1", std::atoi(argv[1]));
}
