// The answer by POCO, with threads as its own example has them.

#include <cstdlib>
#include <string>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <unistd.h>

namespace {

struct Answer : Poco::Net::HTTPRequestHandler {
    void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override
    {
        const auto text = "{\"name\":\"" + std::string(89, 'x') + "\"}";
        response.setContentType("application/json");
        response.sendBuffer(text.data(), text.size());
    }
};

struct Factory : Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Answer;
    }
};

}  // namespace

int main(int, char** argv)
{
    auto* parameters = new Poco::Net::HTTPServerParams;
    parameters->setKeepAlive(true);
    parameters->setMaxKeepAliveRequests(0);
    parameters->setMaxThreads(16);
    Poco::Net::HTTPServer server{
        new Factory,
        Poco::Net::ServerSocket{Poco::Net::SocketAddress{"127.0.0.1", static_cast<Poco::UInt16>(std::atoi(argv[1]))}},
        parameters};
    server.start();
    ::pause();
}
